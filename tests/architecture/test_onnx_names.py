"""Names and shapes of ONNX's tensors as PyTorch has them, and the same counts however they are quantised."""

from __future__ import annotations

from typing import Any

import pytest

from truename.architecture import measure
from truename.architecture.canonical import canonical_header
from truename.architecture.onnx_names import renamed
from truename.blob import MemoryBlob
from truename.declared.declared import Declared
from truename.formats import WeightsHeader
from truename.formats.onnx.reader import read_onnx
from truename.testing.protobuf_files import onnx_model, onnx_node, onnx_tensor

QUERY, KEY = "/encoder/layer.0/attention/self/query", "/encoder/layer.0/attention/self/key"


def header(tensors: list[bytes], nodes: list[bytes]) -> WeightsHeader:
    return read_onnx(MemoryBlob("model.onnx", onnx_model(tensors, nodes)))


def named(tensors: list[bytes], nodes: list[bytes]) -> dict[str, tuple[str | None, tuple[int, ...] | None]]:
    return {name: (tensor.dtype, tensor.shape) for name, _, tensor in renamed(header(tensors, nodes))}


WEIGHT = onnx_tensor("onnx::MatMul_1", (4, 6))
CASES: dict[str, tuple[list[bytes], list[bytes], dict[str, Any]]] = {
    "a matrix that a MatMul takes": (
        [WEIGHT],
        [onnx_node("MatMul", ("x", "onnx::MatMul_1"), ("y",), f"{QUERY}/MatMul")],
        {"encoder.layer.0.attention.self.query.weight": ("F32", (6, 4))},
    ),
    "a matrix without a node's name, known by the bias that is added": (
        [WEIGHT, onnx_tensor("attention.query.bias", (6,))],
        [onnx_node("MatMul", ("x", "onnx::MatMul_1"), ("y",)), onnx_node("Add", ("attention.query.bias", "y"), ("z",))],
        {"attention.query.weight": ("F32", (6, 4)), "attention.query.bias": ("F32", (6,))},
    ),
    "a matrix that nothing names": (
        [WEIGHT],
        [onnx_node("MatMul", ("x", "onnx::MatMul_1"), ("y",))],
        {"onnx::MatMul_1": ("F32", (4, 6))},
    ),
    "a matrix that a Gemm takes turned round": (
        [onnx_tensor("onnx::Gemm_1", (6, 4)), onnx_tensor("onnx::Gemm_2", (6,))],
        [onnx_node("Gemm", ("x", "onnx::Gemm_1", "onnx::Gemm_2"), ("y",), "/classifier/Gemm", transB=1)],
        {"classifier.weight": ("F32", (6, 4)), "classifier.bias": ("F32", (6,))},
    ),
    "a matrix that a Gemm takes as it is": (
        [onnx_tensor("onnx::Gemm_1", (4, 6))],
        [onnx_node("Gemm", ("x", "onnx::Gemm_1"), ("y",), "/classifier/Gemm")],
        {"classifier.weight": ("F32", (6, 4))},
    ),
    "a convolution with its norm folded in": (
        [onnx_tensor("onnx::Conv_1", (8, 3, 4, 4)), onnx_tensor("onnx::Conv_2", (8,))],
        [onnx_node("Conv", ("x", "onnx::Conv_1", "onnx::Conv_2"), ("y",), "/stem/conv/Conv")],
        {"stem.conv.weight": ("F32", (8, 3, 4, 4)), "stem.conv.bias": ("F32", (8,))},
    ),
    "a name that was kept": (
        [onnx_tensor("encoder.layer.0.output.dense.weight", (4, 6))],
        [onnx_node("Gemm", ("x", "encoder.layer.0.output.dense.weight"), ("y",), "/other/Gemm")],
        {"encoder.layer.0.output.dense.weight": ("F32", (4, 6))},
    ),
    "numbers that an exporter writes for the graph": (
        [WEIGHT, onnx_tensor("val_7", ()), onnx_tensor("val_8", (1,)), onnx_tensor("scale", (1,))],
        [],
        {"onnx::MatMul_1": ("F32", (4, 6)), "scale": ("F32", (1,))},
    ),
    "a number without a user": ([WEIGHT], [], {"onnx::MatMul_1": ("F32", (4, 6))}),
    "a number whose user has no path": (
        [WEIGHT],
        [onnx_node("MatMul", ("x", "onnx::MatMul_1"), ("y",), "MatMul_7")],
        {"onnx::MatMul_1": ("F32", (4, 6))},
    ),
    "a mask": ([onnx_tensor("/decoder/Constant_3_output_0", (1, 1, 9, 9))], [], {}),
    "names in threes, without and with a name": (
        [
            onnx_tensor("onnx::MatMul_1_quantized", (4, 6), 3),
            onnx_tensor("onnx::MatMul_1_scale", ()),
            onnx_tensor("onnx::MatMul_1_zero_point", (), 3),
            onnx_tensor("embed.weight_quantized", (9, 4), 2),
            onnx_tensor("embed.weight_scale", ()),
        ],
        [onnx_node("MatMulInteger", ("x", "onnx::MatMul_1_quantized"), ("y",), f"{QUERY}/MatMul_quant")],
        {
            "encoder.layer.0.attention.self.query.weight": ("I8", (6, 4)),
            "encoder.layer.0.attention.self.query.weight.onnx_scale": ("F32", ()),
            "encoder.layer.0.attention.self.query.weight.onnx_zero_point": ("I8", ()),
            "embed.weight": ("U8", (9, 4)),
            "embed.weight.onnx_scale": ("F32", ()),
        },
    ),
    "blocks of four bits": (
        [
            onnx_tensor("onnx::MatMul_1_Q4", (6, 2, 16), 2, bytes(192)),
            onnx_tensor("onnx::MatMul_1_scales", (6, 2)),
        ],
        [
            onnx_node(
                "MatMulNBits", ("x", "onnx::MatMul_1_Q4", "onnx::MatMul_1_scales"), ("y",), f"{KEY}/MatMul_Q4",
                K=64, N=6, bits=4, block_size=32,
            )
        ],
        {
            "encoder.layer.0.attention.self.key.weight": ("U4", (6, 64)),
            "encoder.layer.0.attention.self.key.weight.onnx_scale": ("F32", (6, 2)),
        },
    ),
    "blocks whose attributes say what cannot be": (
        [onnx_tensor("a.weight_Q4", (6, 2, 16), 2, bytes(192)), onnx_tensor("a.scales", (6, 2))],
        [onnx_node("MatMulNBits", ("x", "a.weight_Q4", "a.scales"), ("y",), K=2**40, N=2**20, bits=4, block_size=32)],
        {"a.weight": ("U8", (6, 2, 16)), "a.weight.onnx_scale": ("F32", (6, 2))},
    ),
    "stored values that are unpacked first": (
        [onnx_tensor("a.weight_q", (4, 6), 3), onnx_tensor("s", (6,)), onnx_tensor("z", (6,), 3)],
        [onnx_node("DequantizeLinear", ("a.weight_q", "s", "z"), ("w",), ""), onnx_node("MatMul", ("x", "w"), ("y",))],
        {
            "a.weight_q": ("I8", (4, 6)),
            "a.weight_q.onnx_scale": ("F32", (6,)),
            "a.weight_q.onnx_zero_point": ("I8", (6,)),
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize(("tensors", "nodes", "expected"), CASES.values(), ids=CASES)
def test_names(tensors: list[bytes], nodes: list[bytes], expected: dict[str, Any]) -> None:
    assert named(tensors, nodes) == expected


def test_doing_it_twice_changes_nothing() -> None:
    for tensors, nodes, _ in CASES.values():
        once = canonical_header(header(tensors, nodes))
        assert canonical_header(once).tensors == once.tensors


def test_equal_vectors_are_many_and_equal_matrices_one() -> None:
    tensors = [onnx_tensor("a.bias", (4,)), onnx_tensor("embed.weight", (9, 4))]
    nodes = [
        onnx_node("Identity", ("a.bias",), ("b.bias",)),
        onnx_node("Identity", ("embed.weight",), ("head.weight",)),
    ]
    facts = measure(header(tensors, nodes), Declared())
    assert next(fact.value for fact in facts if fact.key == "parameters") == 4 + 4 + 36


def quantised(kind: str) -> WeightsHeader:
    """The same layers in full precision, in eight and in four bits."""
    tensors, nodes = [onnx_tensor("embed.weight", (9, 64))], []
    for number in range(3):
        name, path = f"onnx::MatMul_{number}", f"/encoder/layer.{number}/dense"
        scale = onnx_tensor(f"{name}_scale", (32,))
        if kind == "full":
            tensors.append(onnx_tensor(name, (64, 32)))
            nodes.append(onnx_node("MatMul", ("x", name), ("y",), f"{path}/MatMul"))
        elif kind == "eight":
            tensors += [onnx_tensor(f"{name}_quantized", (64, 32), 2), scale]
            nodes.append(onnx_node("MatMulInteger", ("x", f"{name}_quantized"), ("y",), f"{path}/MatMul_quant"))
        else:
            tensors += [onnx_tensor(name, (32, 2, 16), 2), scale]
            inputs = ("x", name, f"{name}_scale")
            nodes.append(onnx_node("MatMulNBits", inputs, ("y",), f"{path}/MatMul", K=64, N=32, bits=4, block_size=32))
    return header(tensors, nodes)


@pytest.mark.parametrize("kind", ["full", "eight", "four"])
def test_parameters_do_not_depend_on_the_packing(kind: str) -> None:
    facts = {fact.key: fact.value for fact in measure(quantised(kind), Declared())}
    assert facts["parameters"] == 9 * 64 + 3 * 64 * 32
    # A file does not tell by which method it was quantised, and never that it was not where it was.
    assert facts.get("quantisation_method") == ("none" if kind == "full" else None)
