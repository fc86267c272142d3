"""What tools make of saved models, as a part of the data: trials of the evaluation, and a half of the calibration.

A model is often found packed, pruned, under another head or converted. A margin that was measured on models as their
library writes them alone would promise too much for those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from truename.errors import MissingExtraError
from truename.formats.header import Tensor, WeightsHeader
from truename.lab.evaluation.trials import SWAPPED, TRIALS, Trial
from truename.lab.training.prototypes import Example
from truename.lab.training.specimen import Specimen, example_of

GGUF = "GGUF names"
_CONVERTED = "gguf"  # the layout of llama.cpp's names: what it has converted, no other tool takes in

Alteration = Callable[[Specimen], WeightsHeader | None]


def _of_header(trial: Trial) -> Alteration:
    return lambda specimen: trial(specimen.header())


ALTERATIONS: Mapping[str, Alteration] = {
    **{name: _of_header(trial) for name, trial in TRIALS.items()},
    GGUF: lambda specimen: _as_gguf(specimen.header(), specimen.model_type, specimen.task),
}


def altered(specimens: Sequence[Specimen], name: str) -> Iterator[Example]:
    """What alteration ``name`` makes of ``specimens``, those that it means nothing for left out.

    With another head a model is of another class, for another task: these labels are none then.
    """
    for specimen in specimens:
        if specimen.layout == _CONVERTED:
            continue
        header = ALTERATIONS[name](specimen)
        if header is not None:
            example = example_of(specimen, header)
            yield msgspec.structs.replace(example, architecture="", task="") if name == SWAPPED else example


def altered_in_turn(specimens: Sequence[Specimen]) -> list[Example]:
    """Each of ``specimens`` altered in one way, the next one in the next way."""
    names = list(ALTERATIONS)
    return [example for number, name in enumerate(names) for example in altered(specimens[number :: len(names)], name)]


# model_type -> general.architecture, where they are not the same word. Mixture models are left out: their experts are
# joined, and the conversion is each family's own.
_NAMES = {
    "mistral": "llama",
    "gpt_neox": "gptneox",
    "phi": "phi2",
    "gemma3_text": "gemma3",
    "stablelm": "stablelm",
    "roberta": "bert",
    "camembert": "bert",
    "nomic_bert": "nomic-bert",
}
# Heads that the converter leaves out leave nothing to tell the class by.
# Tables and masks that the converter skips (convert_hf_to_gguf.py).
_SKIPPED = (".attention.masked_bias", ".attention.bias", ".rotary_emb.inv_freq")
_TASKS = frozenset({"text-generation", "feature-extraction", "fill-mask"})


def _as_gguf(header: WeightsHeader, model_type: str, task: str) -> WeightsHeader | None:
    """``header`` as llama.cpp's converter names it; None where the package has no table, or a tensor no name in it.

    Raises:
        MissingExtraError: the gguf package is not installed.
    """
    names = _table(_NAMES.get(model_type, model_type))
    if names is None or task not in _TASKS or any(".experts." in name for name in header.tensors):
        return None
    tensors: dict[str, Tensor] = {}
    unnamed = 0
    for name, tensor in header.tensors.items():
        if name.endswith(_SKIPPED):
            continue
        new = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if new is None:
            unnamed += 1
            continue
        tensors[new] = tensor
    if unnamed > len(header.tensors) // 10 or len(tensors) < 8:
        return None
    metadata = {"general.architecture": _NAMES.get(model_type, model_type)}
    return WeightsHeader("gguf", ("model.gguf",), tensors, {}, metadata)


@cache
def _table(architecture: str) -> Any:
    try:
        import gguf
    except ImportError as error:
        raise MissingExtraError("names of GGUF", "zoo") from error
    number = next((n for n, word in gguf.MODEL_ARCH_NAMES.items() if word == architecture), None)
    return None if number is None else gguf.get_tensor_name_map(number, 128)
