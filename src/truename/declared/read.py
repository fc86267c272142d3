"""Read a repository's documents: each once, within its limit; a broken one becomes a problem."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, TypeVar

from truename.declared.card import read_card
from truename.declared.declared import Declared, Document
from truename.declared.documents import MAX_CONFIG_BYTES, Open, kind_of, read_json, read_object
from truename.declared.places import EVERYWHERE, Place
from truename.declared.runtimes import RUNTIMES, as_config
from truename.errors import (
    DeclaredError,
    FileError,
    FileTooLargeError,
    NotDownloadedError,
    TargetNotFoundError,
    UnsafePathError,
)
from truename.stand_ins import HEAD_BYTES, pointer

MAX_COMPONENTS = 64
MAX_BYTES = 6_500_000  # of all documents of a model
CARDS = ("README.md", "readme.md", "Readme.md")
QUANTIZE_CONFIGS = ("quantize_config.json", "quant_config.json", "hf_quant_config.json")
# The normalizer stands before the vocabulary, behind up to hundreds of added tokens.
TOKENIZER_STEPS = (4_096, 16_384, 65_536, 262_144, 1_000_000)
_NORMALIZER = re.compile(rb'(?<!\\)"normalizer"\s*:\s*')

_ADAPTER = re.compile(r"adapter_(?:model|config)\..+|pytorch_lora_weights\..+")
_FULL = re.compile(
    r"(?:pytorch_|diffusion_pytorch_)?model(?:[.-].*)?\.(?:safetensors|bin)|consolidated[.-].*|tf_model\.h5"
    r"|flax_model\.msgpack|.+\.(?:safetensors|bin)\.index(?:\..+)?\.json"
)
COMPONENT = re.compile(r"([^/.]+)/config\.json")

T = TypeVar("T")


def read_declared(files: Mapping[str, int], open: Open, places: Set[Place] = EVERYWHERE) -> Declared:
    """Read what a repository says of itself. No document is needed, and none can make this fail.

    Args:
        files: path to size of every file, as a source lists them.
        open: hands out a file's bytes.
        places: which kinds of documents to read.
    """
    problems: list[FileError] = []
    left = MAX_BYTES

    def attempt(read: Callable[[], T]) -> T | None:
        try:
            return read()
        except FileError as problem:
            problems.append(problem)
        except (TargetNotFoundError, UnsafePathError) as error:  # listed, and gone or leading out
            problems.append(DeclaredError(error.target, error.problem))
        return None

    def within(path: str) -> bool:
        """Whether the document is there, and what is left for those of this model is enough for it."""
        nonlocal left
        if path not in files or files[path] > MAX_CONFIG_BYTES:  # which is an error of its own
            return path in files
        left -= files[path]
        if left < 0:
            problem = f"is left out: of all documents of a model no more than {MAX_BYTES:,} bytes are read"
            problems.append(FileTooLargeError(path, problem))
        return left >= 0

    def document(*names: str) -> Document | None:
        path = next((name for name in names if name in files), None)
        return attempt(lambda: read_object(path, files[path], open)) if path is not None and within(path) else None

    config = document("config.json")
    model_index = document("model_index.json")
    adapter_files, full_weights = weights_among(files)
    tokenizer_config = document("tokenizer_config.json") if Place.TOKENIZER in places else None
    looks_inside = Place.NORMALIZER in places and not _says_case(tokenizer_config)
    card = next((name for name in CARDS if name in files), None)
    return Declared(
        config=config or (None if (runtime := document(*RUNTIMES)) is None else as_config(runtime)),
        adapter_config=document("adapter_config.json") if Place.ADAPTER in places else None,
        card=None if card is None or Place.CARD not in places else attempt(lambda: _card(card, open)),
        tokenizer_config=tokenizer_config,
        quantize_config=document(*QUANTIZE_CONFIGS),
        modules=attempt(lambda: _modules(files, open)) if within("modules.json") else None,
        model_index=model_index,
        components={} if model_index is None else _components(files, document),
        normalizer=attempt(lambda: _normalizer(files, open)) if looks_inside else None,
        adapter_files=adapter_files,
        full_weights=full_weights,
        card_file=card,
        left_out=EVERYWHERE - places,
        problems=tuple(problems),  # last: what is read above adds to them
    )


def weights_among(files: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of a list of files an adapter's configuration and weights, and weights or indexes of a whole model."""
    paths = tuple(files)
    return (
        tuple(path for path in paths if _ADAPTER.fullmatch(path)),
        tuple(path for path in paths if _FULL.fullmatch(path.rpartition("/")[2]) and _main(path)),
    )


def _main(path: str) -> bool:
    """Whether weights lie where a whole model's lie, and not in a module or a checkpoint of a run."""
    return path.rpartition("/")[0] in ("", "transformer", "unet")


def _card(path: str, open: Open) -> Document | None:
    with open(path) as blob:
        found = read_card(blob)
        # A pointer has no front matter, and is shorter than most cards.
        if found is None and blob.size <= HEAD_BYTES and (whose := pointer(blob.read(0, HEAD_BYTES))) is not None:
            raise NotDownloadedError(path, whose)
        return found


def _modules(files: Mapping[str, int], open: Open) -> Document | None:
    path = "modules.json"
    if path not in files:
        return None
    found = read_json(path, files[path], open)
    if not isinstance(found, list):
        raise DeclaredError(path, f"holds {kind_of(found)} where a list of modules is expected")
    return Document(path, {"modules": found})


def _components(files: Mapping[str, int], document: Callable[[str], Document | None]) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for path in files:
        match = COMPONENT.fullmatch(path)
        if match and len(found) < MAX_COMPONENTS and (component := document(path)) is not None:
            found[match[1]] = component
    return found


def _says_case(tokenizer_config: Document | None) -> bool:
    return tokenizer_config is not None and isinstance(tokenizer_config.data.get("do_lower_case"), bool)


def _normalizer(files: Mapping[str, int], open: Open) -> Document | None:
    """Only the normalizer of tokenizer.json, from its first bytes: the file itself is as long as its vocabulary."""
    path = "tokenizer.json"
    if path not in files:
        return None
    with open(path) as blob:
        for length in TOKENIZER_STEPS:
            data = blob.read(0, length)
            if blob.size <= HEAD_BYTES and (whose := pointer(data)) is not None:
                raise NotDownloadedError(path, whose)
            if (found := _value_after(_NORMALIZER.search(data), data)) is not _ABSENT:
                return Document(path, {"normalizer": found})
            if blob.size <= length:
                break
    return None


_ABSENT = object()


def _value_after(key: re.Match[bytes] | None, data: bytes) -> Any:
    """The JSON value that starts where ``key`` ends, or _ABSENT where there is no whole one."""
    if key is None:
        return _ABSENT
    try:
        return json.JSONDecoder().raw_decode(data[key.end() :].decode("utf-8", "replace"))[0]
    except (ValueError, RecursionError):
        return _ABSENT


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
