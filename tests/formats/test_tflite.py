"""read_tflite: tensors with data, their quantisation, and the operators."""

from __future__ import annotations

from truename.blob import MemoryBlob
from truename.formats import Tensor, WeightsHeader
from truename.formats.tflite.reader import DTYPES, _operators, read_tflite
from truename.testing.tflite_files import Bytes, Number, Table, Tables, flatbuffer, numbers, tflite_model, tflite_tensor


def read(model: Table) -> WeightsHeader:
    return read_tflite(MemoryBlob("m.tflite", flatbuffer(model)))


def test_tensors_and_operators() -> None:
    found = read(
        tflite_model([("a", (2, 3), 0), ("b", (3,), 9), ("c", (2,), 1)], [(9, (0, 1, -1), (2,)), (25, (2,), (2,))])
    )
    assert found.tensors == {"a": Tensor("F32", (2, 3), 24), "b": Tensor("I8", (3,), 3), "c": Tensor("F16", (2,), 4)}
    assert found.graph is not None
    assert [(node.op_type, node.inputs, node.outputs) for node in found.graph.nodes] == [
        ("FULLY_CONNECTED", ("a", "b", ""), ("c",)),
        ("SOFTMAX", ("c",), ("c",)),
    ]
    assert found.metadata == {"description": "truename"}


def test_operators_above_127_and_of_others() -> None:
    assert _operators()[:2] == ("ADD", "AVERAGE_POOL_2D")
    assert _operators()[32] == "CUSTOM"
    found = read(tflite_model([("a", (1,), 0)], [(150, (0,), (0,)), (9_999, (0,), (0,))]))
    assert found.graph is not None
    assert [node.op_type for node in found.graph.nodes] == [_operators()[150], "OPERATOR_9999"]


def model(*tensors: Table, buffers: tuple[Table, ...]) -> Table:
    return Table({0: Number(3), 2: Tables((Table({0: Tables(tensors)}),)), 4: Tables((Table({}), *buffers))})


def test_quantised_tensors_keep_their_scales_beside_them() -> None:
    held = Table({0: Bytes(bytes(6))})
    bias = Table({0: Bytes(bytes(12))})
    made = model(
        tflite_tensor("w", (2, 3), 9, 1, scale=True), tflite_tensor("b", (3,), 2, 2, scale=True), buffers=(held, bias)
    )
    found = read(made)
    assert found.tensors == {
        "w": Tensor("I8", (2, 3), 6),
        "w/quantization_scale": Tensor("F32", (1,), 4),
        "b": Tensor("I32", (3,), 12),
        "b/quantization_scale": Tensor("F32", (1,), 4),
    }
    assert found.metadata["quantised_tensors"] == "2"


def test_four_bits_lie_two_in_a_byte() -> None:
    found = read(model(tflite_tensor("w", (3, 3), 17, 1), buffers=(Table({0: Bytes(bytes(5))}),)))
    assert found.tensors == {"w": Tensor("I4", (3, 3), 5)}


def test_shapes_axes_and_what_is_made_later_are_no_weights() -> None:
    shape = Table({0: numbers([2, 3])})
    found = read(model(tflite_tensor("shape", (2,), 2, 1), tflite_tensor("x", (2, 3)), buffers=(shape,)))
    assert found.tensors == {}


def test_matrices_that_share_a_buffer_are_tied_and_vectors_are_not() -> None:
    held = Table({0: Bytes(bytes(16))})
    matrices = (tflite_tensor("a", (2, 2), 0, 1), tflite_tensor("b", (2, 2), 0, 1), tflite_tensor("c", (4,), 0, 1))
    found = read(model(*matrices, buffers=(held,)))
    assert {name: tensor.storage for name, tensor in found.tensors.items()} == {
        "a": "buffer 1",
        "b": "buffer 1",
        "c": None,
    }


def test_buffers_behind_the_flatbuffer() -> None:
    made = flatbuffer(
        model(tflite_tensor("w", (1000, 100), 0, 1), buffers=(Table({1: Number(4096, 8), 2: Number(400_000, 8)}),))
    )
    blob = MemoryBlob("m.tflite", made.ljust(4096, b"\0") + bytes(400_000))
    assert read_tflite(blob).tensors == {"w": Tensor("F32", (1000, 100), 400_000)}
    assert blob.bytes_read < 8_192


def test_every_dtype_has_a_number_of_its_own() -> None:
    assert len(set(DTYPES.values())) == len(DTYPES)
