"""What tools make of saved models, as a part of the data: trials of the evaluation, and a half of the calibration.

A model is often found packed, pruned, under another head or converted. A margin that was measured on models as their
library writes them alone would promise too much for those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from truename.formats.header import WeightsHeader
from truename.lab.evaluation.gguf import as_gguf
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
    GGUF: lambda specimen: as_gguf(specimen.header(), specimen.model_type, specimen.task),
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
