"""Bits of packed weights are measured from shapes: a declaration that lies changes neither them nor a count."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headers import declared, header_of, plain_header, values
from truename.architecture import measure
from truename.evidence.evidence import Evidence
from truename.evidence.gather import gather
from truename.facts import QUANTISATION_BITS, QUANTISATION_METHOD, Origin
from truename.findings import ReasonKind
from truename.sources.folder import FolderSource
from truename.testing import TensorSpecs, layout_tensors, write_header_only

Spec = tuple[str, tuple[int, ...]]
Pack = Callable[[str, int, int], dict[str, Spec]]

LLAMA: dict[str, Any] = {
    "model_type": "llama", "vocab_size": 1024, "hidden_size": 256, "intermediate_size": 768, "num_hidden_layers": 3,
    "num_attention_heads": 4, "num_key_value_heads": 2, "tie_word_embeddings": False,
}  # fmt: skip
COMPRESSED = "compressed-tensors"
ORDER, ZEROS = ("weight_g_idx",), ("weight_zero_point",)
PARAMETERS = 2 * 1024 * 256 + 3 * (2 * 256 * 256 + 2 * 128 * 256 + 3 * 256 * 768 + 2 * 256) + 256


def _model(pack: Pack, config: dict[str, Any] = LLAMA) -> dict[str, Spec]:
    """A small Llama whose projections are packed."""
    made: dict[str, Spec] = {}
    for name, (dtype, shape) in layout_tensors(config).items():
        packed = name.endswith("_proj.weight")
        made |= pack(name.removesuffix(".weight"), *shape) if packed else {name: (dtype, shape)}
    return made


def mlx(bits: int, group: int = 64) -> Pack:
    return lambda layer, outputs, inputs: {
        f"{layer}.weight": ("U32", (outputs, inputs * bits // 32)),
        f"{layer}.scales": ("BF16", (outputs, inputs // group)),
        f"{layer}.biases": ("BF16", (outputs, inputs // group)),
    }


def mlx_mode(bits: int, group: int) -> Pack:
    return lambda layer, outputs, inputs: {
        f"{layer}.weight": ("U32", (outputs, inputs * bits // 32)),
        f"{layer}.scales": ("U8", (outputs, inputs // group)),
    }


def compressed(bits: int, group: int | None = 64, more: tuple[str, ...] = (), words: int | None = None) -> Pack:
    """compressed-tensors; ``words``: values a word, where none lies across two."""

    def pack(layer: str, outputs: int, inputs: int) -> dict[str, Spec]:
        columns = inputs * bits // 32 if words is None else -(-inputs // words)
        groups = 1 if group is None else inputs // group
        further = {
            "weight_g_idx": ("I32", (inputs,)),
            "weight_zero_point": ("I32", (outputs * bits // 32, groups)),
        }
        return {
            f"{layer}.weight_packed": ("I32", (outputs, columns)),
            f"{layer}.weight_scale": ("BF16", (outputs, groups)),
            f"{layer}.weight_shape": ("I64", (2,)),
            **{f"{layer}.{role}": further[role] for role in more},
        }

    return pack


def gptq(bits: int, group: int | None = 64, companions: tuple[str, ...] = ("qzeros", "g_idx")) -> Pack:
    def pack(layer: str, outputs: int, inputs: int) -> dict[str, Spec]:
        groups = 1 if group is None else -(-inputs // group)
        further: dict[str, Spec] = {
            "qzeros": ("I32", (groups, outputs * bits // 32)),
            "g_idx": ("I32", (inputs,)),
        }
        return {
            f"{layer}.qweight": ("I32", (inputs * bits // 32, outputs)),
            f"{layer}.scales": ("F16", (groups, outputs)),
            **{f"{layer}.{role}": further[role] for role in companions},
        }

    return pack


def awq(bits: int, group: int = 64) -> Pack:
    return lambda layer, outputs, inputs: {
        f"{layer}.qweight": ("I32", (inputs, outputs * bits // 32)),
        f"{layer}.qzeros": ("I32", (inputs // group, outputs * bits // 32)),
        f"{layer}.scales": ("F16", (inputs // group, outputs)),
    }


def bitsandbytes(kind: str = "nf4", storage: str = "U8") -> Pack:
    width = {"U8": 8, "BF16": 16, "F32": 32}[storage]
    return lambda layer, outputs, inputs: {
        f"{layer}.weight": (storage, (outputs * inputs * 4 // width, 1)),
        f"{layer}.weight.absmax": ("U8", (outputs * inputs // 64,)),
        f"{layer}.weight.quant_map": ("F32", (16,)),
        f"{layer}.weight.nested_absmax": ("F32", (outputs * inputs // 64 // 256 or 1,)),
        f"{layer}.weight.nested_quant_map": ("F32", (256,)),
        f"{layer}.weight.quant_state.bitsandbytes__{kind}": ("U8", (152,)),
    }


def bitsandbytes_int8(layer: str, outputs: int, inputs: int) -> dict[str, Spec]:
    return {f"{layer}.weight": ("I8", (outputs, inputs)), f"{layer}.SCB": ("F32", (outputs,))}


def exl2(bits: float) -> Pack:
    return lambda layer, outputs, inputs: {
        f"{layer}.q_weight": ("I32", (round(inputs * bits / 32), outputs)),
        f"{layer}.q_invperm": ("I32", (inputs,)),
        f"{layer}.q_scale": ("I32", (inputs // 64, outputs // 8)),
        f"{layer}.q_scale_max": ("F16", (inputs // 64,)),
        f"{layer}.q_groups": ("I16", (2 * inputs // 64,)),
    }


def nvfp4(role: str = "weight", tile: int = 1) -> Pack:
    return lambda layer, outputs, inputs: {
        f"{layer}.{role}": ("U8", (outputs, inputs // 2)),
        f"{layer}.weight_scale": ("F8_E4M3", (outputs, -(-inputs // 16 // tile) * tile)),
        f"{layer}.weight_scale_2": ("F32", ()),
    }


def mx(
    bits: int, dtype: str = "U8", role: str = "weight_packed", scale: str = "weight_scale", e8m0: str = "U8"
) -> Pack:
    return lambda layer, outputs, inputs: {
        f"{layer}.{role}": (dtype, (outputs, inputs * bits // 8)),
        f"{layer}.{scale}": (e8m0, (outputs, inputs // 32)),
    }


def fp8(scale: str | None = "weight_scale") -> Pack:
    return lambda layer, outputs, inputs: {
        f"{layer}.weight": ("F8_E4M3", (outputs, inputs)),
        **({} if scale is None else {f"{layer}.{scale}": ("F32", (2, 2) if scale.endswith("inv") else ())}),
    }


def int8(per_row: bool = True) -> Pack:
    return lambda layer, outputs, inputs: {
        f"{layer}.weight": ("I8", (outputs, inputs)),
        f"{layer}.weight_scale": ("BF16", (outputs, 1) if per_row else ()),
    }


def int8_as_qweight(layer: str, outputs: int, inputs: int) -> dict[str, Spec]:
    return {f"{layer}.qweight": ("I8", (outputs, inputs)), f"{layer}.scale": ("F32", (outputs, 1))}


def says_mlx(bits: int, group: int = 64) -> dict[str, Any]:
    return {"quantization": {"group_size": group, "bits": bits}}


def says_gptq(bits: int, group: int = 64, method: str = "gptq") -> dict[str, Any]:
    return {"quantization_config": {"quant_method": method, "bits": bits, "group_size": group, "desc_act": False}}


def says_compressed(bits: int, group: int | None = 64) -> dict[str, Any]:
    weights = {"num_bits": bits, "group_size": group, "strategy": "group" if group else "channel"}
    groups = {"group_0": {"targets": ["Linear"], "weights": weights}}
    return {"quantization_config": {"quant_method": "compressed-tensors", "config_groups": groups}}


def says_bitsandbytes(bits: int) -> dict[str, Any]:
    return {"quantization_config": {"quant_method": "bitsandbytes", f"load_in_{bits}bit": True}}


def says(method: str, **more: Any) -> dict[str, Any]:
    return {"quantization_config": {"quant_method": method, **more}}


TRUE_AND_FALSE = [
    # what the tensors are, a true declaration, a false one, method, bits
    ("mlx-4", mlx(4), says_mlx(4), says_mlx(8), "mlx", 4),
    ("mlx-8", mlx(8), says_mlx(8), says_mlx(4), "mlx", 8),
    ("mlx-4-group-lies-too", mlx(4), says_mlx(4), says_mlx(8, 32), "mlx", 4),
    ("mlx-2-of-128", mlx(2, 128), says_mlx(2, 128), says_mlx(4, 64), "mlx", 2),
    ("mlx-6", mlx(6), says_mlx(6), says_mlx(3, 128), "mlx", 6),
    ("mlx-5", mlx(5), says_mlx(5), says_mlx(4), "mlx", 5),
    ("mlx-mxfp4", mlx_mode(4, 32), says_mlx(4, 32), says_mlx(8, 32), "mlx", 4),
    ("mlx-nvfp4", mlx_mode(4, 16), says_mlx(4, 16), says_mlx(8, 16), "mlx", 4),
    ("mlx-mxfp8", mlx_mode(8, 32), says_mlx(8, 32), says_mlx(4, 64), "mlx", 8),
    ("compressed-4", compressed(4), says_compressed(4), says_compressed(8), COMPRESSED, 4),
    ("compressed-8-rows", compressed(8, None), says_compressed(8, None), says_compressed(4), COMPRESSED, 8),
    ("compressed-4-rows", compressed(4, None), says_compressed(4, None), says_compressed(8, None), COMPRESSED, 4),
    ("compressed-order", compressed(4, 64, ORDER), says_compressed(4), says_compressed(2), COMPRESSED, 4),
    ("compressed-zeros", compressed(8, 32, ZEROS), says_compressed(8, 32), says_compressed(4), COMPRESSED, 8),
    ("compressed-3-by-words", compressed(3, 64, (), 10), says_compressed(3), says_compressed(4), COMPRESSED, 3),
    ("gptq-4", gptq(4), says_gptq(4), says_gptq(8), "gptq", 4),
    ("gptq-8", gptq(8), says_gptq(8), says_gptq(4), "gptq", 8),
    ("gptq-3", gptq(3), says_gptq(3), says_gptq(4), "gptq", 3),
    ("gptq-rows", gptq(4, None), says_gptq(4, -1), says_gptq(8, -1), "gptq", 4),
    ("gptq-uneven-group", gptq(4, 96), says_gptq(4, 96), says_gptq(8, 96), "gptq", 4),
    ("gptq-without-index", gptq(2, 64, ("qzeros",)), says_gptq(2), says_gptq(4), "gptq", 2),
    ("gptq-symmetric-only", gptq(4, 64, ()), says_gptq(4), says_gptq(8), "gptq", 4),
    ("awq-4", awq(4), says_gptq(4, 64, "awq"), says_gptq(8, 64, "awq"), "awq", 4),
    ("awq-2", awq(2), says_gptq(2, 64, "awq"), says_gptq(4, 64, "awq"), "awq", 2),
    ("nf4", bitsandbytes(), says_bitsandbytes(4), says_bitsandbytes(8), "bitsandbytes", 4),
    ("fp4", bitsandbytes("fp4"), says_bitsandbytes(4), says_bitsandbytes(8), "bitsandbytes", 4),
    ("nf4-in-bf16", bitsandbytes("nf4", "BF16"), says_bitsandbytes(4), says_bitsandbytes(8), "bitsandbytes", 4),
    ("llm-int8", bitsandbytes_int8, says_bitsandbytes(8), says_bitsandbytes(4), "bitsandbytes", 8),
    ("nvfp4", nvfp4(), says("modelopt", quant_algo="NVFP4"), says("fp8"), "nvfp4", 4),
    ("nvfp4-in-tiles", nvfp4(tile=4), says("modelopt", quant_algo="NVFP4"), says_compressed(8), "nvfp4", 4),
    ("nvfp4-compressed", nvfp4("weight_packed"), says_compressed(4, 16), says_compressed(8), "nvfp4", 4),
    ("mxfp4", mx(4), says_compressed(4, 32), says_compressed(8), "mxfp4", 4),
    ("mxfp4-in-i8", mx(4, "I8", "weight", "scale", "F8_E8M0"), says("fp8", expert_dtype="fp4"), {}, "mxfp4", 4),
    ("mxfp8", mx(8, "U8", "weight", "weight_scale", "F8_E8M0"), says("mxfp8"), says("mxfp4", bits=4), "mxfp8", 8),
    ("fp8", fp8(), says("fp8"), says("modelopt", quant_algo="NVFP4"), "fp8", 8),
    ("fp8-blocks", fp8("weight_scale_inv"), says("fp8"), says_gptq(4), "fp8", 8),
    ("fp8-without-scales", fp8(None), says("fp8"), says_bitsandbytes(4), "fp8", 8),
    ("int8", int8(), says_compressed(8, None), says_compressed(4, None), COMPRESSED, 8),
    ("int8-as-qweight", int8_as_qweight, says("int8"), says_gptq(4), "int8", 8),
    ("int8-one-scale", int8(per_row=False), says_compressed(8, None), says_gptq(4), COMPRESSED, 8),
]  # fmt: skip


@pytest.mark.parametrize("declaration", ["true", "false", "none"])
@pytest.mark.parametrize(
    ("pack", "true", "false", "method", "bits"), [row[1:] for row in TRUE_AND_FALSE], ids=[r[0] for r in TRUE_AND_FALSE]
)
def test_shapes_say_it_whatever_is_declared(
    pack: Pack, true: dict[str, Any], false: dict[str, Any], method: str, bits: int, declaration: str
) -> None:
    facts = measure(header_of(_model(pack)), declared(LLAMA | {"true": true, "false": false, "none": {}}[declaration]))
    found = values(facts)
    assert (found["quantisation_method"], found["quantisation_bits"]) == (method, bits)
    assert found["parameters"] == PARAMETERS
    by_config = {"heads", "key_value_heads"}  # only the configuration tells how wide a head is
    assert all(fact.origin is (Origin.DECLARED if fact.key in by_config else Origin.WEIGHTS) for fact in facts)
    (how,) = [fact.detail for fact in facts if fact.key == "quantisation_bits"]
    assert how is not None
    assert not how.startswith("layout of")


@pytest.mark.parametrize("says", [{}, says("exl2", bits=4.0), says("exl2", bits=2.0)], ids=["none", "true", "false"])
def test_exl2_is_an_average_of_its_layers_without_the_head(says: dict[str, Any]) -> None:
    tensors = _model(exl2(4.0))
    del tensors["lm_head.weight"]
    tensors |= exl2(6.0)("lm_head", 1024, 256)
    found = values(measure(header_of(tensors), declared(LLAMA | says)))
    assert found["quantisation_method"] == "exl2"
    assert 4.0 < found["quantisation_bits"] < 4.5  # its scales are counted
    assert found["parameters"] == PARAMETERS
    assert found["tensor_model_types"]


def test_a_parameter_called_q_weight_is_not_exl2() -> None:
    tensors = {"a.0.q_weight": ("F32", (8, 8)), "a.0.q_bias": ("F32", (8,)), "a.0.norm.weight": ("F32", (8,))}
    found = values(measure(header_of(tensors), declared(None)))
    assert (found["parameters"], found["quantisation_method"]) == (80, "none")


@pytest.mark.parametrize(
    "config",
    [says_bitsandbytes(4), says_gptq(4), says("awq", bits=4), says("modelopt", quant_algo="NVFP4"), says_mlx(4)],
    ids=["bitsandbytes", "gptq", "awq", "modelopt", "mlx"],
)
@pytest.mark.parametrize(("dtype", "width"), [("F16", 16), ("BF16", 16), ("F32", 32)])
def test_a_declaration_left_over_full_precision(config: dict[str, Any], dtype: str, width: int) -> None:
    found = values(measure(header_of(layout_tensors(LLAMA, dtype)), declared(LLAMA | config)))
    assert (found["quantisation_method"], found["quantisation_bits"]) == ("none", width)


def test_full_precision_without_a_declaration_has_no_quantised_weight() -> None:
    assert "quantisation_bits" not in values(measure(header_of(layout_tensors(LLAMA)), declared(LLAMA)))


@pytest.mark.parametrize("config", [{}, says_gptq(4, 64), says_mlx(8)], ids=["none", "gptq", "mlx"])
@pytest.mark.parametrize("pack", [mlx(4), gptq(4, 64, ()), compressed(4), compressed(4, None)])
def test_shapes_that_several_widths_fit_give_none(pack: Pack, config: dict[str, Any]) -> None:
    """One weight, and nothing beside it that tells how many inputs it has."""
    found = values(measure(header_of(pack("a.0.up_proj", 512, 512)), declared(config)))
    assert found["quantisation_method"] in ("mlx", "gptq", "compressed-tensors")
    assert "quantisation_bits" not in found


@pytest.mark.parametrize(
    "config",
    [{"quantization_config": {"quant_method": "hqq", "nbits": 4}}, {"quantization_config": {"bits": 4}}],
)
def test_bytes_of_no_known_layout_keep_the_declared_width_declared(config: dict[str, Any]) -> None:
    tensors = {"a.0.up_proj.weight": ("U8", (64, 32)), "a.0.norm.weight": ("BF16", (64,))}
    found = values(measure(header_of(tensors), declared(config)))
    assert found["parameters"] == 64 * 64 + 64
    assert not {"quantisation_method", "quantisation_bits"} & found.keys()


def test_experts_that_are_only_declared_fp4_are_not_measured() -> None:
    tensors = {
        "m.0.ffn.experts.0.w1.weight": ("I8", (64, 64)), "m.0.ffn.experts.0.w1.scale": ("F32", (64,)),
        "m.0.norm.weight": ("BF16", (128,)),
    }  # fmt: skip
    found = values(measure(header_of(tensors), declared({"expert_dtype": "fp4", **says("fp8")})))
    assert not {"quantisation_method", "quantisation_bits"} & found.keys()


@pytest.mark.parametrize("half", [True, False], ids=["narrow", "wide"])
@pytest.mark.parametrize(("pack", "bits"), [(mlx(4), 4), (mlx(8), 8), (compressed(4), 4), (compressed(4, None), 4)])
def test_a_feed_forward_half_or_twice_as_wide_as_the_stream(pack: Pack, bits: int, half: bool) -> None:
    """Its down projection alone, read in another width, would have the inputs that the norms are wide."""
    config = LLAMA | {"hidden_size": 512, "intermediate_size": 256 if half else 1024}
    plain = values(measure(header_of(layout_tensors(config)), declared(config)))
    found = values(measure(header_of(_model(pack, config)), declared(config | says_mlx(2))))
    assert (found["quantisation_bits"], found["parameters"]) == (bits, plain["parameters"])


def test_a_draft_head_whose_queries_read_twice_the_stream() -> None:
    tensors = _model(mlx(4))
    for name, spec in mlx(4)("model.layers.0.self_attn.q_proj", 256, 512).items():
        tensors[name] = spec
    found = values(measure(header_of(tensors), declared(LLAMA)))
    assert (found["quantisation_bits"], found["parameters"]) == (4, PARAMETERS + 256 * 256)


def test_two_widths_in_one_model_are_each_their_own() -> None:
    """Overrides that the configuration lost: the counts stay, and the bits are those of most weights."""

    def pack(layer: str, outputs: int, inputs: int) -> dict[str, Spec]:
        return mlx(6 if layer.endswith(("down_proj", "v_proj")) else 4)(layer, outputs, inputs)

    found = values(measure(header_of(_model(pack)), declared(LLAMA | says_mlx(4))))
    assert (found["quantisation_bits"], found["parameters"]) == (4, PARAMETERS)


def test_hostile_shapes_are_no_error() -> None:
    for shape in ((0, 0), (1, 0), (2**31, 2**31), (7, 3)):
        for pack in (mlx(4), gptq(4), compressed(4), exl2(4.0), nvfp4(), mx(4)):
            tensors = {name: (dtype, shape) for name, (dtype, _) in pack("a.0.up_proj", 64, 64).items()}
            facts = measure(plain_header(tensors), declared(says_compressed(4)))
            assert values(facts)["tensors"] == len(tensors)


def test_measured_and_declared_stand_beside_each_other(tmp_path: Path) -> None:
    evidence = _evidence(tmp_path, _model(mlx(4)), LLAMA | says_mlx(8))
    measured, stated = evidence.measured(QUANTISATION_BITS), evidence.declared(QUANTISATION_BITS)
    assert measured is not None
    assert stated is not None
    assert (measured.value, measured.origin) == (4, Origin.WEIGHTS)
    assert (stated.value, stated.origin) == (8, Origin.DECLARED)


def test_an_open_question_has_its_reason(tmp_path: Path) -> None:
    evidence = _evidence(tmp_path, mlx(4)("a.0.up_proj", 512, 512), {})
    assert evidence.get(QUANTISATION_BITS) is None
    reason = evidence.why_missing(QUANTISATION_BITS)
    assert reason.kind is ReasonKind.NOT_MEASURED
    assert reason.text == "the shapes of the packed weights fit more than one number of bits"


def test_a_left_over_declaration_stays_declared(tmp_path: Path) -> None:
    evidence = _evidence(tmp_path, layout_tensors(LLAMA, "F16"), LLAMA | says_bitsandbytes(4))
    for key, found, stated in ((QUANTISATION_METHOD, "none", "bitsandbytes"), (QUANTISATION_BITS, 16, 4)):
        assert [(fact.value, fact.origin) for fact in evidence.all(key)] == [
            (found, Origin.WEIGHTS),
            (stated, Origin.DECLARED),
        ]


def _evidence(folder: Path, tensors: TensorSpecs, config: dict[str, Any]) -> Evidence:
    write_header_only(folder / "model.safetensors", tensors)
    (folder / "config.json").write_text(json.dumps(config))
    return gather(FolderSource(folder))
