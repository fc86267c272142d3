"""Rules: one fault a file, four outcomes each. A new rule is a new file; nothing else lists it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from truename._lazy import once
from truename.facts import Key
from truename.rules.rule import Case, Decision, Rule, cannot_tell

__all__ = ["Case", "Decision", "Rule", "all_rules", "cannot_tell", "keys_read_by"]

_APART = (f"{__name__}.shared", f"{__name__}.policy")


@once
def all_rules() -> tuple[Rule, ...]:
    """One instance of every rule, by code.

    Every module in a sub-package is a rule's file, but for what several rules share and for the rules of a project's
    own policy, which are made for it: see ``truename.rules.policy``.

    Raises:
        RuntimeError: two rules share a code or a slug.
    """
    rules: list[Rule] = []
    for family in pkgutil.iter_modules(__path__, f"{__name__}."):
        if not family.ispkg or family.name in _APART:
            continue
        for module in pkgutil.iter_modules(importlib.import_module(family.name).__path__, f"{family.name}."):
            members = vars(importlib.import_module(module.name)).values()
            rules += [
                c() for c in members if isinstance(c, type) and c.__module__ == module.name and issubclass(c, Rule)
            ]
    for key in ("code", "slug"):
        seen = [getattr(rule, key) for rule in rules]
        if len(set(seen)) != len(seen):
            raise RuntimeError(f"two rules share a {key}: {sorted(seen)}")
    return tuple(sorted(rules, key=lambda rule: rule.code))


def keys_read_by(rules: Iterable[Rule]) -> frozenset[Key[Any]]:
    """Every fact that one of the rules declares to need or to look up: what else there is need not be read."""
    return _keys_read_by(tuple(rules))


@lru_cache(maxsize=16)  # the same rules for every model of a scan
def _keys_read_by(rules: tuple[Rule, ...]) -> frozenset[Key[Any]]:
    return frozenset[Key[Any]]().union(*(rule.needs | rule.reads for rule in rules))
