"""Which document states which fact: what is read, and fetched ahead, follows from the facts that somebody looks at."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from truename.facts import (
    ADAPTER_ALPHA,
    ADAPTER_BASE,
    ADAPTER_METHOD,
    ADAPTER_OTHER_RANKS,
    ADAPTER_RANK,
    ADAPTER_TARGETS,
    BASE_MODEL_RELATION,
    BASE_MODELS,
    CARD_MENTIONS,
    CARD_MERGES,
    CARD_STATEMENTS,
    CARD_TITLE,
    CASED,
    DATASETS,
    LANGUAGES,
    LIBRARY_NAME,
    LICENCE,
    MODEL_MAX_LENGTH,
    OWN_WORK,
    PIPELINE_TAG,
    TAGS,
    TOKENIZER_CLASS,
    TOKENIZER_LAST_TOKEN,
    UNREADABLE_FILES,
    Key,
)


class Place(StrEnum):
    """A document, or several that say the same kind of thing."""

    CONFIG = "config"  # config.json and its kin: what the weights are measured by, so it is always read
    CARD = "card"
    TOKENIZER = "tokenizer"  # tokenizer_config.json
    NORMALIZER = "normalizer"  # the first bytes of tokenizer.json
    ADAPTER = "adapter"


EVERYWHERE = frozenset(Place)
STATED_IN: dict[Place, frozenset[Key[Any]]] = {
    Place.CARD: frozenset(
        (
            *(BASE_MODELS, BASE_MODEL_RELATION, LANGUAGES, DATASETS, PIPELINE_TAG, LIBRARY_NAME, TAGS, LICENCE),
            *(CARD_MENTIONS, CARD_MERGES, CARD_STATEMENTS, CARD_TITLE, OWN_WORK),
        )
    ),
    Place.TOKENIZER: frozenset((CASED, MODEL_MAX_LENGTH, TOKENIZER_CLASS, TOKENIZER_LAST_TOKEN)),
    Place.NORMALIZER: frozenset((CASED,)),
    Place.ADAPTER: frozenset(
        (
            *(ADAPTER_ALPHA, ADAPTER_BASE, ADAPTER_METHOD, ADAPTER_OTHER_RANKS, ADAPTER_RANK, ADAPTER_TARGETS),
            BASE_MODEL_RELATION,
        )
    ),
}


def places_of(keys: Iterable[Key[Any]] | None) -> frozenset[Place]:
    """Where to look for facts of these keys; everywhere for None.

    Which files are unreadable shows in each of them.
    """
    wanted = None if keys is None else frozenset(keys)
    if wanted is None or UNREADABLE_FILES in wanted:
        return EVERYWHERE
    return frozenset({Place.CONFIG, *(place for place, stated in STATED_IN.items() if not stated.isdisjoint(wanted))})
