"""What the text of a model card mentions and says: families, work that it claims as its own, lines to be checked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from truename._lazy import pattern
from truename.compiled_tables import table
from truename.declared import card_text_facts
from truename.errors import FileError, TargetNotFoundError, UnsafePathError
from truename.facts import CARD_MENTIONS, OWN_WORK, Fact, Origin
from truename.sources.source import Source
from truename.vocabulary import squeeze, vocabulary

CARD = "README.md"
_FAMILIES = ("family", "brand")
MAX_TEXT = 32_768  # bytes; a card names its model's family early
# Training or development that a text claims for itself, in prose: not the empty fields of a template ('Developed by:').
_MODEL = r"(?:[\w-]+ ){0,3}(?:models?|llms?|a\.?i\.?|artificial intelligence|transformers?|networks?|architectures?)\b"
_OWN_WORK = pattern(
    r"\b(?:"
    r"(?:pre-?)?trained (?:\w+ ){0,3}from scratch"
    r"|(?:built|developed|created|written) (?:\w+ ){0,2}from (?:scratch|the ground up)"
    rf"|(?:our|my|its|his|her|their) (?:very )?own {_MODEL}"
    rf"|(?:proprietary|in-house|home-?grown|self-developed|self-trained|sovereign) {_MODEL}"
    rf"|(?:we|i|our team) (?:have |has |ha've )?(?:pre-?trained|developed|built|created|designed) {_MODEL}"
    rf"|(?:is|are|was|as) (?:a|an|the) {_MODEL} (?:[\w-]+ ){{0,3}}?"
    r"(?:pre-?trained|developed|built|created|designed) by (?!\[)\w+"
    r")"
    r"|自主研发|自研|完全自主"
)
# Words of those who say that it is made from something else, even if they do not say from what.
_DERIVED = pattern(
    r"fine-?\s?tun|\b(?:q?lora|adapters?|merged?|mergekit|quanti[sz]ed|distilled|converted|derived|based on|base model"
    r"|built (?:up)?on|built on top|continued pre-?training|further (?:pre-?)?trained|weights of)\b|微调"
)
_WORD = pattern(r"[a-z]+(?:[0-9.]*[a-z]+)*")


def card_mentions(source: Source) -> Iterator[Fact[Any]]:
    """What the card's text names, as keys of families and first words of releases, and what work it claims as its own.

    Only whole words count, with or without a number behind them: ``Mixtral-8x7B`` mentions Mixtral. Nothing where
    there is no card. A text that speaks of fine-tuning, merging or converting claims no work of its own.
    """
    if CARD not in source.files:
        return
    try:
        with source.open(CARD) as blob:
            written = blob.read(0, MAX_TEXT).decode("utf-8", "replace")
    except (TargetNotFoundError, UnsafePathError, FileError):  # a link out of the model: no card of this model
        return
    text = written.lower()
    known = _families_by_word()
    found = {known[word] for word in set(_WORD.findall(text)) if word in known}
    yield Fact(CARD_MENTIONS, tuple(sorted(found)), Origin.DECLARED, CARD)
    if (claim := _OWN_WORK.search(text)) and not _DERIVED.search(text):
        yield Fact(OWN_WORK, " ".join(claim[0].split()), Origin.DECLARED, CARD)
    yield from card_text_facts(written, CARD)


@cache
def _families_by_word() -> dict[str, str]:
    words: dict[str, str] = {}
    for family in vocabulary().families.values():
        if family.everyday:
            continue
        for alias in (family.key, *family.aliases):
            word = squeeze(alias).rstrip("0123456789")
            read = vocabulary().readings.get(word)  # small-100 is a family, and small is a size
            if len(word) > 2 and (read is None or read.role in _FAMILIES):
                words.setdefault(word, family.key)
    for word in table("declared/release_words")["words"]:
        words.setdefault(word, word)
    return words
