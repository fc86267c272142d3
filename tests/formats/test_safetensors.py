"""read_safetensors: what good files hold, by the fast path and by the long one."""

from __future__ import annotations

import json
import struct
from typing import Any, get_args

import pytest

from truename.blob import MemoryBlob
from truename.formats import DTYPE_BITS, StoredDtype, Tensor, read_safetensors


def blob_of(header: dict[str, Any] | bytes, size: int) -> MemoryBlob:
    data = header if isinstance(header, bytes) else json.dumps(header).encode()
    return MemoryBlob("model.safetensors", struct.pack("<Q", len(data)) + data + b"\0" * size)


def entry(dtype: str, shape: list[int], begin: int, end: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


A, B = entry("F32", [2, 3], 0, 24), entry("BF16", [4], 24, 32)

GOOD: dict[str, tuple[dict[str, Any] | bytes, dict[str, str]]] = {
    "plain": ({"a": A, "b": B}, {}),
    "metadata": ({"__metadata__": {"format": "pt"}, "a": A, "b": B}, {"format": "pt"}),
    "padded": (json.dumps({"a": A, "b": B}).encode() + b"   ", {}),
    "empty metadata": ({"__metadata__": {}, "a": A, "b": B}, {}),
    "null metadata": ({"__metadata__": None, "a": A, "b": B}, {}),
    "metadata last": ({"a": A, "b": B, "__metadata__": {"format": "mlx"}}, {"format": "mlx"}),
    "braces in metadata": (
        {"__metadata__": {"config": '{"a": {"b": 1}}'}, "a": A, "b": B},
        {"config": '{"a": {"b": 1}}'},
    ),
    "not in the order of bytes": ({"b": B, "a": A}, {}),
    "a field the format does not know": ({"a": {**A, "note": "x"}, "b": B}, {}),
    "escapes": (b'{"\\u0061":' + json.dumps(A).encode() + b',"b":' + json.dumps(B).encode() + b"}", {}),
}


@pytest.mark.parametrize(("header", "metadata"), GOOD.values(), ids=GOOD)
def test_good_files(header: dict[str, Any] | bytes, metadata: dict[str, str]) -> None:
    blob = blob_of(header, 32)
    found = read_safetensors(blob)
    assert found.tensors == {"a": Tensor("F32", (2, 3), 24), "b": Tensor("BF16", (4,), 8)}
    assert found.metadata == metadata
    assert found.files == ("model.safetensors",)
    assert found.file("a") == "model.safetensors"
    assert found.shapes_known
    assert found.bytes_read == blob.bytes_read == blob.size - 32


def test_no_byte_of_the_data_is_read() -> None:
    class Guarded(MemoryBlob):
        def _read(self, offset: int, length: int) -> bytes:
            assert offset + length <= self.size - 32
            return super()._read(offset, length)

    whole = blob_of({"a": A, "b": B}, 32)
    read_safetensors(Guarded("model.safetensors", whole.read(0, whole.size)))


@pytest.mark.parametrize("dtype", DTYPE_BITS)
def test_every_dtype(dtype: str) -> None:
    bits = DTYPE_BITS[dtype]
    found = read_safetensors(blob_of({"x": entry(dtype, [2, 4], 0, bits)}, bits))
    assert found.tensors["x"] == Tensor(dtype, (2, 4), bits)


def test_the_table_of_widths_is_complete() -> None:
    assert set(get_args(StoredDtype)) == set(DTYPE_BITS)


def test_scalars_and_empty_tensors() -> None:
    header = {"scalar": entry("I64", [], 0, 8), "empty": entry("F32", [0, 5], 8, 8), "also": entry("F32", [0], 8, 8)}
    found = read_safetensors(blob_of(header, 8))
    assert {name: t.stored_bytes for name, t in found.tensors.items()} == {"scalar": 8, "empty": 0, "also": 0}


def test_a_file_without_tensors() -> None:
    assert read_safetensors(blob_of({}, 0)).tensors == {}
    assert read_safetensors(blob_of({"__metadata__": {"format": "pt"}}, 0)).metadata == {"format": "pt"}
