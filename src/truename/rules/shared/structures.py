"""What the classifier says of a structure, as rules read it: a second witness beside the exact signatures."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import IDENTIFICATION_ERROR_RATE, IDENTIFICATION_MODEL_TYPE, Fact, Key, Origin
from truename.rules.shared.families import squash

_ACCUSING = 0.01  # the error rate up to which a set may contradict a claim


def identified_types(evidence: Evidence, at_most: float = _ACCUSING) -> Fact[Any] | None:
    """The prediction set of model types; None where the structure is unknown, or the error rate above ``at_most``."""
    fact = evidence.get(IDENTIFICATION_MODEL_TYPE)
    return fact if fact is not None and fact.value and error_rate(evidence) <= at_most else None


def error_rate(evidence: Evidence) -> float:
    """The share of known models whose type is not in their set."""
    return float(evidence.value(IDENTIFICATION_ERROR_RATE, _ACCUSING))


def false_alarm(evidence: Evidence) -> str:
    """How often this accuses wrongly, as the end of a message."""
    return f"a false alarm for {error_rate(evidence):.0%} of known models"


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
