"""Names and shapes of every format, as the measures see them."""

from __future__ import annotations

import pytest

from truename.architecture import canonical_header
from truename.architecture.canonical import shows_model_type
from truename.formats import OperatorGraph, OperatorNode, Tensor, WeightsHeader

Shapes = dict[str, tuple[int, ...]]


def header(format: str, tensors: Shapes, **more: object) -> WeightsHeader:
    made = {name: Tensor("F32", shape, 4) for name, shape in tensors.items()}
    return WeightsHeader(format, ("m",), made, {}, **({"metadata": {}} | more))  # type: ignore[arg-type]


def canonical(format: str, tensors: Shapes, **more: object) -> Shapes:
    found = canonical_header(header(format, tensors, **more))
    return {name: tensor.shape or () for name, tensor in found.tensors.items()}


@pytest.mark.parametrize(
    ("name", "shape", "target", "turned"),
    [
        ("bert.layer.0.query.kernel", (2, 3), "bert.layer.0.query.weight", (3, 2)),
        ("params.dense.kernel", (2, 3), "dense.weight", (3, 2)),
        ("conv.kernel", (7, 7, 3, 64), "conv.weight", (64, 3, 7, 7)),
        ("encoder.conv1.kernel", (3, 80, 384), "encoder.conv1.weight", (384, 80, 3)),
        ("wte.embedding", (9, 2), "wte.weight", (9, 2)),
        ("ln_1.scale", (2,), "ln_1.weight", (2,)),
        ("ln_1.bias", (2,), "ln_1.bias", (2,)),
        ("batch_stats.bn.mean", (4,), "bn.running_mean", (4,)),
        ("kernel", (2, 3), "weight", (3, 2)),
    ],
)
def test_flax(name: str, shape: tuple[int, ...], target: str, turned: tuple[int, ...]) -> None:
    assert canonical("flax", {name: shape}) == {target: turned}


def test_the_state_of_an_optimiser_is_no_part_of_a_model() -> None:
    state = {"step": (), "params.a.bias": (1,), "opt_state.0.count": (), "opt_state.0.mu.a.bias": (1,)}
    assert canonical("flax", state) == {"a.bias": (1,)}


@pytest.mark.parametrize(
    ("name", "shape", "target", "turned"),
    [
        ("tf_bert_model/bert/encoder/layer_._0/attention/self/query/kernel:0", (2, 3),
         "bert.encoder.layer.0.attention.self.query.weight", (3, 2)),
        ("tf_bert_model/bert/embeddings/LayerNorm/gamma:0", (2,), "bert.embeddings.LayerNorm.weight", (2,)),
        ("tf_bert_model/bert/embeddings/LayerNorm/beta:0", (2,), "bert.embeddings.LayerNorm.bias", (2,)),
        ("tf_bert_model/bert/embeddings/word_embeddings/weight:0", (9, 2), "bert.embeddings.word_embeddings.weight",
         (9, 2)),
        ("tf_bert_model/bert/embeddings/token_type_embeddings/embeddings:0", (2, 2),
         "bert.embeddings.token_type_embeddings.weight", (2, 2)),
        ("dense/kernel:0", (2, 3), "dense.weight", (3, 2)),
    ],
)  # fmt: skip
def test_tensorflow(name: str, shape: tuple[int, ...], target: str, turned: tuple[int, ...]) -> None:
    assert canonical("keras", {name: shape}) == {target: turned}


def test_onnx_names_a_turned_matrix_after_its_node() -> None:
    nodes = (
        OperatorNode("MatMul", "/bert/encoder/layer.0/attention/self/query/MatMul", ("x", "onnx::MatMul_7"), ("y",)),
        OperatorNode("Add", "/add", ("y", "bert.encoder.layer.0.attention.self.query.bias"), ("z",)),
    )
    tensors: Shapes = {
        "onnx::MatMul_7": (2, 3),
        "bert.encoder.layer.0.attention.self.query.bias": (3,),
        "onnx::MatMul_8": (5, 6),
        "/Constant_1_output_0": (4,),
    }
    assert canonical("onnx", tensors, graph=OperatorGraph(nodes, (), ())) == {
        "bert.encoder.layer.0.attention.self.query.weight": (3, 2),
        "bert.encoder.layer.0.attention.self.query.bias": (3,),
        "onnx::MatMul_8": (5, 6),
    }


