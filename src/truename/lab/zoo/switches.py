"""What releases of one class switch: booleans, kinds by name, sizes that may be none; one change at a time.

A variation (``variation.py``) changes many numbers at once, so that one which the class does not take spoils the
others. Here each change stands alone over a shallow default, and those without an effect on a shape are not written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from truename.lab.zoo.fact_tables import table
from truename.lab.zoo.variation import Changes, levels_of, roles

_MOST = 40  # changes of one class


def shallow(default: Mapping[str, Any]) -> Changes:
    """The changes that make a configuration cheap to build: few layers, few experts."""
    facts = table("variation")["one_at_a_time"]
    changes: Changes = {}
    for path, level in levels_of(default):
        mixture = any(key in roles()["experts"] and _is_size(value) for key, value in level.items())
        most = facts["depths_of_a_shallow_model"][mixture]
        for key, value in level.items():
            if key in roles()["depth"] and _is_size(value) and value > most:
                changes[(*path, key)] = most
            if key in roles()["experts"] and _is_size(value) and value > facts["experts_of_a_shallow_model"]:
                changes[(*path, key)] = facts["experts_of_a_shallow_model"]
    return changes


def switches(default: Mapping[str, Any], choices: Mapping[str, tuple[Any, ...]]) -> list[Changes]:
    """No change at all, and then each change that a release may make.

    Args:
        default: a configuration as nested mappings.
        choices: by key, the values that the configuration's class allows, as ``choices_of`` finds them.
    """
    found: list[Changes] = [{}]
    for path, level in levels_of(default):
        for key, value in sorted(level.items()):
            found += [{(*path, key): new} for new in _others(key, value, choices.get(key, ()))]
    return found[:_MOST]


def _others(key: str, value: Any, choices: tuple[Any, ...]) -> Iterator[Any]:
    facts = table("variation")["one_at_a_time"]
    if isinstance(value, bool):
        if not key.startswith(tuple(facts["idle"])):
            yield not value
        return
    listed = [*facts["values"].get(key, ()), *choices]
    seen: list[Any] = [value]
    for new in listed:
        if new not in seen:
            seen.append(new)
            yield new
    if key in facts["lacking"] and _is_size(value):
        yield None


def choices_of(config_class: Any) -> dict[str, tuple[Any, ...]]:
    """By key, the words that a class of configurations says it takes (``Literal``)."""
    found: dict[str, tuple[Any, ...]] = {}
    for ancestor in reversed(config_class.__mro__):
        for key, kind in vars(ancestor).get("__annotations__", {}).items():
            if words := tuple(_words(kind)):
                found[key] = words
    return found


def _words(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is Literal:
        yield from (word for word in get_args(kind) if isinstance(word, str))
    else:
        for part in get_args(kind):
            yield from _words(part)


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 1
