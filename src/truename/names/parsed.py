"""A name as it was read."""

from __future__ import annotations

import msgspec

from truename.names.convention import convention_of
from truename.names.elements import Convention, Element


class ParsedName(msgspec.Struct, frozen=True, gc=False):
    """A name read into its elements, in order and without overlap. Spans count from the start of ``name``."""

    name: str  # the whole text that was given: owner, revision and all
    owner: str | None
    model: str  # the part that the elements come from
    revision: str | None
    elements: tuple[Element, ...]
    alternatives: tuple[Element, ...] = ()  # readings that were weighed and not chosen
    grammar: tuple[Element, ...] | None = None  # as the grammar alone reads it, where the learned part changed it

    @property
    def convention(self) -> Convention:
        """Which of the study's conventions the elements make."""
        return convention_of(self.elements)

    @property
    def claiming(self) -> tuple[Element, ...]:
        """The elements on which claims rest: the grammar's own."""
        return self.elements if self.grammar is None else self.grammar