def test_a_word_that_is_before_every_name() -> None:
    assert canonical("pytorch", {"module.a.weight": (1,), "module.b": (2,)}) == {"a.weight": (1,), "b": (2,)}
    both: Shapes = {"module.a.weight": (1,), "b": (2,)}
    assert canonical("pytorch", both) == both


def test_safetensors_are_what_they_are() -> None:
    tensors = header("safetensors", {"a.kernel": (2, 3)})
    assert canonical_header(tensors) is tensors


LLAMA = {"metadata": {"general.architecture": "llama"}}


def test_gguf() -> None:
    tensors: Shapes = {
        "token_embd.weight": (9, 2), "rope_freqs.weight": (4,), "blk.11.attn_q.weight": (2, 2), "something.else": (3,),
    }  # fmt: skip
    assert canonical("gguf", tensors, **LLAMA) == {
        "model.embed_tokens.weight": (9, 2),
        "model.rotary_emb.inv_freq": (4,),
        "model.layers.11.self_attn.q_proj.weight": (2, 2),
        "something.else": (3,),
    }


def test_gguf_tells_experts_apart() -> None:
    tensors: Shapes = {"blk.0.ffn_gate_inp.weight": (2, 8), "blk.0.ffn_up_exps.weight": (2, 5, 8)}
    found = canonical("gguf", tensors, **LLAMA)
    assert found == {
        "model.layers.0.block_sparse_moe.gate.weight": (2, 8),
        "model.layers.0.block_sparse_moe.experts.0.w3.weight": (5, 8),
        "model.layers.0.block_sparse_moe.experts.1.w3.weight": (5, 8),
    }
    stored = canonical_header(header("gguf", tensors, **LLAMA)).tensors.values()
    assert sum(tensor.stored_bytes or 0 for tensor in stored) == 8


@pytest.mark.parametrize("shape", [(2**40, 5, 8), (0, 5, 8), (8,), ()])
def test_gguf_tells_no_absurd_number_of_experts_apart(shape: tuple[int, ...]) -> None:
    assert len(canonical("gguf", {"blk.0.ffn_up_exps.weight": shape}, **LLAMA)) == 1


def test_gguf_of_many_experts_stays_bounded() -> None:
    tensors: Shapes = {f"blk.{n}.ffn_up_exps.weight": (4096, 1, 1) for n in range(1000)}
    assert len(canonical("gguf", tensors, **LLAMA)) <= 201_000


@pytest.mark.parametrize(
    ("format", "tensors"),
    [
        ("gguf", {"token_embd.weight": (9, 2), "blk.0.ffn_up_exps.weight": (2, 5, 8), "blk.0.ffn_gate_inp.weight": ()}),
        ("flax", {"params.a.kernel": (2, 3), "a.scale": (3,)}),
        ("keras", {"tf_x/y/z/kernel:0": (2, 3)}),
        ("pytorch", {"module.a": (1,)}),
    ],
)  # fmt: skip
def test_twice_is_once(format: str, tensors: Shapes) -> None:
    once = canonical_header(header(format, tensors, **LLAMA))
    assert canonical_header(once).tensors == once.tensors


def test_two_tensors_that_would_get_one_name() -> None:
    found = canonical("flax", {"a.kernel": (2, 3), "b.a": (1,), "params.a.kernel": (4, 5)})
    assert found == {"a.weight": (3, 2), "b.a": (1,), "params.a.kernel": (5, 4)}


@pytest.mark.parametrize(("architecture", "shown"), [("llama", True), ("internlm2", False), ("", False)])
def test_only_faithful_conversions_show_a_model_type(architecture: str, shown: bool) -> None:
    found = header("gguf", {"a": (1,)}, metadata={"general.architecture": architecture})
    assert shows_model_type(found) is shown
