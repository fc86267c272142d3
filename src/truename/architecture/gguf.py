"""What the metadata and the tensor types of a GGUF file say: the format carries its own configuration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from truename.architecture.model_config import Settings
from truename.compiled_tables import table
from truename.facts import (
    CAUSAL,
    EXTENDED_CONTEXT_LENGTH,
    FACTS,
    GGUF_FILE_TYPE,
    GGUF_TENSOR_SHARES,
    GGUF_TENSOR_TYPES,
    POOLING,
    QUANTISATION_METHOD,
    ROPE_SCALING,
    Fact,
    Origin,
)
from truename.formats.dtypes import FULL_PRECISION
from truename.formats.gguf.ggml_types import FILE_TYPES
from truename.formats.header import WeightsHeader

_MAX_TEXT = 200
_MAX_NUMBER = 2**40


def is_gguf(header: WeightsHeader) -> bool:
    """Whether ``header`` is that of a GGUF file."""
    return header.format == "gguf"


def gguf_settings(header: WeightsHeader, declared: Settings) -> Settings:
    """``declared`` with what the file's own metadata says, in config.json's words; config.json comes first."""
    found: dict[str, Any] = {}
    for word, key in table("architecture/gguf")["settings"].items():
        if (value := _number(header, key)) is not None:
            found[word] = value
    if "output_norm.weight" in header.tensors:
        found["tie_word_embeddings"] = "output.weight" not in header.tensors
    file = declared.file if declared.top or not header.files else header.files[0]
    return Settings(declared.top, (*declared.nested, found), file)


def gguf_facts(header: WeightsHeader) -> Iterator[Fact[Any]]:
    """Facts of a whole GGUF model: what it says of itself, and that its weights are quantised where they are."""
    file = header.files[0] if header.files else None
    for fact, key in table("architecture/gguf")["facts"].items():
        if text := header.metadata.get(key, "").strip()[:_MAX_TEXT]:
            yield Fact(FACTS[fact], text, Origin.DECLARED, file, key)
    for fact, key in table("architecture/gguf")["numbers"].items():
        if (value := _number(header, key)) is not None:
            yield Fact(FACTS[fact], value, Origin.DECLARED, file, _named(header, key))
    yield from _scaling(header, file)
    yield from _pooling(header, file)
    types = tensor_types(header)
    if types and types[0][0] not in FULL_PRECISION:
        yield Fact(QUANTISATION_METHOD, "gguf", Origin.WEIGHTS, file, f"tensors of type {types[0][0]}")


def gguf_file_facts(header: WeightsHeader) -> Iterator[Fact[Any]]:
    """Facts of one of a model's GGUF files: its encoding as declared and as stored. A folder may hold many."""
    file = header.files[0] if header.files else None
    number = header.metadata.get("general.file_type", "")
    if number.isascii() and number.isdigit() and len(number) < 5:
        name = FILE_TYPES.get(int(number) & ~1024)  # 1024: guessed from the tensors
        if name is not None and not int(number) & 1024:
            yield Fact(GGUF_FILE_TYPE, name, Origin.DECLARED, file, f"general.file_type {number}")
    types = tensor_types(header)
    if types:
        yield Fact(GGUF_TENSOR_TYPES, tuple(name for name, _ in types), Origin.WEIGHTS, file, "by bytes, most first")
        shares = tuple(share for _, share in types)
        yield Fact(GGUF_TENSOR_SHARES, shares, Origin.WEIGHTS, file, "of the bytes, as in gguf_tensor_types")


def tensor_types(header: WeightsHeader) -> tuple[tuple[str, float], ...]:
    """The types of the tensors with their shares of all bytes, the largest first."""
    stored = Counter[str]()
    for tensor in header.tensors.values():
        stored[tensor.dtype or "?"] += tensor.stored_bytes or 0
    total = sum(stored.values()) or 1
    return tuple((name, round(stored[name] / total, 4)) for name in sorted(stored, key=lambda t: (-stored[t], t)))


def _scaling(header: WeightsHeader, file: str | None) -> Iterator[Fact[Any]]:
    keys: Mapping[str, str] = table("architecture/gguf")["scaling"]
    kind = header.metadata.get(_named(header, keys["kind"]), "")
    if not kind or kind == "none":
        return
    yield Fact(ROPE_SCALING, kind[:_MAX_TEXT], Origin.DECLARED, file, _named(header, keys["kind"]))
    original = _number(header, keys["original"])
    factor = _float(header.metadata.get(_named(header, keys["factor"]), ""))
    if original is not None and factor is not None:
        detail = f"{_named(header, keys['original'])} × {_named(header, keys['factor'])}"
        yield Fact(EXTENDED_CONTEXT_LENGTH, int(original * factor), Origin.DECLARED, file, detail)


def _pooling(header: WeightsHeader, file: str | None) -> Iterator[Fact[Any]]:
    """What an embedder's or a reranker's file says of itself; models that write text have no such keys."""
    names = table("architecture/gguf")["pooling"]
    number = header.metadata.get(_named(header, names["key"]), "")
    if number.isascii() and number.isdigit() and len(number) == 1 and int(number) < len(names["words"]):
        yield Fact(POOLING, names["words"][int(number)], Origin.DECLARED, file, _named(header, names["key"]))
    causal = header.metadata.get(_named(header, names["causal"]), "").lower()
    if causal in ("true", "false", "1", "0"):
        yield Fact(CAUSAL, causal in ("true", "1"), Origin.DECLARED, file, _named(header, names["causal"]))


def _named(header: WeightsHeader, key: str) -> str:
    return key.replace("{arch}", header.metadata.get("general.architecture", "")[:_MAX_TEXT])


def _number(header: WeightsHeader, key: str) -> int | None:
    """A whole number above zero; of one number a layer, the one that all layers share."""
    text = header.metadata.get(_named(header, key), "")
    if text.startswith("["):
        values = {value.strip() for value in text.strip("[]").split(",")}
        text = values.pop() if len(values) == 1 else ""
    if not text.isascii() or not text.isdigit() or len(text) > 13:
        return None
    return value if 0 < (value := int(text)) < _MAX_NUMBER else None


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 1 <= value <= 1_000_000 else None
