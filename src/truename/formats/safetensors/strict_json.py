"""The safetensors header, rule by rule: slow, complete, and the one that words the errors.

``read_safetensors`` takes a fast path for headers as the common writers make them, and comes here for all others:
broken ones, and valid ones in an unusual form (tensors not in the order of their bytes, escapes in names, fields
that the format does not know).
"""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

import msgspec

from truename.errors import FormatError
from truename.formats.dtypes import DTYPE_BITS
from truename.formats.header import Tensor
from truename.formats.safetensors import SafetensorsFault
from truename.json_text import REFUSALS

_MAX_COUNT = 2**64 - 1  # the format's library counts in usize

Parsed = tuple[dict[str, Tensor], dict[str, str]]


def parse_header(path: str, header: bytes, data_bytes: int) -> Parsed:
    """Check a header against every rule of the format.

    Args:
        path: the file, for messages.
        header: the bytes between the length and the data.
        data_bytes: bytes of the file after the header.

    Returns:
        The tensors by name in the order of the header, and the metadata.

    Raises:
        FormatError: the first rule that the header breaks.
    """
    entries = _decode(path, header)
    metadata = _metadata(path, entries.pop("__metadata__", None))
    spans: list[tuple[int, int, str]] = []
    tensors: dict[str, Tensor] = {}
    for name, entry in entries.items():
        begin, end, tensors[name] = _tensor(path, name, entry, data_bytes)
        spans.append((begin, end, name))
    _check_tiling(path, sorted(spans), data_bytes)
    return tensors, metadata


def _decode(path: str, header: bytes) -> dict[str, Any]:
    try:
        text = header.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(
            path, SafetensorsFault.HEADER_ENCODING, f"the header is not valid UTF-8 at byte {error.start}"
        ) from None
    if not text.startswith("{"):
        raise FormatError(
            path, SafetensorsFault.HEADER_START, "the header does not start with '{'; this is no safetensors file"
        )
    try:
        msgspec.json.decode(header)  # stricter than json: no NaN, no lone surrogates
        found = json.loads(text, object_pairs_hook=lambda pairs: _object(path, pairs))
    except RecursionError:
        raise FormatError(path, SafetensorsFault.HEADER_JSON, "the header is nested too deep") from None
    except REFUSALS as error:  # of either decoder; an integer of too many digits is among them
        raise FormatError(
            path, SafetensorsFault.HEADER_JSON, f"the header is not valid JSON ({str(error)[:160]})"
        ) from None
    return dict(found)


def _object(path: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise FormatError(path, SafetensorsFault.DUPLICATE_KEY, f"the header has the key {twice[:120]!r} twice")
    return found


def _metadata(path: str, value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise FormatError(path, SafetensorsFault.METADATA, "__metadata__ is no object")
    for key, text in value.items():
        if not isinstance(text, str):
            raise FormatError(path, SafetensorsFault.METADATA, f"__metadata__ holds {key[:120]!r}, which is no string")
    return value


def _tensor(path: str, name: str, entry: Any, data_bytes: int) -> tuple[int, int, Tensor]:
    if not isinstance(entry, dict):
        raise FormatError(path, SafetensorsFault.ENTRY_FORM, "is no object", part=("tensor", name))
    for field in ("dtype", "shape", "data_offsets"):
        if field not in entry:
            raise FormatError(path, SafetensorsFault.ENTRY_FORM, f"has no {field}", part=("tensor", name))
    begin, end = _offsets(path, name, entry["data_offsets"], data_bytes)
    dtype, shape = entry["dtype"], _shape(path, name, entry["shape"])
    if not isinstance(dtype, str):
        raise FormatError(path, SafetensorsFault.ENTRY_FORM, "has a dtype that is no string", part=("tensor", name))
    if (width := DTYPE_BITS.get(dtype)) is None:
        raise FormatError(
            path,
            SafetensorsFault.UNKNOWN_DTYPE,
            f"has the dtype {dtype[:40]!r}, which the format does not know",
            part=("tensor", name),
        )
    bits = math.prod(shape) * width
    if math.prod(filter(None, shape)) * width > _MAX_COUNT:  # a zero does not excuse the other sizes
        raise FormatError(
            path,
            SafetensorsFault.SHAPE_OVERFLOW,
            f"has a shape {_short(shape)} of more than 2^64 bits",
            part=("tensor", name),
        )
    if bits % 8:
        raise FormatError(
            path,
            SafetensorsFault.PARTIAL_BYTE,
            f"of {dtype} and shape {_short(shape)} does not fill its last byte",
            part=("tensor", name),
        )
    if bits // 8 != end - begin:
        problem = f"of {dtype} and shape {_short(shape)} needs {bits // 8:,} bytes and has {end - begin:,}"
        raise FormatError(path, SafetensorsFault.TENSOR_SIZE, problem, part=("tensor", name))
    return begin, end, Tensor(dtype, shape, end - begin)


def _shape(path: str, name: str, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise FormatError(path, SafetensorsFault.ENTRY_FORM, "has a shape that is no list", part=("tensor", name))
    for size in value:
        if type(size) is not int or size < 0:
            raise FormatError(
                path,
                SafetensorsFault.SHAPE,
                f"has {str(size)[:40]} in its shape, which is no size",
                part=("tensor", name),
            )
        if size > _MAX_COUNT:
            raise FormatError(
                path, SafetensorsFault.SHAPE_OVERFLOW, "has a size above 2^64 in its shape", part=("tensor", name)
            )
    return tuple(value)


def _offsets(path: str, name: str, value: Any, data_bytes: int) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2 or any(type(offset) is not int for offset in value):
        raise FormatError(
            path, SafetensorsFault.ENTRY_FORM, "has data_offsets that are no two whole numbers", part=("tensor", name)
        )
    begin, end = value
    if begin < 0 or end < begin:
        raise FormatError(
            path, SafetensorsFault.OFFSET_ORDER, "ends before it begins, or begins below zero", part=("tensor", name)
        )
    if end > data_bytes:
        problem = f"ends at byte {str(end)[:24]} of the data, and the file has {data_bytes:,}; is it cut off?"
        raise FormatError(path, SafetensorsFault.OFFSET_RANGE, problem, part=("tensor", name))
    return begin, end


def _check_tiling(path: str, spans: list[tuple[int, int, str]], data_bytes: int) -> None:
    position, before = 0, ""
    for begin, end, name in spans:
        if begin < position:
            raise FormatError(
                path, SafetensorsFault.OVERLAP, f"the tensors {before[:120]!r} and {name[:120]!r} share bytes"
            )
        if begin > position:
            raise FormatError(
                path, SafetensorsFault.HOLE, f"{begin - position:,} bytes before tensor {name[:120]!r} belong to none"
            )
        position, before = end, name
    if position != data_bytes:
        raise FormatError(
            path, SafetensorsFault.TRAILING_DATA, f"{data_bytes - position:,} bytes at the end belong to no tensor"
        )


def _short(shape: tuple[int, ...]) -> str:
    return str(list(shape[:6]))[:120] + ("…" if len(shape) > 6 else "")
