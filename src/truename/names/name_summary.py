"""What the words of a name say together: its families and languages, and whether it is sized or packed."""

from __future__ import annotations

from collections.abc import Iterable

from truename.names.elements import Role
from truename.names.lexicon import Piece, Tag, lexicon
from truename.names.quantities import TRAINED_ON

_PACKING = frozenset((Role.QUANTISATION, Role.PACKAGING))  # beside these a LoRA is merged into the weights
_COUNTS = frozenset((Role.PARAMETERS, Role.MIXTURE))
_SEEING = ("vision", "multimodal")


class About:
    """A name as a whole.

    Attributes:
        families, languages: keys of families, codes of languages.
        vision, audio, generative: whether a family is of that sort.
        sized: whether a count of billions, or of experts, is there.
        counts, quantities: how many counts of parameters, and how many of them are single numbers.
        packed: whether weights are quantised, packed or merged.
    """

    __slots__ = ("audio", "counts", "families", "generative", "languages", "packed", "quantities", "sized", "vision")

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self.vision = self.audio = self.generative = self.sized = self.packed = False
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

    def _add_family(self, key: str) -> None:
        family = lexicon().words.families[key]
        self.families.add(key)
        self.vision |= family.modality in _SEEING
        self.audio |= family.modality == "audio"
        self.generative |= family.generative
