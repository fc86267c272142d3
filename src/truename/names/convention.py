"""The naming convention of a name, from its elements.

Source: Jiang et al., Empirical Software Engineering 30(6):155, 2025: implementation (the architecture, its size,
version, training), application or task, both, other.
"""

from __future__ import annotations

from collections.abc import Iterable

from truename.names.elements import Convention, Element, Kind, Role
from truename.names.pieces import lexicon, squeeze

_BUILT = frozenset((Role.FAMILY, Role.BRAND))  # a word that only seems to be an architecture builds no name
_APPLIED = frozenset((Kind.TASK, Kind.LANGUAGE))  # people count a language as what the model is for


# members once looked up: on the class it takes longer than all else here
_ARCHITECTURE, _PARAMETERS, _TASK = Kind.ARCHITECTURE, Kind.PARAMETERS, Role.TASK


def convention_of(elements: Iterable[Element]) -> Convention:
    """Which of the four conventions the elements make."""
    built = applied = False
    for element in elements:
        kind = element.kind
        if kind is _ARCHITECTURE:
            built = built or element.role in _BUILT
        elif kind is _PARAMETERS:
            built = True
        elif not applied and kind in _APPLIED and not (element.role is _TASK and is_dataset(element.text)):
            applied = True
    if built:
        return Convention.COMBINED if applied else Convention.IMPLEMENTATION
    return Convention.APPLICATION_OR_TASK if applied else Convention.OTHER


def is_dataset(text: str) -> bool:
    """Whether a word names a data set of a task: ``stsb`` says on what a model was trained, not what it is for."""
    reading = lexicon().readings.get(squeeze(text))
    return reading is not None and reading[1] is Kind.DATASET
