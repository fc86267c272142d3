"""Everything known of a model without its name, each fact with its origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import msgspec

from truename.architecture.abstract import AbstractArchitecture
from truename.facts import FACTS, Fact, Origin

_STRENGTH = {origin: rank for rank, origin in enumerate(Origin)}


class Evidence(msgspec.Struct, frozen=True):
    """Facts by key, and why a fact is not there where that is known."""

    facts: Mapping[str, tuple[Fact, ...]]  # strongest origin first
    missing: Mapping[str, str] = {}  # fact key -> reason, as the end of a sentence
    architecture: AbstractArchitecture | None = None

    @classmethod
    def of(
        cls,
        facts: Iterable[Fact],
        missing: Mapping[str, str] | None = None,
        architecture: AbstractArchitecture | None = None,
    ) -> Self:
        """Group ``facts`` by key, the strongest origin first.

        Raises:
            KeyError: a fact's key is not declared in ``truename.facts.FACTS``.
        """
        grouped: dict[str, list[Fact]] = {}
        for fact in facts:
            if fact.key not in FACTS:
                raise KeyError(f"undeclared fact {fact.key!r}")
            grouped.setdefault(fact.key, []).append(fact)
        return cls(
            {key: by_strength(group) for key, group in grouped.items()},
            {key: reason for key, reason in (missing or {}).items() if key not in grouped},
            architecture,
        )

    def get(self, key: str, *origins: Origin) -> Fact | None:
        """The strongest fact of that key (of one of ``origins``, where given), or None."""
        for fact in self.facts.get(key, ()):
            if not origins or fact.origin in origins:
                return fact
        return None

    def all(self, key: str) -> tuple[Fact, ...]:
        """Every fact of that key, strongest origin first."""
        return self.facts.get(key, ())

    def value(self, key: str, default: Any = None) -> Any:
        """The strongest value of that key, or ``default``."""
        fact = self.get(key)
        return default if fact is None else fact.value

    def why_missing(self, key: str) -> str:
        """Why there is no such fact, as a clause: 'the weights have no readable header'."""
        return self.missing.get(key, f"no {key.replace('_', ' ')} could be read from the files")


def by_strength(group: Sequence[Fact]) -> tuple[Fact, ...]:
    """Facts of one key, the strongest origin first; those of one origin stay in their order."""
    return tuple(sorted(group, key=lambda f: _STRENGTH[f.origin]) if len(group) > 1 else group)
