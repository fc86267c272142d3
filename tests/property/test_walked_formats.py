"""ONNX, HDF5, checkpoint indexes, SavedModels, TFLite: what is written is read, and no error but the named ones."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truename.architecture import abstract_architecture, measure
from truename.blob import MemoryBlob
from truename.declared.declared import Declared
from truename.errors import WeightsError
from truename.formats import WeightsHeader
from truename.formats.keras.hdf5 import read_hdf5
from truename.formats.keras.reader import read_keras
from truename.formats.onnx.reader import read_onnx
from truename.formats.protobuf import VARINT, Wire
from truename.formats.tensorflow.bundle import read_bundle_index
from truename.formats.tensorflow.saved_model import read_saved_model
from truename.formats.tensorflow.sstable import unpack_snappy
from truename.formats.tflite.reader import read_tflite
from truename.formats.views import Window
from truename.testing.hdf5_files import Data, Group, hdf5_file
from truename.testing.protobuf_files import onnx_model, onnx_node, onnx_tensor, saved_model, varint
from truename.testing.tensorflow_files import bundle_index
from truename.testing.tflite_files import flatbuffer, tflite_model

SHAPES = st.lists(st.integers(0, 5), max_size=4).map(tuple)
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), min_size=1, max_size=12)
NAMES = NAMES.filter(lambda name: name not in (".", ".."))
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
Reader = Callable[[MemoryBlob], WeightsHeader]
GOOD: dict[str, tuple[Reader, bytes]] = {
    "onnx": (
        read_onnx,
        onnx_model(
            [onnx_tensor("onnx::MatMul_1", (4, 2), raw=bytes(32)), onnx_tensor("b", (2,), 10, bytes(4))],
            [onnx_node("MatMul", ("x", "onnx::MatMul_1"), ("m",), "/a/MatMul"), onnx_node("Add", ("m", "b"), ("y",))],
        ),
    ),
    "keras": (read_keras, hdf5_file(Group({"a": Data((2, 3)), "b": Group({"c": Data((4,), "i1")})}))),
    "index": (read_bundle_index, bundle_index({f"layer_{n}/kernel": (1, (2, 3)) for n in range(9)}, 4)),
    "saved model": (read_saved_model, saved_model([("a/kernel", 1, (2, 3)), ("b", 9, ())])),
    "tflite": (read_tflite, flatbuffer(tflite_model([("a", (2, 3), 0), ("b", (3,), 9)], [(9, (0, 1), (1,))]))),
}


@given(st.dictionaries(PATHS, SHAPES, max_size=8))
def test_onnx_written_by_hand_is_read(tensors: dict[str, tuple[int, ...]]) -> None:
    data = onnx_model([onnx_tensor(name, shape, raw=bytes(4 * math.prod(shape))) for name, shape in tensors.items()])
    assert {name: t.shape for name, t in read_onnx(MemoryBlob("m", data)).tensors.items()} == tensors


@given(st.dictionaries(PATHS.filter(str.isprintable), SHAPES, max_size=30), st.integers(1, 9))
def test_an_index_is_read(variables: dict[str, tuple[int, ...]], per_block: int) -> None:
    data = bundle_index({f"v/{name}": (1, shape) for name, shape in variables.items()}, per_block)
    found = read_bundle_index(MemoryBlob("m", data))
    left_out = int(found.metadata.get("training_variables", 0))
    assert len(found.tensors) == len(variables) - left_out
    assert all(tensor.shape == variables[name.removeprefix("v/")] for name, tensor in found.tensors.items())


@given(st.lists(st.tuples(NAMES, SHAPES, st.sampled_from([0, 1, 9])), max_size=8, unique_by=lambda item: item[0]))
def test_tflite_is_read(tensors: list[tuple[str, tuple[int, ...], int]]) -> None:
    found = read_tflite(MemoryBlob("m", flatbuffer(tflite_model(tensors))))
    assert {name: t.shape for name, t in found.tensors.items()} == {
        name: shape for name, shape, _ in tensors if math.prod(shape)
    }


TREES: st.SearchStrategy[Any] = st.recursive(
    SHAPES, lambda inner: st.dictionaries(NAMES, inner, max_size=12), max_leaves=30
).filter(lambda tree: isinstance(tree, dict))


@given(TREES, st.sampled_from([{}, {"libver": "latest"}, {"track_order": True}]))
def test_hdf5_written_by_its_library_is_read(tree: dict[str, Any], options: dict[str, Any]) -> None:
    h5py = pytest.importorskip("h5py", reason="the reference library is not installed")
    expected = {}

    def fill(group: Any, items: dict[str, Any], path: str) -> None:
        for name, item in items.items():
            if isinstance(item, dict):
                fill(group.create_group(name, track_order=options.get("track_order")), item, f"{path}{name}/")
            else:
                group.create_dataset(name, data=np.zeros(item, "f4"))
                expected[path + name] = item

    out = io.BytesIO()
    with h5py.File(out, "w", **options) as file:
        fill(file, tree, "")
    contents = read_hdf5(MemoryBlob("m", out.getvalue()), frozenset())
    assert {path: data.shape for path, data in contents.datasets.items()} == expected


@pytest.mark.parametrize(("reader", "good"), GOOD.values(), ids=GOOD)
@given(data=st.data())
def test_damaged_files_raise_nothing_but_weights_errors(reader: Reader, good: bytes, data: st.DataObject) -> None:
    """Some bytes of a good file are others; what is read then can still be measured."""
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(good) - 1))
        piece = data.draw(st.binary(min_size=1, max_size=8))
        damaged[at : at + len(piece)] = piece
    try:
        header = reader(MemoryBlob("m", bytes(damaged)))
    except WeightsError:
        return
    assert all(t.stored_bytes is None or t.stored_bytes >= 0 for t in header.tensors.values())
    measure(header, Declared(), abstract_architecture(header))


@pytest.mark.parametrize(("reader", "good"), GOOD.values(), ids=GOOD)
@given(data=st.binary(max_size=200))
def test_random_bytes_raise_nothing_but_weights_errors(reader: Reader, good: bytes, data: bytes) -> None:
    for piece in (data, good[:8] + data, data + good[-48:]):
        try:
            reader(MemoryBlob("m", piece))
        except WeightsError:
            continue


@given(st.integers(-(2**63), 2**63 - 1))
def test_numbers_of_protocol_buffers(number: int) -> None:
    data = b"\x08" + varint(number)
    wire = Wire(Window(MemoryBlob("m", data)), "m")
    (field,) = wire.fields(0, len(data))
    assert field.wire == VARINT
    assert wire.number(field) == number


@given(st.binary(max_size=64), st.integers(0, 100))
def test_packed_blocks_raise_nothing_but_value_errors(data: bytes, limit: int) -> None:
    try:
        unpacked = unpack_snappy(data, limit)
    except ValueError:
        return
    assert len(unpacked) <= limit


@given(st.binary(max_size=3_000), st.lists(st.tuples(st.integers(0, 3_100), st.integers(0, 3_100)), max_size=20))
def test_a_window_gives_what_the_blob_holds(data: bytes, reads: list[tuple[int, int]]) -> None:
    window = Window(MemoryBlob("m", data))
    for offset, length in reads:
        assert window.read(offset, length) == data[offset : offset + length]
        around, begin = window.around(offset, min(length, 40))
        assert around[begin : begin + min(length, 40)] == data[offset : offset + min(length, 40)]
