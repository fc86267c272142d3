"""Everything known of a model without its name, each fact with its origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Self, TypeVar, overload

import msgspec

from truename.architecture.abstract import AbstractArchitecture
from truename.facts import FACTS, Fact, Key, Origin
from truename.findings import ModelPart, Reason, ReasonKind

T = TypeVar("T")
D = TypeVar("D")
_STRENGTH = {origin: rank for rank, origin in enumerate(Origin)}


class Evidence(msgspec.Struct, frozen=True):
    """Facts by key, and why a fact is not there where that is known.

    Attributes:
        facts: strongest origin first.
        missing: why a fact is not there, where that is known.
        architecture: the layers and blocks; None where no header of weights shows any.
        fingerprint: SHA-256 of the tensors' names, types and shapes, as hexadecimal text; None where none was read.
        parts: of a model of several; the facts are those of the one that is judged.
    """

    facts: Mapping[Key[Any], tuple[Fact[Any], ...]]
    missing: Mapping[Key[Any], Reason] = {}
    architecture: AbstractArchitecture | None = None
    fingerprint: str | None = None
    parts: tuple[ModelPart, ...] = ()

    @classmethod
    def of(
        cls,
        facts: Iterable[Fact[Any]],
        missing: Mapping[Key[Any], Reason] | None = None,
        architecture: AbstractArchitecture | None = None,
        fingerprint: str | None = None,
        parts: tuple[ModelPart, ...] = (),
    ) -> Self:
        """Group ``facts`` by key, the strongest origin first.

        Raises:
            KeyError: a fact's key is not declared in ``truename.facts.FACTS``.
        """
        grouped: dict[Key[Any], list[Fact[Any]]] = {}
        for fact in facts:
            if fact.key not in FACTS:
                raise KeyError(f"undeclared fact {fact.key!r}")
            grouped.setdefault(fact.key, []).append(fact)
        return cls(
            {key: by_strength(group) for key, group in grouped.items()},
            {key: reason for key, reason in (missing or {}).items() if key not in grouped},
            architecture,
            fingerprint,
            parts,
        )

    def with_facts(self, facts: Iterable[Fact[Any]]) -> Self:
        """The same with further facts, of keys of which there are none yet."""
        added = {fact.key: (fact,) for fact in facts}
        return msgspec.structs.replace(self, facts={**self.facts, **added})

    def get(self, key: Key[T], *origins: Origin) -> Fact[T] | None:
        """The strongest fact of that key (of one of ``origins``, where given), or None."""
        for fact in self.facts.get(key, ()):
            if not origins or fact.origin in origins:
                return fact
        return None

    def all(self, key: Key[T]) -> tuple[Fact[T], ...]:
        """Every fact of that key, strongest origin first."""
        return self.facts.get(key, ())

    def measured(self, key: Key[T]) -> Fact[T] | None:
        """The strongest fact of that key that the files themselves show, or None."""
        for fact in self.facts.get(key, ()):
            if fact.origin is not Origin.DECLARED:
                return fact
        return None

    def declared(self, key: Key[T]) -> Fact[T] | None:
        """The first fact of that key that the repository says of itself, or None."""
        return self.get(key, Origin.DECLARED)

    @overload
    def value(self, key: Key[T]) -> T | None: ...

    @overload
    def value(self, key: Key[T], default: D) -> T | D: ...

    def value(self, key: Key[T], default: D | None = None) -> T | D | None:
        """The strongest value of that key, or ``default``."""
        fact = self.get(key)
        return default if fact is None else fact.value

    def why_missing(self, key: Key[Any]) -> Reason:
        """Why there is no such fact: 'the weights have no readable header'.

        Raises:
            KeyError: there is no such key.
        """
        known = self.missing.get(key)
        return _not_read(key) if known is None else known


@cache  # rules ask for a model after the other
def _not_read(key: Key[Any]) -> Reason:
    if key not in FACTS:
        raise KeyError(f"undeclared fact {key!r}")
    kind = ReasonKind.NOT_DECLARED if FACTS[key].declared else ReasonKind.NOT_MEASURED
    return Reason(kind, f"no {key.replace('_', ' ')} could be read from the files")


def by_strength(group: Sequence[Fact[T]]) -> tuple[Fact[T], ...]:
    """Facts of one key, the strongest origin first; those of one origin stay in their order."""
    return tuple(sorted(group, key=lambda f: _STRENGTH[f.origin]) if len(group) > 1 else group)
