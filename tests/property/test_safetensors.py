"""safetensors headers: agreement with the format's own library, and no error but the named ones."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from safetensors import SafetensorError, deserialize

from truename.blob import MemoryBlob
from truename.errors import WeightsError
from truename.formats import read_safetensors
from truename.formats.safetensors.reader import _parse_common
from truename.formats.safetensors.strict_json import parse_header

DTYPES = st.sampled_from(
    [np.float64, np.float32, np.float16, np.int64, np.int32, np.int16, np.int8, np.uint8, np.bool_]
)
SHAPES = st.lists(st.integers(0, 4), max_size=4)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).filter(lambda name: name != "__metadata__")
ARRAYS = st.builds(lambda dtype, shape: np.zeros(shape, dtype), DTYPES, SHAPES)
METADATA = st.none() | st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8), st.text('ab{}"\\,')
)


@given(st.dictionaries(NAMES, ARRAYS, min_size=1, max_size=6), METADATA)
def test_what_the_library_writes_is_read(arrays: dict[str, Any], metadata: dict[str, str] | None) -> None:
    data = safetensors.numpy.save(arrays, metadata)
    blob = MemoryBlob("m", data)
    found = read_safetensors(blob)
    assert {name: t.shape for name, t in found.tensors.items()} == {n: a.shape for n, a in arrays.items()}
    assert {name: t.stored_bytes for name, t in found.tensors.items()} == {n: a.nbytes for n, a in arrays.items()}
    theirs = dict(deserialize(data))
    assert {name: t.dtype for name, t in found.tensors.items()} == {n: v["dtype"] for n, v in theirs.items()}
    assert found.metadata == (metadata or {})
    assert blob.bytes_read == 8 + int.from_bytes(data[:8], "little")


@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_but_weights_errors(data: bytes) -> None:
    _read_or_refuse(data)
    _read_or_refuse(struct.pack("<Q", len(data)) + data)
    _read_or_refuse(struct.pack("<Q", len(data) + 1) + b"{" + data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NUMBERS = st.integers(-2, 9) | st.integers(2**61, 2**66)
ENTRY = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["U8", "F4", "F6_E2M3", "F32", "F99"]) | JSON,
        "shape": st.lists(NUMBERS, max_size=3) | JSON,
        "data_offsets": st.lists(NUMBERS, min_size=2, max_size=2) | JSON,
    },
    optional={"note": JSON},
)


@given(st.dictionaries(st.text(max_size=3) | st.just("__metadata__"), ENTRY | JSON, max_size=3), st.integers(0, 12))
def test_hostile_headers(header: dict[str, Any], data_bytes: int) -> None:
    text = json.dumps(header).encode()
    _read_or_refuse(struct.pack("<Q", len(text)) + text + b"\0" * data_bytes)


WELL_FORMED = st.builds(
    lambda dtype, begin, end, shape: {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]},
    st.sampled_from(["U8", "F4", "F32"]),
    st.integers(0, 8),
    st.integers(0, 8),
    st.lists(st.integers(0, 4), max_size=2),
)


@given(st.dictionaries(st.sampled_from("abc"), WELL_FORMED, max_size=3), st.integers(0, 8), st.booleans())
def test_the_library_accepts_no_less_and_no_more(header: dict[str, Any], data_bytes: int, compact: bool) -> None:
    text = json.dumps(header, separators=(",", ":") if compact else None).encode()
    data = struct.pack("<Q", len(text)) + text + b"\0" * data_bytes
    try:
        theirs = {name: tuple(value["shape"]) for name, value in deserialize(data)}
    except SafetensorError:
        theirs = None
    ours = _read_or_refuse(data)
    assert (None if ours is None else {n: t.shape for n, t in ours.items()}) == theirs


@given(st.dictionaries(NAMES, ARRAYS, min_size=1, max_size=6), METADATA)
def test_both_paths_agree(arrays: dict[str, Any], metadata: dict[str, str] | None) -> None:
    data = safetensors.numpy.save(arrays, metadata)
    length = int.from_bytes(data[:8], "little")
    header, rest = data[8 : 8 + length], len(data) - 8 - length
    fast = _parse_common(header, rest)
    if fast is not None:
        assert fast == parse_header("m", header, rest)


def _read_or_refuse(data: bytes) -> Any:
    try:
        return read_safetensors(MemoryBlob("m", data)).tensors
    except WeightsError:
        return None
