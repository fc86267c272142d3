"""The naming convention of a name, from its elements.

Source: Jiang et al., Empirical Software Engineering 30(6):155, 2025: implementation (the architecture, its size,
version, training), application or task, both, other.
"""

from __future__ import annotations

from collections.abc import Iterable

from truename.names.elements import Convention, Element, Kind, Role
from truename.names.lexicon import lexicon, squeeze

# members looked up once: on the class it takes longer than all else here
_ARCHITECTURE, _PARAMETERS, _LANGUAGE, _TASK = Kind.ARCHITECTURE, Kind.PARAMETERS, Kind.LANGUAGE, Kind.TASK
_DATASET, _UNKNOWN, _TASK_WORD = Kind.DATASET, Role.OTHER, Role.TASK
_BUILT = frozenset((Role.FAMILY, Role.BRAND))  # a word that only seems to be an architecture builds no name


def convention_of(elements: Iterable[Element]) -> Convention:
    """Which of the four conventions the elements make.

    People count a language as what a model is for. A word that only seems to be a task (to the grammar or to the
    learned part alone) and a field of data say what a model is for where nothing says how it is built:
    ``lyric-alignment``, ``aggretriever``, ``indoor-scenes``.
    """
    built = applied = hinted = False
    for element in elements:
        kind, role = element.kind, element.role
        if kind is _ARCHITECTURE:
            built = built or role in _BUILT
            hinted = hinted or role is _TASK_WORD
        elif kind is _PARAMETERS:
            built = True
        elif kind is _LANGUAGE:
            applied = True
        elif kind is _TASK:
            hinted = True
            applied = applied or not (role is _UNKNOWN or (role is _TASK_WORD and is_dataset(element.text)))
        elif kind is _DATASET:
            hinted = True
    if built:
        return Convention.COMBINED if applied else Convention.IMPLEMENTATION
    return Convention.APPLICATION_OR_TASK if applied or hinted else Convention.OTHER


def is_dataset(text: str) -> bool:
    """Whether a word names a data set of a task: ``stsb`` says on what a model was trained, not what it is for."""
    reading = lexicon().readings.get(squeeze(text))
    return reading is not None and reading[1] is Kind.DATASET
