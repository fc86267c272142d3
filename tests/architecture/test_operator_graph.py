"""The flow of data through a graph: layers, operators without weights, and what is passed through."""

from __future__ import annotations

from truename.architecture import abstract_architecture
from truename.architecture.operator_graph import operator_flow
from truename.blob import MemoryBlob
from truename.formats import WeightsHeader
from truename.formats.onnx.reader import read_onnx
from truename.formats.tflite.reader import read_tflite
from truename.testing.protobuf_files import onnx_model, onnx_node, onnx_tensor
from truename.testing.tflite_files import flatbuffer, tflite_model

ATTENTION = [
    onnx_node("Shape", ("x",), ("shape",), "/Shape"),
    onnx_node("Gather", ("embed.weight", "x"), ("e",), "/embed/Gather"),
    onnx_node("MatMul", ("e", "1"), ("q0",), "/layer.0/query/MatMul"),
    onnx_node("Add", ("layer.0.query.bias", "q0"), ("q",), "/layer.0/query/Add"),
    onnx_node("Reshape", ("q", "shape"), ("q1",), "/layer.0/Reshape"),
    onnx_node("MatMul", ("e", "2"), ("k",), "/layer.0/key/MatMul"),
    onnx_node("Transpose", ("k",), ("k1",), "/layer.0/Transpose"),
    onnx_node("MatMul", ("q1", "k1"), ("s",), "/layer.0/MatMul"),
    onnx_node("Softmax", ("s",), ("p",), "/layer.0/Softmax"),
    onnx_node("ReduceMean", ("p",), ("m",), "/layer.0/norm/ReduceMean"),
    onnx_node("Sub", ("p", "m"), ("d",), "/layer.0/norm/Sub"),
    onnx_node("Mul", ("d", "layer.0.norm.weight"), ("y",), "/layer.0/norm/Mul"),
]
TENSORS = [
    onnx_tensor("embed.weight", (9, 4)), onnx_tensor("1", (4, 4)), onnx_tensor("2", (4, 4)),
    onnx_tensor("layer.0.query.bias", (4,)), onnx_tensor("layer.0.norm.weight", (4,)),
]  # fmt: skip


def header(nodes: list[bytes]) -> WeightsHeader:
    return read_onnx(MemoryBlob("model.onnx", onnx_model(TENSORS, nodes)))


def test_connections_are_those_of_the_graph() -> None:
    flow = operator_flow(header(ATTENTION))
    assert flow.connections == (
        ("input", "embed"),
        ("embed", "layer.0.query"),
        ("embed", "layer.0.key"),
        ("layer.0.query", "layer.0/MatMul"),
        ("layer.0.key", "layer.0/MatMul"),
        ("layer.0/MatMul", "layer.0/Softmax"),
        ("layer.0/Softmax", "layer.0.norm"),
        ("layer.0.norm", "output"),
    )
    assert flow.operators == {"layer.0/MatMul": "MatMul", "layer.0/Softmax": "Softmax"}


def test_the_architecture_keeps_them() -> None:
    architecture = abstract_architecture(header(ATTENTION))
    assert ("layer.0/Softmax", "layer.0.norm") in architecture.connections
    assert architecture.operators["layer.0/Softmax"] == "Softmax"
    assert abstract_architecture(WeightsHeader("safetensors", ("m",), {}, {}, {})).connections == ()


def test_an_activation_that_is_spelled_out_is_one() -> None:
    spelled = [
        onnx_node("Gemm", ("x", "up.weight"), ("u",), "/up/Gemm"),
        onnx_node("Div", ("u", "root"), ("d",), "/act/Div"),
        onnx_node("Erf", ("d",), ("e",), "/act/Erf"),
        onnx_node("Add", ("e", "one"), ("a",), "/act/Add"),
        onnx_node("Mul", ("u", "a"), ("m",), "/act/Mul"),
        onnx_node("Mul", ("m", "half"), ("y",), "/act/Mul_1"),
    ]
    flow = operator_flow(read_onnx(MemoryBlob("m.onnx", onnx_model([onnx_tensor("up.weight", (4, 4))], spelled))))
    assert flow.operators == {"act/Erf": "Gelu"}
    assert flow.connections == (("input", "up"), ("up", "act/Erf"), ("act/Erf", "output"))


def test_a_product_of_two_layers_is_no_activation() -> None:
    gated = [
        onnx_node("Sigmoid", ("x",), ("s",), "/gate/Sigmoid"),
        onnx_node("Relu", ("x",), ("r",), "/other/Relu"),
        onnx_node("Mul", ("s", "r"), ("y",), "/Mul"),
    ]
    assert operator_flow(header(gated)).operators == {"gate/Sigmoid": "Sigmoid", "other/Relu": "Relu", "Mul": "Mul"}


def test_a_loop_of_values_ends() -> None:
    nodes = [onnx_node("Max", ("x", "b"), ("a",), "/Max"), onnx_node("Max", ("a", "a"), ("b",), "/Max")]
    assert operator_flow(header(nodes)).connections == (("input", "Max"), ("Max", "Max_1"))


def test_a_node_of_very_many_inputs_is_bounded() -> None:
    nodes = [onnx_node("Relu", ("x",), (f"v{n}",), f"/n{n}/Relu") for n in range(500)]
    nodes.append(onnx_node("Concat", [f"v{n}" for n in range(500)], ("y",), "/Concat"))
    assert len(operator_flow(header(nodes)).connections) < 600


def test_tflite_has_a_flow_too() -> None:
    model = tflite_model([("x", (0,), 0), ("dense/MatMul", (4, 4), 0), ("y", (0,), 0)], [(9, (0, 1, -1), (2,))])
    flow = operator_flow(read_tflite(MemoryBlob("m.tflite", flatbuffer(model))))
    assert flow.connections == (("input", "dense"),)
