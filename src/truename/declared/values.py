"""Values out of declared documents: looked up by key, checked by type, and collected as facts.

A value of the wrong type is left out of the facts and named as wrong, with its file and key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from truename.compiled_tables import table
from truename.declared.declared import Document
from truename.declared.documents import kind_of
from truename.errors import DeclaredError
from truename.facts import FACTS, Fact, Origin

MAX_NUMBER = 2**53  # beyond it no dimension lies, and not every reader of a report could hold it
MAX_TEXT = 500  # characters of one declared string
MAX_ITEMS = 500  # of one declared list

_MISSING = object()


def keys() -> dict[str, Any]:
    """The table of keys, ``keys.toml``."""
    return table("declared/keys")


class Section(msgspec.Struct, frozen=True):
    """An object inside a document, and the path that leads to it."""

    file: str
    prefix: str  # "" or "text_config."
    data: Mapping[str, Any]

    @classmethod
    def of(cls, document: Document) -> Section:
        """A whole document."""
        return cls(document.file, "", document.data)

    def inner(self, key: str) -> Section | None:
        """The object under a key (dots lead deeper), None where there is none."""
        found = self.look(key)
        return Section(self.file, f"{self.prefix}{key}.", found) if isinstance(found, dict) else None

    def look(self, key: str) -> Any:
        """The value under a key (dots lead deeper); None for null and where there is none."""
        found = self.data.get(key, _MISSING)
        if found is _MISSING:
            head, dot, rest = key.partition(".")
            inner = self.data.get(head) if dot else None
            return Section(self.file, "", inner).look(rest) if isinstance(inner, dict) else None
        return found


class Found(msgspec.Struct, frozen=True):
    """A value and where it stood."""

    value: Any
    section: Section
    key: str

    @property
    def path(self) -> str:
        """The whole JSON key: ``text_config.hidden_size``."""
        return self.section.prefix + self.key


class Collector:
    """Facts and wrong values of one repository, in the order in which they were found."""

    def __init__(self) -> None:
        self.facts: list[Fact[Any]] = []
        self.wrong: list[DeclaredError] = []

    def add(self, key: str, found: Found | None, value: Any = None, how: str = "") -> None:
        """Add a declared fact; ``value`` where it is not the one that stood there, and ``how`` it came about."""
        if found is not None:
            value = found.value if value is None else value
            place = found.section.file
            self.facts.append(Fact(FACTS[key], value, Origin.DECLARED, place, found.path + how, key_path=found.path))

    def reject(self, section: Section, key: str, value: Any, wanted: str) -> None:
        """Note a value of the wrong kind."""
        shown = f" ({value!r})"[:60] if isinstance(value, (int, float)) else ""
        self.wrong.append(
            DeclaredError(section.file, f"{section.prefix}{key} is {kind_of(value)}{shown} where {wanted} is expected")
        )

    def number(self, sections: Iterable[Section], names: Sequence[str], least: int = 1) -> Found | None:
        """The first whole number of at least ``least`` under one of ``names``.

        A list (a value for each layer) counts where all its values are the same. A zero means 'none' and is passed
        over; anything else that is no such number is noted as wrong.
        """
        for section in sections:
            for name in names:
                if (value := section.look(name)) is None:
                    continue
                if isinstance(value, list) and value and all(type(v) is int for v in value):
                    if len(set(value)) > 1:
                        continue
                    value = value[0]
                if type(value) is int and least <= value <= MAX_NUMBER:
                    return Found(value, section, name)
                if not (type(value) is int and 0 <= value < least):
                    self.reject(section, name, value, "a whole number above zero")
        return None

    def text(self, sections: Iterable[Section], *names: str) -> Found | None:
        """The first string under one of ``names`` that is not empty."""
        for section in sections:
            for name in names:
                value = section.look(name)
                if isinstance(value, str):
                    if value := value.strip():
                        return Found(value[:MAX_TEXT], section, name)
                elif value is not None:
                    self.reject(section, name, value, "a string")
        return None

    def texts(self, sections: Iterable[Section], *names: str) -> Found | None:
        """The first list of strings (or single string) under one of ``names``, as a tuple without doubles."""
        for section in sections:
            for name in names:
                value = section.look(name)
                items = [value] if isinstance(value, str) else value
                if items is None:
                    continue
                if not isinstance(items, list):
                    self.reject(section, name, value, "a string or a list of strings")
                    continue
                if not all(isinstance(item, str) for item in items):
                    self.wrong.append(
                        DeclaredError(section.file, f"{section.prefix}{name} holds items that are no strings")
                    )
                words = (i.strip()[:MAX_TEXT] for i in items[:MAX_ITEMS] if isinstance(i, str))
                if kept := tuple(dict.fromkeys(word for word in words if word)):
                    return Found(kept, section, name)
        return None
