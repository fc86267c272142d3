"""Flax msgpack files: what msgpack writes in the layout of Flax is read; any bytes give a header or a named error."""

from __future__ import annotations

import contextlib
from typing import Any

import msgpack
from hypothesis import given
from hypothesis import strategies as st

from truename.blob import MemoryBlob
from truename.errors import WeightsError
from truename.formats.flax.reader import CHUNKED, read_flax

WIDTHS = {"float32": 4, "float16": 2, "bfloat16": 2, "int8": 1, "bool": 1, "int64": 8}
KEYS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="."), min_size=1, max_size=8).filter(
    lambda key: key != CHUNKED
)


class Array:
    """An array as Flax stores it, without values."""

    def __init__(self, dtype: str, shape: list[int]) -> None:
        self.dtype, self.shape = dtype, tuple(shape)
        self.size = WIDTHS[dtype]
        for side in shape:
            self.size *= side

    def packed(self) -> msgpack.ExtType:
        body = msgpack.packb((self.shape, self.dtype, bytes(self.size)), use_bin_type=True)
        return msgpack.ExtType(1, body)


ARRAYS = st.builds(Array, st.sampled_from(list(WIDTHS)), st.lists(st.integers(0, 5), max_size=4))
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=20)
TREES = st.recursive(ARRAYS | SCALARS, lambda inner: st.dictionaries(KEYS, inner, max_size=4), max_leaves=12)


def arrays(tree: Any, path: str = "") -> dict[str, tuple[int, ...]]:
    if isinstance(tree, Array):
        return {path: tree.shape}
    found: dict[str, tuple[int, ...]] = {}
    for key, value in tree.items() if isinstance(tree, dict) else ():
        found |= arrays(value, f"{path}.{key}" if path else key)
    return found


@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_what_msgpack_writes_is_read(tree: dict[str, Any]) -> None:
    data = msgpack.packb(tree, default=lambda array: array.packed(), use_bin_type=True)
    found = read_flax(MemoryBlob("m.msgpack", data))
    assert {name: tensor.shape for name, tensor in found.tensors.items()} == arrays(tree)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_header_or_a_named_error(data: bytes) -> None:
    for front in (b"", b"\x81\xa1a", b"\x81\xa1a\xc7\x40\x01\x93"):
        with contextlib.suppress(WeightsError):
            read_flax(MemoryBlob("m.msgpack", front + data))


@given(st.dictionaries(KEYS, TREES, min_size=1, max_size=3), st.data())
def test_a_changed_byte_gives_a_header_or_a_named_error(tree: dict[str, Any], data: st.DataObject) -> None:
    packed = bytearray(msgpack.packb(tree, default=lambda array: array.packed(), use_bin_type=True))
    packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WeightsError):
        read_flax(MemoryBlob("m.msgpack", bytes(packed)))
