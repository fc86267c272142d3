"""Tags of a card that promise something of the files, and which of them the files contradict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from truename.evidence.evidence import Evidence
from truename.facts import FORMATS, IS_ADAPTER, TAGS, Fact, Origin
from truename.rules.shared import storage

# What a tag promises of the files: a format that is there, or weights that are packed.
FORMAT_TAGS: Mapping[str, str] = {"gguf": "gguf", "onnx": "onnx", "tflite": "tflite"}
PACKED_TAGS = frozenset({"4-bit", "8-bit", "3-bit", "2-bit", "awq", "gptq", "exl2", "bitsandbytes", "nvfp4", "mxfp4"})


class WrongTag(NamedTuple):
    """A tag that the files contradict."""

    tag: str  # as the card writes it
    there: str  # what is there instead, as a clause


def promising_tags(fact: Fact[tuple[str, ...]] | None) -> tuple[str, ...]:
    """The tags that promise something of the files, as the card writes them."""
    tags = fact.value if fact is not None else ()
    return tuple(tag for tag in tags if tag.strip().lower() in FORMAT_TAGS or tag.strip().lower() in PACKED_TAGS)


def wrong_tags(evidence: Evidence) -> tuple[WrongTag, ...]:
    """The tags that the files contradict; none where the files do not show it."""
    formats = evidence.get(FORMATS, Origin.WEIGHTS, Origin.FILES)
    if formats is None or not formats.value:
        return ()
    full = None if evidence.value(IS_ADAPTER) else storage.full_precision(evidence)
    found = []
    for tag in promising_tags(evidence.declared(TAGS)):
        word = tag.strip().lower()
        if word in FORMAT_TAGS:
            if FORMAT_TAGS[word] not in formats.value:
                found.append(WrongTag(tag, f"the weights are {' and '.join(formats.value)} files"))
        elif full is not None and formats.value == ("safetensors",):
            found.append(WrongTag(tag, f"the weights are stored in full precision ({', '.join(full.value)})"))
    return tuple(found)
