"""The naming convention of a name, from its elements.

Source: Jiang et al., Empirical Software Engineering 30(6):155, 2025: implementation (the architecture, its size,
version, training), application or task, both, other.
"""

from __future__ import annotations

from collections.abc import Iterable

from truename.names.elements import Convention, Element, Kind, Role

_IMPLEMENTATION = frozenset((Kind.ARCHITECTURE, Kind.PARAMETERS))
_APPLICATION = frozenset((Kind.TASK, Kind.LANGUAGE))  # people count a language as what the model is for


def convention_of(elements: Iterable[Element]) -> Convention:
    """Which of the four conventions the elements make."""
    built = applied = False
    for element in elements:
        kind = element.kind
        if kind in _IMPLEMENTATION:
            built = True
        elif kind in _APPLICATION or element.role is Role.TASK:
            applied = True
    if built:
        return Convention.COMBINED if applied else Convention.IMPLEMENTATION
    return Convention.APPLICATION_OR_TASK if applied else Convention.OTHER
