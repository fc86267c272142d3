"""The pieces of one name while it is read: what stands beside each, what the name says as a whole, and its elements."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from truename.names.elements import Element, Kind, Role
from truename.names.lexicon import Piece, Tag, lexicon
from truename.names.quantities import TRAINED_ON

_PACKING = frozenset((Role.QUANTISATION, Role.PACKAGING, Role.MERGE))  # beside these a LoRA is merged into the weights
_COUNTS = frozenset((Role.PARAMETERS, Role.MIXTURE))
_MIXTURES = frozenset(("mixtral", "llama4", "gpt_oss", "dbrx"))
_SEEING = ("vision", "multimodal")


class NameSummary:
    """A name as a whole.

    Attributes:
        families, languages: keys of families, codes of languages.
        vision, audio, generative: whether a family is of that sort.
        sized: whether a count of billions, or of experts, is there.
        counts, quantities: how many counts of parameters, and how many of them are single numbers.
        packed: whether weights are quantised, packed or merged.
        quantised: whether weights are quantised or packed.
        mixture: whether the word MoE is there.
        adapter: whether the word adapter, or that of a method for one, is there.
    """

    __slots__ = (
        "adapter", "audio", "counts", "families", "generative", "languages", "mixture", "packed", "quantised",
        "quantities", "sized", "vision",
    )  # fmt: skip

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self.vision = self.audio = self.generative = self.sized = self.packed = self.quantised = False
        self.mixture = self.adapter = False
        self.quantities = self.counts = 0
        self.families: set[str] = set()
        self.languages: set[str] = set()
        for piece in pieces:
            role = piece.role
            if role is Role.OTHER:
                continue
            if role is Role.FAMILY:
                self._add_family(piece.value)
            elif role in _COUNTS:
                self.sized |= role is Role.MIXTURE or (piece.word[-1] == "b" and piece.value < TRAINED_ON)
                self.quantities += piece.tag == Tag.QUANTITY
                self.counts += 1
            elif role is Role.LANGUAGE:
                self.languages.add(piece.value)
            elif role in _PACKING or piece.value == "merged":
                self.packed = True
                self.quantised |= role is not Role.MERGE and role is not Role.REUSE
            elif role is Role.BITS:
                self.quantised |= piece.tag != Tag.IN_QUANTISED
            elif role is Role.MOE:
                self.mixture = True
            elif role is Role.ADAPTER:
                self.adapter = True

    def _add_family(self, key: str) -> None:
        family = lexicon().words.families[key]
        self.families.add(key)
        self.vision |= family.modality in _SEEING
        self.audio |= family.modality == "audio"
        self.generative |= family.generative
        self.mixture |= "moe" in key or key in _MIXTURES


class Context:
    """The pieces of one name, and the elements made of them so far.

    Attributes:
        name: the whole name.
        pieces, at: the pieces, and where in the name the chunk of each begins.
        elements, alternatives: what was chosen and what was weighed.
        tag: where in the name timm's tag begins (``arch.tag``), the end of the name where there is none.
        size_claimed: whether a size word was taken for the size of the model.
    """

    __slots__ = (
        "_emitted",
        "_looked_at",
        "_summary",
        "_words",
        "alternatives",
        "at",
        "elements",
        "name",
        "pieces",
        "size_claimed",
        "tag",
    )

    def __init__(self, name: str, pieces: list[Piece], at: list[int], tag: int) -> None:
        self.name, self.pieces, self.at, self.tag = name, pieces, at, tag
        self.elements: list[Element] = []
        self.alternatives: list[Element] = []
        self.size_claimed = False
        self._summary: NameSummary | None = None
        self._words: set[str] | None = None
        self._emitted: set[Role] = set()
        self._looked_at = 0  # elements whose roles are in ``_emitted``

    def has_emitted(self, roles: Collection[Role]) -> bool:
        """Whether an element with one of ``roles`` was made so far. Linear over all calls for one name."""
        for place in range(self._looked_at, len(self.elements)):
            self._emitted.add(self.elements[place].role)
        self._looked_at = len(self.elements)
        return not self._emitted.isdisjoint(roles)

    @property
    def summary(self) -> NameSummary:
        """What the name says as a whole, looked up when first asked for: most names are read without."""
        if self._summary is None:
            own = (
                self.pieces
                if self.at[-1] < self.tag
                else [p for p, at in zip(self.pieces, self.at, strict=True) if at < self.tag]
            )
            self._summary = NameSummary(own)
        return self._summary

    @property
    def has_adapter(self) -> bool:
        """Whether the name says that the model is an adapter."""
        return self.summary.adapter

    def in_tag(self, i: int) -> bool:
        """Whether piece ``i`` is of timm's tag, which says how the model was trained and not what it is."""
        return self.at[i] >= self.tag

    def accept_piece(self, i: int) -> int:
        """Take a piece for what it seems."""
        piece, at = self.pieces[i], self.at[i]
        start, end = at + piece.start, at + piece.end
        value = piece.value if piece.claims else None
        self.elements.append(Element(piece.kind, piece.role, self.name[start:end], start, end, value))
        return i + 1

    def emit(self, i: int, kind: Kind, role: Role, value: Any, last: int | None = None) -> int:
        """Make one element of pieces ``i`` to ``last``; returns the piece after them."""
        last = i if last is None else last
        start, end = self.at[i] + self.pieces[i].start, self.at[last] + self.pieces[last].end
        self.elements.append(Element(kind, role, self.name[start:end], start, end, value))
        return last + 1

    def add_alternative(self, i: int, kind: Kind, role: Role, value: Any, last: int | None = None) -> None:
        """Keep a reading that is not chosen."""
        last = i if last is None else last
        start, end = self.at[i] + self.pieces[i].start, self.at[last] + self.pieces[last].end
        self.alternatives.append(Element(kind, role, self.name[start:end], start, end, value))

    def emit_other(self, i: int, last: int | None = None) -> int:
        """A piece that says nothing checkable."""
        return self.emit(i, Kind.OTHER, Role.OTHER, None, last)

    def piece_at(self, i: int) -> Piece | None:
        """The piece at ``i``, if there is one."""
        return self.pieces[i] if 0 <= i < len(self.pieces) else None

    def text_between(self, i: int) -> str:
        """What stands between piece ``i`` and the next: at most a separator where they are neighbours."""
        return self.name[self.at[i] + self.pieces[i].end : self.at[i + 1] + self.pieces[i + 1].start]

    def has_word(self, words: frozenset[str]) -> bool:
        """Whether any piece of the name is one of ``words``."""
        if self._words is None:
            self._words = {piece.word for piece in self.pieces}
        return not self._words.isdisjoint(words)

    def word_at(self, i: int) -> str:
        """The word of piece ``i``, empty outside the name."""
        return self.pieces[i].word if 0 <= i < len(self.pieces) else ""
