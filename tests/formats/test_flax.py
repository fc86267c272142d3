"""Flax msgpack files: what is read of them, against literal bytes and against files of msgpack and flax."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from truename.blob import MemoryBlob
from truename.formats import Tensor, WeightsHeader
from truename.formats.flax.reader import KEPT_TEXT, read_flax
from truename.sources import FileBlob
from truename.testing import write_flax
from truename.testing.flax_files import array, mapping, text


def read(data: bytes) -> WeightsHeader:
    return read_flax(MemoryBlob("flax_model.msgpack", data))


def test_literal_bytes() -> None:
    data = b"\x81\xa1a\x81\xa6kernel" + b"\xc7\x17\x01" + b"\x93\x92\x01\x02\xa7float32\xc4\x08" + bytes(8)
    data = data.replace(b"\xc7\x17", b"\xc7" + bytes([len(data) - data.index(b"\x93")]))
    header = read(data)
    assert header.tensors == {"a.kernel": Tensor("F32", (1, 2), 8)}
    assert (header.format, header.files, header.metadata) == ("flax", ("flax_model.msgpack",), {})


@pytest.mark.parametrize(
    ("name", "dtype", "width"),
    [("float32", "F32", 4), ("bfloat16", "BF16", 2), ("float16", "F16", 2), ("int64", "I64", 8), ("bool", "BOOL", 1)],
)
def test_dtypes(name: str, dtype: str, width: int) -> None:
    header = read(mapping({"a": array(name, (3, 5)), "b": array(name, ())}))
    assert header.tensors == {"a": Tensor(dtype, (3, 5), 15 * width), "b": Tensor(dtype, (), width)}


def test_an_array_in_chunks() -> None:
    chunks = mapping({"0": array("float32", (6,)), "1": array("float32", (2,))})
    shape = mapping({"0": b"\x04", "1": b"\x02"})
    data = mapping({"a": mapping({"__msgpack_chunked_array__": b"\xc3", "shape": shape, "chunks": chunks})})
    assert read(data).tensors == {"a": Tensor("F32", (4, 2), 32)}


def test_leaves_that_are_no_arrays() -> None:
    leaves = {
        "step": b"\xcd\x01\x00", "name": text("x"), "none": b"\xc0", "raw": b"\xc4\x02xx", "list": b"\x92\x07\xa1y",
        "long": b"\xda" + (KEPT_TEXT + 1).to_bytes(2, "big") + bytes(KEPT_TEXT + 1), "complex": b"\xc7\x03\x02\x92\1\2",
    }  # fmt: skip
    header = read(mapping({"params": mapping({"w": array("float32", (1,))}), "state": mapping(leaves)}))
    assert list(header.tensors) == ["params.w"]
    assert header.metadata == {
        "state.step": "256", "state.name": "x", "state.none": "None", "state.list.0": "7", "state.list.1": "y",
    }  # fmt: skip


def test_bodies_are_not_read(tmp_path: Path) -> None:
    tensors = {f"layer.{n}.kernel": ("F32", (1024, 256)) for n in range(100)}
    size = write_flax(tmp_path / "m.msgpack", tensors)
    with FileBlob("m.msgpack", str(tmp_path / "m.msgpack")) as blob:
        header = read_flax(blob)
    assert size > 100_000_000
    assert len(header.tensors) == 100
    assert header.bytes_read < 300_000


def layers() -> dict[str, Any]:
    """A tree of arrays, of every rank."""
    np = pytest.importorskip("numpy")
    return {
        "bert": {
            "embeddings": {"word_embeddings": {"embedding": np.zeros((30, 8), "float32")}},
            "layer": {str(n): {"dense": {"kernel": np.ones((8, 4), "float16"), "bias": np.ones(4)}} for n in range(3)},
        },
        "scale": np.float32(1),
        "step": 7,
    }


def shapes(tree: Any, path: str = "") -> dict[str, tuple[int, ...]]:
    if not isinstance(tree, dict):
        return {path: tree.shape} if hasattr(tree, "shape") else {}
    found: dict[str, tuple[int, ...]] = {}
    for key, value in tree.items():
        found |= shapes(value, f"{path}.{key}" if path else key)
    return found


def test_a_file_of_msgpack_in_the_layout_of_flax() -> None:
    msgpack = pytest.importorskip("msgpack")

    def packed(value: Any) -> Any:
        if hasattr(value, "dtype"):
            body = msgpack.packb((value.shape, value.dtype.name, value.tobytes()), use_bin_type=True)
            return msgpack.ExtType(1 if value.shape else 3, body)
        raise TypeError

    data = msgpack.packb(layers(), default=packed, strict_types=True)
    assert {name: t.shape for name, t in read(data).tensors.items()} == shapes(layers())


def test_a_file_of_flax() -> None:
    serialization = pytest.importorskip("flax.serialization", reason="flax is not installed")
    data = serialization.msgpack_serialize(layers())
    assert {name: t.shape for name, t in read(data).tensors.items()} == shapes(layers())
