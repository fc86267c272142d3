"""How many first bytes of a repository's documents are read at first: what a source over a network fetches ahead."""

from __future__ import annotations

from collections.abc import Mapping, Set

from truename.declared.documents import MAX_CONFIG_BYTES
from truename.declared.places import EVERYWHERE, Place
from truename.declared.read import CARDS, COMPONENT, MAX_BYTES, MAX_COMPONENTS, QUANTIZE_CONFIGS, TOKENIZER_STEPS
from truename.declared.runtimes import RUNTIMES

_DOCUMENTS = {
    "config.json": Place.CONFIG,
    "adapter_config.json": Place.ADAPTER,
    "tokenizer_config.json": Place.TOKENIZER,
    "modules.json": Place.CONFIG,
    "model_index.json": Place.CONFIG,
}
_CARD_BYTES = 32_768  # front matter, and the text in which a family is mentioned


def document_bytes(files: Mapping[str, int], places: Set[Place] = EVERYWHERE) -> dict[str, int]:
    """Path to number of first bytes of each document that ``read_declared`` will read.

    Args:
        files: path to size of every file.
        places: which kinds of documents.
    """
    heads: dict[str, int] = {}
    for path, place in _DOCUMENTS.items():
        if place in places and path in files and files[path] <= MAX_CONFIG_BYTES:
            heads[path] = files[path]
    instead = () if "config.json" in files else RUNTIMES
    for place, names, length in (
        (Place.CONFIG, QUANTIZE_CONFIGS, MAX_CONFIG_BYTES),
        (Place.CONFIG, instead, MAX_CONFIG_BYTES),
        (Place.CARD, CARDS, _CARD_BYTES),
    ):
        if place in places and (path := next((name for name in names if name in files), "")):
            heads[path] = min(files[path], length)
    if Place.NORMALIZER in places and "tokenizer.json" in files:
        heads["tokenizer.json"] = min(files["tokenizer.json"], TOKENIZER_STEPS[0])
    if Place.CONFIG in places and "model_index.json" in files:
        parts = [path for path in files if COMPONENT.fullmatch(path)]
        heads |= {path: min(files[path], MAX_CONFIG_BYTES) for path in parts[:MAX_COMPONENTS]}
    left = MAX_BYTES
    return {path: length for path, length in heads.items() if (left := left - length) >= 0}
