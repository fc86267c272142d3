"""The trial by GGUF: names of the ``gguf`` package's own tables over a saved model's tensors."""

from __future__ import annotations

from functools import cache
from typing import Any

from truename.errors import MissingExtraError
from truename.formats.header import Tensor, WeightsHeader

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


def as_gguf(header: WeightsHeader, model_type: str, task: str) -> WeightsHeader | None:
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
