"""What the classifier says of a structure, as rules read it: a second witness beside the exact signatures."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    DIFFUSERS_CLASS,
    GGUF_ARCHITECTURE,
    IDENTIFICATION_BASIS,
    IDENTIFICATION_ERROR_RATE,
    IDENTIFICATION_MODEL_TYPE,
    IS_ADAPTER,
    Fact,
    Key,
    Origin,
)
from truename.findings import ReasonKind
from truename.rules.rule import Decision, cannot_tell, does_not_apply
from truename.rules.shared.families import squash

# what ``identified_types`` and ``error_rate`` read
STRUCTURE_KEYS: frozenset[Key[Any]] = frozenset(
    (IDENTIFICATION_MODEL_TYPE, IDENTIFICATION_ERROR_RATE, IDENTIFICATION_BASIS)
)
_SHAPES = "shapes"  # the basis of an identification that no name had a part in

_ACCUSING = 0.01  # the error rate up to which a set may contradict a claim


def identified_types(evidence: Evidence, at_most: float = _ACCUSING) -> Fact[Any] | None:
    """The prediction set of model types; None where the structure is unknown, or the error rate above ``at_most``."""
    fact = evidence.get(IDENTIFICATION_MODEL_TYPE)
    return fact if fact is not None and fact.value and error_rate(evidence) <= at_most else None


def by_shapes_alone(evidence: Evidence) -> str | None:
    """Why a set of types contradicts nothing: no name had a part in it; None where one had.

    Many types share their shapes, and a type whose shapes nobody learned is in no set of these.
    """
    if evidence.value(IDENTIFICATION_BASIS) != _SHAPES:
        return None
    return "the names of the tensors are those of nothing known, and shapes alone contradict nothing"


def error_rate(evidence: Evidence) -> float:
    """The share of known models whose type is not in their set."""
    return float(evidence.value(IDENTIFICATION_ERROR_RATE, _ACCUSING))


def false_alarm(evidence: Evidence) -> str:
    """How often this accuses wrongly, as the end of a message."""
    return f"a false alarm for {error_rate(evidence):.0%} of known models"


def of_other_weights(evidence: Evidence) -> Decision | None:
    """How a rule ends whose configuration is not that of these weights alone; None where it is."""
    if evidence.value(IS_ADAPTER):
        text = "the files hold an adapter, and the configuration is its base model's"
        return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
    if evidence.get(DIFFUSERS_CLASS) is not None or evidence.get(GGUF_ARCHITECTURE) is not None:
        return cannot_tell(ReasonKind.AMBIGUOUS_FILES, "the configuration is not that of these weights alone")
    return None


def composed(model_type: str) -> Decision:
    """How a rule ends for a model of several models."""
    text = f"a model of type {model_type!r} is put together from models of other families"
    return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)


def classified(key: Key[tuple[str, ...]], *labels: str) -> dict[str, Any]:
    """What the classifier found, as the facts of a case."""
    return {key: Fact(key, labels, Origin.CLASSIFIER)}


def is_classified(model_type: str) -> bool:
    """Whether the classifier knows structures of that type, so that others contradict it."""
    return squash(model_type) in _classified()


def any_classified(model_types: Iterable[str]) -> bool:
    """Whether the classifier knows structures of one of these types."""
    return any(map(is_classified, model_types))


@cache
def _classified() -> frozenset[str]:
    from truename.dara import known_labels  # asked for an error only, and the classifier is slow to import

    return frozenset(map(squash, known_labels("model_type")))
