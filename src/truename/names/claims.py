"""Claims: what the elements of a name say, in the units in which files can contradict them."""

from __future__ import annotations

from typing import Any

import msgspec

from truename.names.elements import Element, Role
from truename.names.parse import ParsedName


class Claim(msgspec.Struct, frozen=True):
    """One checkable statement of a name.

    Attributes:
        role: what is claimed.
        value: the claimed value, in the form that is said beside each role.
        element: the element that claims it.
    """

    role: Role
    value: Any
    element: Element


class Claims(msgspec.Struct, frozen=True):
    """All checkable statements of one name.

    Attributes:
        parsed: the name.
        items: the claims, in the order of the name.
        given: whether the user gave the name: then it is what is judged, and not the name of a file.
    """

    parsed: ParsedName
    items: tuple[Claim, ...]
    given: bool = False

    @property
    def name(self) -> str:
        """The whole name, for suggestions: spans count from its start."""
        return self.parsed.name

    def of(self, *roles: Role) -> tuple[Claim, ...]:
        """The claims with one of ``roles``, in the order of the name."""
        return tuple(c for c in self.items if c.role in roles)


def claims_of(parsed: ParsedName, *, given: bool = False) -> Claims:
    """The claims of a parsed name.

    Args:
        parsed: the name.
        given: whether the user gave it: then it is what is judged, and not the name of a file.
    """
    items = tuple(Claim(e.role, e.value, e) for e in parsed.claiming if e.value is not None)
    return Claims(parsed, items, given)
