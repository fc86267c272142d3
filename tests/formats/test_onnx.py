"""read_onnx: what the format's own library writes, and what is skipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from truename.blob import MemoryBlob
from truename.formats import OperatorNode, Tensor
from truename.formats.onnx.reader import read_onnx
from truename.formats.onnx.tensor import DTYPES
from truename.testing.protobuf_files import message, onnx_model, onnx_node, onnx_tensor

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


def constant(name: str, values: object) -> object:
    return helper.make_node("Constant", [], [name], value=onnx.numpy_helper.from_array(values, name))


def quantised(dtype: str = "i1", name: str = "w_q") -> list[object]:
    """The nodes of a product with quantised weights, 64 x 32, that are Constants."""
    return [
        constant(name, np.zeros((64, 32), dtype)),
        constant("scale", np.float32(0.1).reshape(())),
        constant("zero", np.zeros((), dtype)),
        helper.make_node("DequantizeLinear", [name, "scale", "zero"], ["w"]),
        helper.make_node("MatMul", ["x", "w"], ["y"]),
    ]


def shapes(nodes: list[object], tensors: list[object] | None = None, **more: object) -> dict[str, tuple[int, ...]]:
    values = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1]) for name in ("x", "y")]
    graph = helper.make_graph(nodes, "graph", values[:1], values[1:], initializer=tensors or [])
    data = helper.make_model(graph, **more).SerializeToString()
    return {name: tensor.shape or () for name, tensor in read_onnx(MemoryBlob("m", data)).tensors.items()}


def test_whole_numbers_are_weights_where_they_are_dequantised() -> None:
    assert shapes(quantised()) == {"w_q": (64, 32), "scale": (), "zero": ()}


@pytest.mark.parametrize(
    ("op_type", "inputs"),
    [
        ("MatMulInteger", ["x", "w_q"]),
        ("ConvInteger", ["x", "w_q"]),
        ("MatMulNBits", ["x", "w_q", "s"]),
        ("QLinearMatMul", ["x", "s", "z", "w_q"]),
    ],
)
def test_whole_numbers_are_weights_of_operators_of_quantised_weights(op_type: str, inputs: list[str]) -> None:
    nodes = [constant("w_q", np.zeros((64, 32), "u1")), helper.make_node(op_type, inputs, ["y"])]
    assert shapes(nodes) == {"w_q": (64, 32)}


def test_whole_numbers_that_are_turned_or_gathered_before_are_weights() -> None:
    nodes = [
        constant("w_q", np.zeros((64, 32), "i1")),
        helper.make_node("Transpose", ["w_q"], ["w_t"]),
        helper.make_node("Gather", ["w_t", "x"], ["row"]),
        helper.make_node("DequantizeLinear", ["row", "s"], ["y"]),
    ]
    assert shapes(nodes) == {"w_q": (64, 32)}


def test_other_whole_numbers_are_shapes_masks_and_tables() -> None:
    nodes = [
        constant("mask", np.zeros((1, 1, 64, 64), "u1")),
        constant("table", np.arange(2_000)),
        constant("axes", np.arange(3)),
        constant("lower", np.zeros((), "i1")),
        helper.make_node("Where", ["mask", "x", "x"], ["m"]),
        helper.make_node("Reshape", ["m", "table"], ["r"]),
        helper.make_node("DequantizeLinear", ["x", "s", "lower"], ["y"]),
    ]
    assert shapes(nodes) == {}


def test_floats_as_a_list_and_sparse_values_of_constants() -> None:
    values = helper.make_tensor("", onnx.TensorProto.FLOAT, [2], [0.1] * 2)
    places = helper.make_tensor("", onnx.TensorProto.INT64, [2], [0, 7])
    nodes = [
        helper.make_node("Constant", [], ["list"], value_floats=[0.1] * 300),
        helper.make_node("Constant", [], ["few"], value_floats=[0.1] * 3),
        helper.make_node("Constant", [], ["sparse"], sparse_value=helper.make_sparse_tensor(values, places, [64, 32])),
    ]
    assert shapes(nodes) == {"list": (300,), "sparse": (64, 32)}


def test_constants_of_a_function_count_once_under_its_name() -> None:
    imports = [helper.make_opsetid("", 17)]
    functions = [
        helper.make_function(
            "my", name, ["x"], ["y"], [*quantised(name="x_q"), constant("x", np.zeros(300, "f4"))], imports
        )
        for name in ("F", "G")
    ]
    calls = [helper.make_node("F", ["x"], [value], domain="my") for value in ("h", "y")]
    found = shapes(calls, functions=functions)
    assert found == {
        f"my:{name}/{tensor}": shape
        for name in ("F", "G")
        for tensor, shape in (("x", (300,)), ("x_q", (64, 32)), ("scale", ()), ("zero", ()))
    }


def test_a_function_is_no_part_of_the_graph() -> None:
    function = helper.make_function(
        "my", "F", ["x"], ["y"], [constant("x", np.zeros(300, "f4"))], [helper.make_opsetid("", 17)]
    )
    values = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("F", ["x"], ["y"], domain="my")], "graph", values[:1], values[1:])
    data = helper.make_model(graph, functions=[function]).SerializeToString()
    found = read_onnx(MemoryBlob("m", data)).graph
    assert found is not None
    assert found.inputs == ("x",)
    assert [node.op_type for node in found.nodes] == ["F"]


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
