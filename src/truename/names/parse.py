"""A whole name: owner, model and revision, the elements of the model part, and the convention that they make.

Source of the conventions: Jiang et al., Empirical Software Engineering 30(6):155, 2025: implementation (the
architecture, its size, version, training), application or task, both, other.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from truename.names.addresses import PREFIXES, begin, ends
from truename.names.elements import Convention, Element, Kind, Role
from truename.names.reader import read
from truename.names.relabel import relabel

_PATH_STARTS = ("/", "./", "../", "~/")
# members looked up once: on the class it takes longer than all else here
_GUESSED = Role.OTHER  # of a word that nothing but its looks gives a kind
_BUILT = frozenset((Kind.ARCHITECTURE, Kind.SIZE, Kind.PARAMETERS, Kind.LAYERS, Kind.HIDDEN, Kind.TRAINING))
_APPLIED = frozenset((Kind.TASK, Kind.LANGUAGE, Kind.DATASET))


class ParsedName(msgspec.Struct, frozen=True, gc=False):
    """A name read into its elements, in order and without overlap. Spans count from the start of ``name``.

    Attributes:
        name: the whole text that was given: owner, revision and all.
        owner: what stands before the first slash.
        model: the part that the elements come from.
        revision: what stands behind the @, or in an address behind ``/tree/``.
        elements: in order and without overlap.
        alternatives: readings that were weighed and not chosen.
        grammar: as the grammar alone reads it, where the learned part changed it.
    """

    name: str
    owner: str | None
    model: str
    revision: str | None
    elements: tuple[Element, ...]
    alternatives: tuple[Element, ...] = ()
    grammar: tuple[Element, ...] | None = None

    @property
    def convention(self) -> Convention:
        """Which of the study's conventions the elements make."""
        return convention_of(self.elements)

    @property
    def claiming(self) -> tuple[Element, ...]:
        """The elements on which claims rest: the grammar's own."""
        return self.elements if self.grammar is None else self.grammar


def parse_name(name: str, *, learned: bool = True) -> ParsedName:
    """Read a model's name into its elements.

    Understands ``name``, ``owner/name``, ``owner/name/folder``, ``owner/name@revision``, the prefixes that model
    loaders use (``hf-hub:``), addresses at registries (``hf.co/owner/name:Q4_K_M``, ``ollama.com/library/llama3:8b``,
    ``https://huggingface.co/owner/name/tree/main``), timm's ``arch.tag`` and names of GGUF files. A path that begins
    with ``/``, ``./``, ``../`` or ``~/`` stands for its last part. Any text is a name; the time is linear in its
    length.

    Args:
        name: the text as it was given.
        learned: whether the learned part decides the kinds of what claims nothing; claims are the same without it.

    Returns:
        The elements in order, without overlap; their spans count from the start of ``name``.
    """
    start, stop, revision = 0, len(name), None
    if name.startswith(PREFIXES):
        start = begin(name)
        stop, revision = ends(name, start)
    end = name.find("@", start, stop)
    if end >= 0:
        revision = name[end + 1 : stop] or revision
    else:
        end = stop
    while end > start and name[end - 1] == "/":
        end -= 1
    owner = None
    if name.startswith(_PATH_STARTS, start):
        start = name.rfind("/", start, end) + 1
    elif (slash := name.find("/", start, end)) >= 0:
        owner = name[start:slash]
        start = slash + 1
    elements, alternatives = read(name, start, end)
    grammar = None
    if learned and (changed := relabel(elements)) is not elements:
        grammar, elements = elements, changed
    model = name[start:end]
    return ParsedName(name, owner, model, revision, elements, alternatives, grammar)


def convention_of(elements: Iterable[Element]) -> Convention:
    """Which of the four conventions the elements make, by the study's definitions.

    Implementation: the name says how the model is built, by architecture, size, layers, width, count or training.
    Application or task: it says what it is for, by task, language, data set or domain. A kind that is only guessed
    from a word's looks says neither.
    """
    built = applied = False
    for element in elements:
        if element.role is _GUESSED:
            continue
        kind = element.kind
        if kind in _APPLIED:
            applied = True
        elif kind in _BUILT:
            built = True
    if built:
        return Convention.COMBINED if applied else Convention.IMPLEMENTATION
    return Convention.APPLICATION_OR_TASK if applied else Convention.OTHER
