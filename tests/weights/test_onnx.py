"""read_onnx: what the format's own library writes, and what is skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from truename.blob import MemoryBlob
from truename.testing.protobuf_files import message, onnx_model, onnx_node, onnx_tensor
from truename.weights import OperatorNode, Tensor
from truename.weights.onnx import read_onnx
from truename.weights.onnx_tensor import DTYPES

onnx = pytest.importorskip("onnx", reason="the reference library is not installed")
helper = onnx.helper


def model(tensors: list[object], nodes: list[object] | None = None) -> bytes:
    values = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1]) for name in ("x", "y")]
    graph = helper.make_graph(nodes or [], "graph", values[:1], values[1:], initializer=tensors)
    made = helper.make_model(graph, producer_name="truename")
    helper.set_model_props(made, {"key": "value"})
    return bytes(made.SerializeToString())


def test_every_dtype_of_the_library() -> None:
    theirs = {number: name for name, number in onnx.TensorProto.DataType.items() if name != "UNDEFINED"}
    assert theirs.keys() == DTYPES.keys()


@pytest.mark.parametrize("number", [number for number in DTYPES if number != 8])
def test_stored_bytes_are_those_of_the_library(number: int) -> None:
    shape = (3, 5)
    tensor = onnx.TensorProto(name="w", data_type=number, dims=shape)
    bits = {21: 4, 22: 4, 23: 4, 25: 2, 26: 2, 27: 6, 28: 6}.get(number)
    width = 8 * helper.tensor_dtype_to_np_dtype(number).itemsize if bits is None else bits
    tensor.raw_data = bytes((15 * width + 7) // 8)
    found = read_onnx(MemoryBlob("m", model([tensor]))).tensors["w"]
    assert found == Tensor(DTYPES[number], shape, len(tensor.raw_data))


def test_raw_and_typed_data() -> None:
    tensors = [
        helper.make_tensor("raw", onnx.TensorProto.FLOAT, [2, 3], bytes(24), raw=True),
        helper.make_tensor("floats", onnx.TensorProto.FLOAT, [4], [1.0] * 4),
        helper.make_tensor("doubles", onnx.TensorProto.DOUBLE, [2], [1.0] * 2),
        helper.make_tensor("halves", onnx.TensorProto.FLOAT16, [2], [1.0] * 2),
        helper.make_tensor("integers", onnx.TensorProto.INT64, [2], [1, -1]),
        helper.make_tensor("texts", onnx.TensorProto.STRING, [1], [b"text"]),
        helper.make_tensor("scalar", onnx.TensorProto.FLOAT, [], [1.0]),
    ]
    found = read_onnx(MemoryBlob("m", model(tensors)))
    assert found.tensors == {
        "raw": Tensor("F32", (2, 3), 24),
        "floats": Tensor("F32", (4,), 16),
        "doubles": Tensor("F64", (2,), 16),
        "halves": Tensor("F16", (2,), 4),
        "integers": Tensor("I64", (2,), 16),
        "texts": Tensor("STRING", (1,), None),
        "scalar": Tensor("F32", (), 4),
    }
    assert found.metadata["producer_name"] == "truename"
    assert found.metadata["key"] == "value"


def test_the_graph() -> None:
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["m"], name="/layer/MatMul"),
        helper.make_node("MatMulNBits", ["m", "q"], ["y"], domain="com.microsoft", bits=4, K=-1, alpha=0.5),
        helper.make_node("Clip", ["m", "", "x"], ["z"]),
    ]
    weight = helper.make_tensor("w", onnx.TensorProto.FLOAT, [1], [1.0])
    found = read_onnx(MemoryBlob("m", model([weight], nodes))).graph
    assert found is not None
    assert found.inputs == ("x",)
    assert found.outputs == ("y",)
    assert found.nodes == (
        OperatorNode("MatMul", "/layer/MatMul", ("x", "w"), ("m",)),
        OperatorNode("MatMulNBits", "", ("m", "q"), ("y",), "com.microsoft", (("K", -1), ("bits", 4))),
        OperatorNode("Clip", "", ("m", "", "x"), ("z",)),
    )


def test_inputs_that_are_stored_are_no_inputs() -> None:
    data = onnx_model([onnx_tensor("w", (1,))], [onnx_node("Add", ("x", "w"), ("y",))], inputs=("x", "w"))
    graph = read_onnx(MemoryBlob("m", data)).graph
    assert graph is not None
    assert graph.inputs == ("x",)


def test_data_in_other_files_is_named_and_not_opened(tmp_path: Path) -> None:
    weight = helper.make_tensor("w", onnx.TensorProto.FLOAT, [300], bytes(1200), raw=True)
    made = onnx.load_from_string(model([weight]))
    onnx.save(made, tmp_path / "m.onnx", save_as_external_data=True, location="m.onnx_data", size_threshold=0)
    found = read_onnx(MemoryBlob("onnx/m.onnx", (tmp_path / "m.onnx").read_bytes()))
    assert found.tensors == {"w": Tensor("F32", (300,), 1200)}
    assert found.file("w") == "onnx/m.onnx_data"
    assert found.files == ("onnx/m.onnx",)


def test_tensors_of_branches_and_constants() -> None:
    inner = helper.make_graph(
        [], "then", [], [], initializer=[helper.make_tensor("w", onnx.TensorProto.FLOAT, [1], [1])]
    )
    big = helper.make_tensor("", onnx.TensorProto.FLOAT, [300], bytes(1200), raw=True)
    small = helper.make_tensor("", onnx.TensorProto.FLOAT, [3], bytes(12), raw=True)
    nodes = [
        helper.make_node("Constant", [], ["mask"], value=big),
        helper.make_node("Constant", [], ["axis"], value=small),
        helper.make_node("If", ["c"], ["y"], name="choose", then_branch=inner),
    ]
    outer = helper.make_tensor("w", onnx.TensorProto.FLOAT, [2], [1, 1])
    found = read_onnx(MemoryBlob("m", model([outer], nodes)))
    assert {name: tensor.shape for name, tensor in found.tensors.items()} == {
        "mask": (300,),
        "w": (2,),
        "choose/0/w": (1,),
    }


def test_a_sparse_tensor_has_its_whole_shape() -> None:
    values = onnx_tensor("w", (2,), raw=bytes(8))
    data = message((7, message((15, message((1, values), (3, 40), (3, 50))))))
    assert read_onnx(MemoryBlob("m", data)).tensors == {"w": Tensor("F32", (40, 50), 8)}


def test_data_is_skipped() -> None:
    tensors = [onnx_tensor(f"w{number}", (100, 1000), raw=bytes(400_000)) for number in range(10)]
    blob = MemoryBlob("m", onnx_model(tensors, [onnx_node("MatMul", ("x", "w0"), ("y",))]))
    found = read_onnx(blob)
    assert len(found.tensors) == 10
    assert found.bytes_read == blob.bytes_read < 30_000
