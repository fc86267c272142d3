"""Facts of the classifier: prediction sets with their stated error rates.

The classifier is imported when a structure is asked about; most checks never do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from truename.architecture import AbstractArchitecture
from truename.facts import (
    FACTS,
    IDENTIFICATION_BASIS,
    IDENTIFICATION_ERROR_RATE,
    IDENTIFICATION_EXTENDS,
    Fact,
    Key,
    Origin,
)
from truename.findings import Reason, ReasonKind

if TYPE_CHECKING:
    from truename.dara import Prediction

_PREFIX = "identification."
_MOST = 16  # labels of a set; a longer one says too little to be a fact
_FEWEST = 3  # tensors; the names of one or two are a module's, and many models have it
_LAX = 0.05  # the error rate of a second question, where the first leaves too much open


class Identified(msgspec.Struct, frozen=True):
    """The facts of a structure, and why others are missing."""

    facts: tuple[Fact[Any], ...] = ()
    missing: Mapping[Key[Any], Reason] = {}


def unidentified(text: str) -> Identified:
    """No facts, for one reason."""
    reason = Reason(ReasonKind.NOT_MEASURED, text)
    return Identified(missing={key: reason for key in FACTS.values() if key.startswith(_PREFIX)})


AS_DECLARED = unidentified("the tensors are exactly those of the declared model type, and the classifier was not asked")


def identified(architecture: AbstractArchitecture, file: str | None) -> Identified:
    """What the classifier says of ``architecture``: for each question the set that says most.

    Args:
        architecture: that of a whole model, not of an adapter.
        file: the weights' file, where it is one.
    """
    from truename.dara import ERROR_RATE, Basis, Question, identify_at

    if not architecture.blocks and sum(len(layer.parameters) for layer in architecture.layers) < _FEWEST:
        return unidentified("there are too few tensors to tell a structure")
    answers = identify_at(architecture, (ERROR_RATE, _LAX))
    facts: list[Fact[Any]] = []
    missing: dict[Key[Any], Reason] = {}
    if answers[0].reason is not None:
        return unidentified(answers[0].reason)
    made_of = {Basis.NAMES: "names and shapes", Basis.PART: "shapes and the names that are left"}.get(
        answers[0].basis, "shapes alone"
    )
    for several in zip(*(answer.answers() for answer in answers), strict=True):
        question = several[0][0]
        found = [prediction for _, prediction in several if _says_enough(prediction)]
        if found:
            said = f"by {made_of}; {_most_probable(found[0])}; wrong for {found[0].error_rate:.0%} of models"
            facts.append(Fact(FACTS[f"{_PREFIX}{question}"], found[0].labels, Origin.CLASSIFIER, file, said))
            if question is Question.MODEL_TYPE:
                rate = found[0].error_rate
                facts.append(Fact(IDENTIFICATION_ERROR_RATE, rate, Origin.CLASSIFIER, file, f"by {made_of}"))
                basis = answers[0].basis.value
                facts.append(Fact(IDENTIFICATION_BASIS, basis, Origin.CLASSIFIER, file, f"by {made_of}"))
        else:
            missing[FACTS[f"{_PREFIX}{question}"]] = Reason(ReasonKind.NOT_MEASURED, _why(several[0][1]))
    if answers[0].extends and answers[0].model_type.unknown:
        detail = "nothing of theirs is missing, and there is more"
        facts.append(Fact(IDENTIFICATION_EXTENDS, answers[0].extends[:_MOST], Origin.CLASSIFIER, file, detail))
    return Identified(tuple(facts), missing)


def _most_probable(found: Prediction) -> str:
    return f"{found.set[0].label} {found.set[0].probability:.0%}"


def _says_enough(prediction: Prediction) -> bool:
    return 0 < len(prediction.set) <= _MOST and prediction.error_rate <= _LAX


def _why(prediction: Prediction) -> str:
    if prediction.set and prediction.error_rate > _LAX:
        said = f"shapes alone tell no more than {_most_probable(prediction)}"
        return f"{said}, wrong for {prediction.error_rate:.0%} of models"
    if not prediction.unknown:
        return f"{prediction.fitting} labels fit the structure"
    near = f"; nearest is {prediction.nearest[0].label}" if prediction.nearest else ""
    return f"the structure is unlike every known one{near}"
