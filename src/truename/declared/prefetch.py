"""How many first bytes of a repository's documents are read at first: what a source over a network fetches ahead."""

from __future__ import annotations

from collections.abc import Mapping

from truename.declared.documents import MAX_CONFIG_BYTES
from truename.declared.read import CARDS, COMPONENT, MAX_COMPONENTS, QUANTIZE_CONFIGS, TOKENIZER_STEPS
from truename.declared.runtimes import RUNTIMES

_DOCUMENTS = ("config.json", "adapter_config.json", "tokenizer_config.json", "modules.json", "model_index.json")
_CARD_BYTES = 32_768  # front matter, and the text in which a family is mentioned


def document_bytes(files: Mapping[str, int]) -> dict[str, int]:
    """Path to number of first bytes of each document that ``read_declared`` will read.

    Args:
        files: path to size of every file.
    """
    heads = {path: size for path in _DOCUMENTS if (size := files.get(path, 0)) <= MAX_CONFIG_BYTES and path in files}
    instead = () if "config.json" in files else RUNTIMES
    for names, length in ((QUANTIZE_CONFIGS, MAX_CONFIG_BYTES), (CARDS, _CARD_BYTES), (instead, MAX_CONFIG_BYTES)):
        if (path := next((name for name in names if name in files), None)) is not None:
            heads[path] = min(files[path], length)
    if "tokenizer.json" in files:
        heads["tokenizer.json"] = min(files["tokenizer.json"], TOKENIZER_STEPS[0])
    if "model_index.json" in files:
        parts = [path for path in files if COMPONENT.fullmatch(path)]
        heads |= {path: min(files[path], MAX_CONFIG_BYTES) for path in parts[:MAX_COMPONENTS]}
    return heads
