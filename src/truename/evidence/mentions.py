"""Which architecture families the text of a model card mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from truename.errors import FileError, TargetNotFoundError, UnsafePathError
from truename.facts import CARD_MENTIONS, Fact, Origin
from truename.sources.source import Source
from truename.vocabulary import squeeze, vocabulary

CARD = "README.md"
MAX_TEXT = 32_768  # bytes; a card names its model's family early
_WORD = re.compile(r"[a-z]+(?:[0-9.]*[a-z]+)*")


def card_mentions(source: Source) -> Iterator[Fact[Any]]:
    """The fact ``card_mentions``: keys of the families that the card's text names; nothing where there is no card.

    Only whole words count, with or without a number behind them: ``Mixtral-8x7B`` mentions Mixtral.
    """
    if CARD not in source.files:
        return
    try:
        with source.open(CARD) as blob:
            text = blob.read(0, MAX_TEXT).decode("utf-8", "replace").lower()
    except (TargetNotFoundError, UnsafePathError, FileError):  # a link out of the model: no card of this model
        return
    known = _families_by_word()
    found = {known[word] for word in set(_WORD.findall(text)) if word in known}
    yield Fact(CARD_MENTIONS, tuple(sorted(found)), Origin.DECLARED, CARD)


@cache
def _families_by_word() -> dict[str, str]:
    words: dict[str, str] = {}
    for family in vocabulary().families.values():
        if family.everyday:
            continue
        for alias in (family.key, *family.aliases):
            if (word := squeeze(alias).rstrip("0123456789")) and len(word) > 2:
                words.setdefault(word, family.key)
    return words
