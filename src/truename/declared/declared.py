"""What a repository says of itself: each document parsed once, each fact with its file and key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from truename.declared.places import Place
from truename.errors import FileError


class Document(msgspec.Struct, frozen=True):
    """One parsed JSON or YAML object and the file it came from."""

    file: str
    data: Mapping[str, Any]


class Declared(msgspec.Struct, frozen=True):
    """The documents of one repository. A missing document is None; a broken one is None and a problem."""

    config: Document | None = None  # config.json
    adapter_config: Document | None = None
    card: Document | None = None  # front matter of the card
    tokenizer_config: Document | None = None
    quantize_config: Document | None = None  # GPTQ's older quantize_config.json
    modules: Document | None = None  # sentence-transformers' modules.json, as {"modules": [...]}
    module_configs: tuple[Document, ...] = ()  # config.json of each of these modules, in their order
    model_index: Document | None = None  # diffusers' model_index.json
    components: Mapping[str, Document] = {}  # diffusers: component -> its config.json
    problems: tuple[FileError, ...] = ()
    normalizer: Document | None = None  # tokenizer.json's normalizer, as {"normalizer": ...}
    adapter_files: tuple[str, ...] = ()  # an adapter's configuration and weights, from the list of files
    full_weights: tuple[str, ...] = ()  # weights or indexes of a whole model, from the list of files
    card_file: str | None = None  # the card, also where it has no front matter
    left_out: frozenset[Place] = frozenset()  # documents that nobody asked for
