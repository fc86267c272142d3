"""ONNX models: weights inside and outside, quantised, graphs in graphs, sparse tensors, constants."""

from __future__ import annotations

from truename.testing.protobuf_files import field, message, onnx_model, onnx_node, onnx_tensor


def seeds() -> dict[str, bytes]:
    """Files by name."""
    weight = onnx_tensor("onnx::MatMul_1", (4, 2), raw=bytes(32))
    nodes = [
        onnx_node("MatMul", ("x", "onnx::MatMul_1"), ("m",), "/layer.0/query/MatMul"),
        onnx_node("MatMulNBits", ("m", "q", "s"), ("y",), "/layer.0/up", bits=4, block_size=32, K=32, N=2),
    ]
    packed = [onnx_tensor("q", (2, 1, 16), 2, bytes(32)), onnx_tensor("s", (2,), 10, bytes(4))]
    outside = message((1, 2), (2, 1), (8, "w"), (13, message((1, "location"), (2, "w.bin"))), (14, 1))
    inner = message((1, onnx_node("Add", ("a", "b"), ("c",))), (5, onnx_tensor("w", (2,), 22, bytes(1))))
    branch = message((4, "If"), (5, message((1, "then_branch"), (6, inner), (20, 5))))
    constant = message(
        (2, "c"), (4, "Constant"), (5, message((1, "value"), (5, onnx_tensor("", (300,), 1, bytes(1200)))))
    )
    sparse = message((15, message((1, onnx_tensor("w", (2,), raw=bytes(8))), (3, 4), (3, 4))))
    whole = message(
        (2, "q"), (4, "Constant"), (5, message((1, "value"), (5, onnx_tensor("", (1200,), 3, bytes(1200)))))
    )
    scale = message((2, "s"), (4, "Constant"), (5, message((1, "value"), (5, onnx_tensor("", (), 1, bytes(4))))))
    quantised = [whole, scale, onnx_node("DequantizeLinear", ("q", "s"), ("w",))]
    sparse_value = message((1, onnx_tensor("", (2,), raw=bytes(8))), (3, 4), (3, 4))
    sparse_constant = message((2, "c"), (4, "Constant"), (5, message((1, "sparse_value"), (22, sparse_value))))
    floats = message((2, "f"), (4, "Constant"), (5, message((1, "value_floats"), (7, bytes(1200)))))
    function = message((1, "F"), *((7, node) for node in (*quantised, constant, branch)), (10, "my"))
    return {
        "plain": onnx_model([weight, *packed], nodes),
        "outside": onnx_model([outside, onnx_tensor("f", (2,)) + field(4, bytes(8))]),
        "nested": onnx_model([onnx_tensor("w", (1,), 7)], [branch]),
        "constant": onnx_model(nodes=[constant]),
        "quantised constant": onnx_model(nodes=quantised),
        "other constants": onnx_model(nodes=[sparse_constant, floats]),
        "function": onnx_model(nodes=[onnx_node("F", ("x",), ("y",))]) + field(25, function),
        "sparse": message((7, sparse)),
        "metadata": onnx_model([weight]) + field(14, message((1, "key"), (2, "value"))),
    }
