"""What the classifier says of a structure, as rules read it: a second witness beside the exact signatures."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from truename.dara import known_labels
from truename.evidence.evidence import Evidence
from truename.facts import Fact
from truename.rules.families import squash

KEY = "identification.model_type"
FALSE_ALARM = "in 1 % of models or fewer the structure is taken for another"


def identified_types(evidence: Evidence) -> Fact | None:
    """The prediction set of model types; None where the structure is unknown."""
    fact = evidence.get(KEY)
    return fact if fact is not None and fact.value else None


def is_classified(model_type: str) -> bool:
    """Whether the classifier knows structures of that type, so that others contradict it."""
    return squash(model_type) in _classified()


def any_classified(model_types: Iterable[str]) -> bool:
    """Whether the classifier knows structures of one of these types."""
    return any(map(is_classified, model_types))


@cache
def _classified() -> frozenset[str]:
    return frozenset(map(squash, known_labels("model_type")))
