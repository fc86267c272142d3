"""Models of many families, sizes and formats, as headers, for ``planted_lies.py``: built from configurations alone.

The dimensions are those of published releases, or what the formats' own writers would store for them. Nothing holds a
value: a header promises as many bytes as the file has.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from truename.testing import layout_tensors, write_gguf, write_header_only

Tensors = dict[str, tuple[str, tuple[int, ...]]]
_GROUP = 128  # weights that share a scale, as most writers of packed weights set it


class Planted(msgspec.Struct, frozen=True):
    """A model under a name that is right.

    Attributes:
        before: the first part of its name, up to its size; empty behind it where the name gives none.
        size: as the name gives it.
        after: what follows the size.
        config: the content of config.json; None for a GGUF file.
        tensors: of the weights file.
        kind: what it is: decoder, mixture, encoder, embedder, reranker, reward, classifier, vision ...
        container: how the weights are packed: plain, or a key of ``PACKED`` or ``ENCODINGS``.
        files: further files of the folder, by path.
        metadata: of a GGUF file.
        bits: of a packed weight, where these are measured; 0 where nothing is packed.
    """

    before: str
    size: str
    after: str
    config: dict[str, Any] | None
    tensors: Tensors
    kind: str
    container: str = "plain"
    files: Mapping[str, Any] = {}
    metadata: Mapping[str, Any] | None = None
    bits: float = 0

    @property
    def name(self) -> str:
        """Its right name."""
        return "-".join(part for part in (self.before, self.size, self.after) if part)

    def write(self, folder: Path) -> None:
        """Write the files."""
        folder.mkdir(parents=True)
        if self.config is not None:
            (folder / "config.json").write_text(json.dumps(self.config))
        for path, content in self.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            if path.endswith(".safetensors"):
                write_header_only(folder / path, content)
            else:
                (folder / path).write_text(json.dumps(content))
        if self.metadata is not None:
            write_gguf(folder / "model.gguf", self.tensors, self.metadata)
        else:
            write_header_only(folder / "model.safetensors", self.tensors, {"format": "pt"})


def config_of(model_type: str, class_: str, **values: Any) -> dict[str, Any]:
    """The content of a config.json."""
    return {"model_type": model_type, "architectures": [class_], "torch_dtype": "bfloat16", **values}


def decoder(
    model_type: str, h: int, f: int, layers: int, a: int, k: int, v: int, p: int, **more: Any
) -> dict[str, Any]:
    """A configuration of a decoder; letters as in the table of layouts."""
    class_ = more.pop("class_", _CLASSES[model_type])
    return config_of(
        model_type, class_, hidden_size=h, intermediate_size=f, num_hidden_layers=layers, num_attention_heads=a,
        num_key_value_heads=k, vocab_size=v, max_position_embeddings=p, **more,
    )  # fmt: skip


_CLASSES = {
    "llama": "LlamaForCausalLM", "mistral": "MistralForCausalLM", "qwen2": "Qwen2ForCausalLM",
    "qwen3": "Qwen3ForCausalLM", "gemma": "GemmaForCausalLM", "gemma2": "Gemma2ForCausalLM",
    "gemma3_text": "Gemma3ForCausalLM", "phi3": "Phi3ForCausalLM", "phi": "PhiForCausalLM",
    "mixtral": "MixtralForCausalLM",
    "qwen2_moe": "Qwen2MoeForCausalLM", "qwen3_moe": "Qwen3MoeForCausalLM", "olmo2": "Olmo2ForCausalLM",
    "stablelm": "StableLmForCausalLM", "starcoder2": "Starcoder2ForCausalLM", "opt": "OPTForCausalLM",
    "gpt_neox": "GPTNeoXForCausalLM", "falcon": "FalconForCausalLM",
}  # fmt: skip

DECODERS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("Llama-2", "7b", "hf", decoder("llama", 4096, 11008, 32, 32, 32, 32000, 4096)),
    ("Llama-2", "13b", "chat-hf", decoder("llama", 5120, 13824, 40, 40, 40, 32000, 4096)),
    ("Meta-Llama-3", "8B", "Instruct", decoder("llama", 4096, 14336, 32, 32, 8, 128256, 8192, rope_theta=500000.0)),
    (
        "Llama-3.2", "1B", "Instruct",
        decoder(
            "llama", 2048, 8192, 16, 32, 8, 128256, 131072, tie_word_embeddings=True, head_dim=64,
            rope_scaling={"rope_type": "llama3", "factor": 32.0, "original_max_position_embeddings": 8192},
        ),
    ),
    ("TinyLlama", "1.1B", "Chat-v1.0", decoder("llama", 2048, 5632, 22, 32, 4, 32000, 2048)),
    ("Mistral", "7B", "Instruct-v0.3", decoder("mistral", 4096, 14336, 32, 32, 8, 32768, 32768)),
    ("Qwen2.5", "0.5B", "Instruct", decoder("qwen2", 896, 4864, 24, 14, 2, 151936, 32768, tie_word_embeddings=True)),
    ("Qwen2.5", "7B", "Instruct", decoder("qwen2", 3584, 18944, 28, 28, 4, 152064, 32768)),
    ("Qwen2.5-Coder", "14B", "", decoder("qwen2", 5120, 13824, 48, 40, 8, 152064, 32768)),
    ("Qwen3", "4B", "", decoder("qwen3", 2560, 9728, 36, 32, 8, 151936, 40960, tie_word_embeddings=True, head_dim=128)),
    ("Qwen3", "8B", "Base", decoder("qwen3", 4096, 12288, 36, 32, 8, 151936, 32768, head_dim=128)),
    (
        "gemma", "2b", "it",
        decoder("gemma", 2048, 16384, 18, 8, 1, 256000, 8192, tie_word_embeddings=True, head_dim=256),
    ),
    (
        "gemma-2", "9b", "it",
        decoder("gemma2", 3584, 14336, 42, 16, 8, 256000, 8192, tie_word_embeddings=True, head_dim=256),
    ),
    ("phi", "2", "", decoder("phi", 2560, 10240, 32, 32, 32, 51200, 2048)),
    ("OLMo-2-1124", "7B", "", decoder("olmo2", 4096, 11008, 32, 32, 32, 100352, 4096)),
    ("starcoder2", "3b", "", decoder("starcoder2", 3072, 12288, 30, 24, 2, 49152, 16384, tie_word_embeddings=True)),
    ("pythia", "1.4b", "deduped", decoder("gpt_neox", 2048, 8192, 24, 16, 16, 50304, 2048)),
    (
        "opt", "125m", "",
        config_of(
            "opt", "OPTForCausalLM", hidden_size=768, ffn_dim=3072, num_hidden_layers=12, num_attention_heads=12,
            vocab_size=50272, max_position_embeddings=2048, word_embed_proj_dim=768, tie_word_embeddings=True,
        ),
    ),
)  # fmt: skip
MIXTURES: tuple[tuple[str, str, str, dict[str, Any], float], ...] = (  # with the billions that a token uses
    (
        "Mixtral", "8x7B", "Instruct-v0.1",
        decoder("mixtral", 4096, 14336, 32, 32, 8, 32000, 32768, num_local_experts=8, num_experts_per_tok=2), 12.9,
    ),
    (
        "Qwen3", "30B-A3B", "",
        decoder(
            "qwen3_moe", 2048, 6144, 48, 32, 4, 151936, 40960, head_dim=128, num_experts=128, num_experts_per_tok=8,
            moe_intermediate_size=768,
        ),
        3.3,
    ),
    (
        "Qwen1.5-MoE", "A2.7B", "Chat",
        decoder(
            "qwen2_moe", 2048, 5632, 24, 16, 16, 151936, 8192, num_experts=60, num_experts_per_tok=4,
            moe_intermediate_size=1408, shared_expert_intermediate_size=5632,
        ),
        2.7,
    ),
)  # fmt: skip


MIXTURES = (
    *MIXTURES,
    (
        "Mixtral", "8x22B", "v0.1",
        decoder("mixtral", 6144, 16384, 56, 48, 8, 32000, 65536, num_local_experts=8, num_experts_per_tok=2), 39,
    ),
    (
        "Qwen2", "57B-A14B", "Instruct",
        decoder(
            "qwen2_moe", 3584, 18944, 28, 28, 4, 151936, 32768, num_experts=64, num_experts_per_tok=8,
            moe_intermediate_size=2560, shared_expert_intermediate_size=20480,
        ),
        14,
    ),
    (
        "Qwen3", "235B-A22B", "",
        decoder(
            "qwen3_moe", 4096, 12288, 94, 64, 4, 151936, 40960, head_dim=128, num_experts=128, num_experts_per_tok=8,
            moe_intermediate_size=1536,
        ),
        22,
    ),
)  # fmt: skip
NESTED = (("gemma-3n", "E2B", "it", 30, 8192), ("gemma-3n", "E4B", "it", 35, 16384))


def encoder(model_type: str, class_: str, h: int, layers: int, v: int, **more: Any) -> dict[str, Any]:
    """A configuration of BERT and its kin."""
    return config_of(
        model_type, class_, hidden_size=h, intermediate_size=4 * h, num_hidden_layers=layers,
        num_attention_heads=h // 64 if h > 384 else 12, vocab_size=v, torch_dtype="float32",
        max_position_embeddings=more.pop("p", 512), type_vocab_size=more.pop("t", 2), **more,
    )  # fmt: skip


BERT = encoder("bert", "BertForMaskedLM", 768, 12, 30522)
ENCODERS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("bert", "base", "uncased", BERT),
    ("bert", "large", "cased", encoder("bert", "BertForMaskedLM", 1024, 24, 28996)),
    ("roberta", "base", "", encoder("roberta", "RobertaForMaskedLM", 768, 12, 50265, p=514, t=1)),
    ("xlm-roberta", "large", "", encoder("xlm-roberta", "XLMRobertaForMaskedLM", 1024, 24, 250002, p=514, t=1)),
    ("MiniLM-L6-H384", "", "uncased", encoder("bert", "BertModel", 384, 6, 30522)),
    ("bert_uncased_L-4_H-512_A-8", "", "", encoder("bert", "BertForMaskedLM", 512, 4, 30522)),
)  # fmt: skip
_PREFIXES = {"bert": "bert.", "roberta": "roberta.", "xlm-roberta": "roberta."}


def with_head(config: dict[str, Any], class_: str, head: Tensors) -> tuple[dict[str, Any], Tensors]:
    """An encoder with a task's head behind it: the body under its prefix, and the head's own tensors."""
    prefix = _PREFIXES[config["model_type"]]
    bare = {**config, "architectures": [class_.split("For")[0] + "Model"]}
    body = {}
    for name, (_, shape) in layout_tensors(bare, "F32").items():
        if not name.startswith(("cls.", "lm_head")):
            body[prefix + name.removeprefix(prefix)] = ("F32", shape)
    return {**config, "architectures": [class_]}, {**body, **head}


def linear(name: str, outputs: int, inputs: int, dtype: str = "F32") -> Tensors:
    """A layer with its bias."""
    return {f"{name}.weight": (dtype, (outputs, inputs)), f"{name}.bias": (dtype, (outputs,))}


def heads_of(config: dict[str, Any], task: str, labels: int = 3) -> tuple[str, Tensors]:
    """The class of an encoder's task, and the tensors of the head."""
    width, kind = config["hidden_size"], config["architectures"][0].split("For")[0].removesuffix("Model")
    if task == "question-answering":
        return f"{kind}ForQuestionAnswering", linear("qa_outputs", 2, width)
    if task == "token-classification":
        return f"{kind}ForTokenClassification", linear("classifier", 9, width)
    if config["model_type"] == "bert":
        head = {**linear("bert.pooler.dense", width, width), **linear("classifier", labels, width)}
    else:
        head = {**linear("classifier.dense", width, width), **linear("classifier.out_proj", labels, width)}
    return f"{kind}ForSequenceClassification", head


def vision_tower(width: int, layers: int, patch: int = 14, prefix: str = "visual.") -> Tensors:
    """The tensors of an image encoder as multimodal models store it."""
    found: Tensors = {f"{prefix}patch_embed.proj.weight": ("BF16", (width, 3, 2, patch, patch))}
    for i in range(layers):
        at = f"{prefix}blocks.{i}."
        found |= {f"{at}norm{n}.weight": ("BF16", (width,)) for n in (1, 2)}
        found |= linear(f"{at}attn.qkv", 3 * width, width, "BF16") | linear(f"{at}attn.proj", width, width, "BF16")
        found |= linear(f"{at}mlp.fc1", 4 * width, width, "BF16") | linear(f"{at}mlp.fc2", width, 4 * width, "BF16")
    return found


def vit(width: int, layers: int, patch: int, side: int) -> Tensors:
    """A plain vision transformer as transformers stores it."""
    count = (side // patch) ** 2 + 1
    found: Tensors = {
        "vit.embeddings.cls_token": ("F32", (1, 1, width)),
        "vit.embeddings.position_embeddings": ("F32", (1, count, width)),
        "vit.embeddings.patch_embeddings.projection.weight": ("F32", (width, 3, patch, patch)),
        "vit.embeddings.patch_embeddings.projection.bias": ("F32", (width,)),
    }
    for i in range(layers):
        at = f"vit.encoder.layer.{i}."
        for part in ("query", "key", "value"):
            found |= linear(f"{at}attention.attention.{part}", width, width)
        found |= linear(f"{at}attention.output.dense", width, width)
        found |= linear(f"{at}intermediate.dense", 4 * width, width) | linear(f"{at}output.dense", width, 4 * width)
        for norm in ("layernorm_before", "layernorm_after"):
            found |= {f"{at}{norm}.weight": ("F32", (width,)), f"{at}{norm}.bias": ("F32", (width,))}
    return found | {"vit.layernorm.weight": ("F32", (width,)), "vit.layernorm.bias": ("F32", (width,))}


def whisper(width: int, layers: int) -> Tensors:
    """A speech recogniser with an encoder of sound and a decoder of words."""
    found: Tensors = {
        "model.encoder.conv1.weight": ("F32", (width, 80, 3)),
        "model.encoder.conv2.weight": ("F32", (width, width, 3)),
        "model.encoder.embed_positions.weight": ("F32", (1500, width)),
        "model.decoder.embed_tokens.weight": ("F32", (51865, width)),
        "model.decoder.embed_positions.weight": ("F32", (448, width)),
    }
    for side, parts in (("encoder", ("self_attn",)), ("decoder", ("self_attn", "encoder_attn"))):
        for i in range(layers):
            at = f"model.{side}.layers.{i}."
            for part in parts:
                for weight in ("q_proj", "v_proj", "out_proj"):
                    found |= linear(f"{at}{part}.{weight}", width, width)
                found |= {f"{at}{part}.k_proj.weight": ("F32", (width, width))}
                found |= linear_norm(f"{at}{part}_layer_norm", width)
            found |= linear(f"{at}fc1", 4 * width, width) | linear(f"{at}fc2", width, 4 * width)
            found |= linear_norm(f"{at}final_layer_norm", width)
        found |= linear_norm(f"model.{side}.layer_norm", width)
    return found


def linear_norm(name: str, width: int) -> Tensors:
    """A norm with its bias."""
    return {f"{name}.weight": ("F32", (width,)), f"{name}.bias": ("F32", (width,))}


Packing = tuple[str, float, dict[str, Any] | None]  # what it stores, bits, quantization_config
PACKED: dict[str, Packing] = {
    "gptq-4": ("gptq", 4, {"quant_method": "gptq", "bits": 4, "group_size": 128}),
    "gptq-8": ("gptq", 8, {"quant_method": "gptq", "bits": 8, "group_size": 128}),
    "awq-4": ("awq", 4, {"quant_method": "awq", "bits": 4, "group_size": 128, "version": "gemm"}),
    "bnb-4": ("bnb4", 4, {"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}),
    "bnb-8": ("bnb8", 8, {"quant_method": "bitsandbytes", "load_in_8bit": True}),
    "mlx-4": ("mlx", 4, {"group_size": 64, "bits": 4}),
    "mlx-8": ("mlx", 8, {"group_size": 64, "bits": 8}),
    "mlx-mxfp4": ("mlx_mode", 4, {"group_size": 32, "bits": 4, "mode": "mxfp4"}),
    "mlx-mxfp8": ("mlx_mode", 8, {"group_size": 32, "bits": 8, "mode": "mxfp8"}),
    "fp8": ("fp8", 8, {"quant_method": "fp8", "activation_scheme": "dynamic", "weight_block_size": [128, 128]}),
    "fp8-bare": ("fp8_bare", 8, None),
    "w4a16": (
        "ct_packed", 4,
        {
            "quant_method": "compressed-tensors", "format": "pack-quantized",
            "config_groups": {"group_0": {"targets": ["Linear"], "weights": {"num_bits": 4, "group_size": 128}}},
        },
    ),
    "w8a8": (
        "ct_int8", 8,
        {
            "quant_method": "compressed-tensors", "format": "int-quantized",
            "config_groups": {"group_0": {"targets": ["Linear"], "weights": {"num_bits": 8, "type": "int"}}},
        },
    ),
    "nvfp4": ("nvfp4", 4, {"quant_method": "modelopt", "quant_algo": "NVFP4"}),
    "mxfp4": (
        "mxfp4", 4,
        {
            "quant_method": "compressed-tensors", "format": "mxfp4-pack-quantized",
            "config_groups": {"group_0": {"targets": ["Linear"], "weights": {"num_bits": 4, "type": "float"}}},
        },
    ),
    "exl2-4": ("exl2", 4, {"quant_method": "exl2", "bits": 4.0, "version": "0.1.5"}),
    "exl2-6": ("exl2", 6, {"quant_method": "exl2", "bits": 6.0, "version": "0.1.5"}),
}  # fmt: skip


def packed(tensors: Mapping[str, tuple[str, tuple[int, ...]]], how: str, bits: float) -> Tensors:
    """The same model with the weights of its layers packed."""
    found: Tensors = {}
    for name, (dtype, shape) in tensors.items():
        if len(shape) == 2 and ".layers." in name and name.endswith("_proj.weight"):
            found |= _pack(name.removesuffix(".weight"), *shape, how, bits)
        else:
            found[name] = (dtype, shape)
    return found


def _pack(at: str, o: int, i: int, how: str, bits: float) -> Tensors:
    """What a writer of packed weights stores of one layer with ``o`` outputs and ``i`` inputs."""
    groups, width = max(1, i // _GROUP), int(bits)
    if how == "gptq":
        return {
            f"{at}.qweight": ("I32", (i * width // 32, o)), f"{at}.qzeros": ("I32", (groups, o * width // 32)),
            f"{at}.scales": ("F16", (groups, o)), f"{at}.g_idx": ("I32", (i,)),
        }  # fmt: skip
    if how == "awq":
        return {
            f"{at}.qweight": ("I32", (i, o * width // 32)), f"{at}.qzeros": ("I32", (groups, o * width // 32)),
            f"{at}.scales": ("F16", (groups, o)),
        }  # fmt: skip
    if how == "bnb4":
        return {
            f"{at}.weight": ("U8", (o * i // 2, 1)), f"{at}.weight.absmax": ("U8", (o * i // 64,)),
            f"{at}.weight.nested_absmax": ("F32", (max(1, o * i // 64 // 256),)),
            f"{at}.weight.nested_quant_map": ("F32", (256,)), f"{at}.weight.quant_map": ("F32", (16,)),
            f"{at}.weight.quant_state.bitsandbytes__nf4": ("U8", (83,)),
        }  # fmt: skip
    if how == "bnb8":
        return {f"{at}.weight": ("I8", (o, i)), f"{at}.SCB": ("F32", (o,)), f"{at}.weight_format": ("U8", ())}
    if how == "mlx":
        side = ("BF16", (o, i // 64))
        return {f"{at}.weight": ("U32", (o, i * width // 32)), f"{at}.scales": side, f"{at}.biases": side}
    if how == "mlx_mode":
        return {f"{at}.weight": ("U32", (o, i * width // 32)), f"{at}.scales": ("U8", (o, i // 32))}
    if how == "fp8":
        blocks = (-(-o // _GROUP), -(-i // _GROUP))
        return {f"{at}.weight": ("F8_E4M3", (o, i)), f"{at}.weight_scale_inv": ("F32", blocks)}
    if how == "fp8_bare":
        return {f"{at}.weight": ("F8_E4M3", (o, i))}
    if how == "ct_packed":
        return {
            f"{at}.weight_packed": ("I32", (o, i * width // 32)), f"{at}.weight_scale": ("BF16", (o, groups)),
            f"{at}.weight_shape": ("I64", (2,)),
        }  # fmt: skip
    if how == "ct_int8":
        return {f"{at}.weight": ("I8", (o, i)), f"{at}.weight_scale": ("BF16", (o, 1))}
    if how == "nvfp4":
        return {
            f"{at}.weight": ("U8", (o, i // 2)), f"{at}.weight_scale": ("F8_E4M3", (o, i // 16)),
            f"{at}.weight_scale_2": ("F32", ()), f"{at}.input_scale": ("F32", ()),
        }  # fmt: skip
    if how == "mxfp4":
        return {f"{at}.weight_packed": ("U8", (o, i // 2)), f"{at}.weight_scale": ("U8", (o, i // 32))}
    groups = max(1, i // 32)
    return {
        f"{at}.q_weight": ("I32", (math.ceil(i * bits / 32), o)), f"{at}.q_scale": ("I32", (groups, o // 8)),
        f"{at}.q_scale_max": ("F16", (groups,)), f"{at}.q_groups": ("I16", (2 * groups,)),
        f"{at}.q_invperm": ("I32", (i,)),
    }  # fmt: skip


# encoding -> number of general.file_type, the type of most tensors, of some, of the table of tokens
ENCODINGS: dict[str, tuple[int, str, str, str]] = {
    "Q4_K_M": (15, "Q4_K", "Q6_K", "Q4_K"),
    "Q8_0": (7, "Q8_0", "Q8_0", "Q8_0"),
    "Q6_K": (18, "Q6_K", "Q6_K", "Q6_K"),
    "Q5_K_M": (17, "Q5_K", "Q6_K", "Q5_K"),
    "Q3_K_M": (12, "Q3_K", "Q5_K", "Q3_K"),
    "Q2_K": (10, "Q2_K", "Q3_K", "Q2_K"),
    "IQ4_XS": (30, "IQ4_XS", "Q5_K", "IQ4_XS"),
    "F16": (1, "F16", "F16", "F16"),
    "BF16": (32, "BF16", "BF16", "BF16"),
}


def gguf(config: Mapping[str, Any], encoding: str, **metadata: Any) -> tuple[Tensors, dict[str, Any]]:
    """A decoder of Llama's or Qwen's kind as llama.cpp's converter writes it."""
    number, most, some, tokens = ENCODINGS[encoding]
    h, f, v = config["hidden_size"], config["intermediate_size"], config["vocab_size"]
    a, k, layers = config["num_attention_heads"], config["num_key_value_heads"], config["num_hidden_layers"]
    d, arch = config.get("head_dim", h // a), config["model_type"]
    found: Tensors = {"token_embd.weight": (tokens, (v, h)), "output_norm.weight": ("F32", (h,))}
    if not config.get("tie_word_embeddings"):
        found["output.weight"] = (some, (v, h))
    for i in range(layers):
        at = f"blk.{i}."
        found |= {f"{at}{norm}.weight": ("F32", (h,)) for norm in ("attn_norm", "ffn_norm")}
        found |= {
            f"{at}attn_q.weight": (most, (a * d, h)), f"{at}attn_k.weight": (most, (k * d, h)),
            f"{at}attn_v.weight": (some, (k * d, h)), f"{at}attn_output.weight": (most, (h, a * d)),
            f"{at}ffn_gate.weight": (most, (f, h)), f"{at}ffn_up.weight": (most, (f, h)),
            f"{at}ffn_down.weight": (some if i % 2 else most, (h, f)),
        }  # fmt: skip
        if arch == "qwen2":
            found |= {f"{at}attn_{x}.bias": ("F32", (n * d,)) for x, n in (("q", a), ("k", k), ("v", k))}
        if arch == "qwen3":
            found |= {f"{at}attn_{x}_norm.weight": ("F32", (d,)) for x in ("q", "k")}
    said = {
        "general.architecture": arch, "general.file_type": number, f"{arch}.block_count": layers,
        f"{arch}.embedding_length": h, f"{arch}.feed_forward_length": f, f"{arch}.attention.head_count": a,
        f"{arch}.attention.head_count_kv": k, f"{arch}.context_length": config["max_position_embeddings"],
        f"{arch}.vocab_size": v, **metadata,
    }  # fmt: skip
    return found, said


def bert_gguf(config: Mapping[str, Any], pooling: int, head: int = 0) -> tuple[Tensors, dict[str, Any]]:
    """An embedder or a reranker of BERT's kind in GGUF."""
    h, layers = config["hidden_size"], config["num_hidden_layers"]
    found: Tensors = {
        "token_embd.weight": ("F16", (config["vocab_size"], h)), "token_types.weight": ("F32", (2, h)),
        "position_embd.weight": ("F32", (512, h)), "token_embd_norm.weight": ("F32", (h,)),
        "token_embd_norm.bias": ("F32", (h,)),
    }  # fmt: skip
    for i in range(layers):
        for part, o, n in (("attn_q", h, h), ("attn_k", h, h), ("attn_v", h, h), ("attn_output", h, h),
                           ("ffn_up", 4 * h, h), ("ffn_down", h, 4 * h)):  # fmt: skip
            found |= {f"blk.{i}.{part}.weight": ("F16", (o, n)), f"blk.{i}.{part}.bias": ("F32", (o,))}
        for norm in ("attn_output_norm", "layer_output_norm"):
            found |= {f"blk.{i}.{norm}.weight": ("F32", (h,)), f"blk.{i}.{norm}.bias": ("F32", (h,))}
    if head:
        found |= {"cls.weight": ("F16", (h, h)), "cls.bias": ("F32", (h,)), "cls.output.weight": ("F16", (head, h)),
                  "cls.output.bias": ("F32", (head,))}  # fmt: skip
    said = {
        "general.architecture": "bert", "general.file_type": 1, "bert.block_count": layers,
        "bert.embedding_length": h, "bert.feed_forward_length": 4 * h, "bert.attention.head_count": h // 32,
        "bert.context_length": 512, "bert.attention.causal": False, "bert.pooling_type": pooling,
    }  # fmt: skip
    return found, said


POOLING = {"word_embedding_dimension": 0, "pooling_mode_mean_tokens": True}
_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
]
_DENSE = {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}


def embedder_files(width: int, dense: int = 0) -> dict[str, Any]:
    """What sentence-transformers writes beside the weights."""
    files: dict[str, Any] = {
        "modules.json": [*_MODULES, _DENSE] if dense else _MODULES,
        "1_Pooling/config.json": {**POOLING, "word_embedding_dimension": width},
    }
    if dense:
        files["2_Dense/config.json"] = {"in_features": width, "out_features": dense, "bias": True}
        files["2_Dense/model.safetensors"] = linear("linear", dense, width)
    return files


def models() -> Iterator[Planted]:
    """Every model."""
    plain: dict[str, tuple[str, str, str, dict[str, Any], Tensors]] = {}
    for before, size, after, config in DECODERS:
        tensors = dict(layout_tensors(config))
        plain[f"{before}-{size}"] = (before, size, after, config, tensors)
        yield Planted(before, size, after, config, tensors, "decoder")
    for before, size, after, config, _ in MIXTURES:
        yield Planted(before, size, after, config, dict(layout_tensors(config)), "mixture")
    for before, size, after, layers, width in NESTED:
        config = decoder(
            "gemma3_text", 2048, width, layers, 8, 2, 262400, 32768, head_dim=256,
            tie_word_embeddings=True,
        )  # fmt: skip
        table = {"model.embed_tokens_per_layer.weight": ("BF16", (262144, layers * 256))}
        full = {**config, "model_type": "gemma3n_text", "architectures": ["Gemma3nForCausalLM"]}
        yield Planted(before, size, after, full, {**layout_tensors(config), **table}, "nested")
    yield from _packed_models(plain)
    yield from _gguf_models(plain)
    yield from _encoders()
    yield from _embedders(plain)
    yield from _others(plain)


def _packed_models(plain: Mapping[str, tuple[str, str, str, dict[str, Any], Tensors]]) -> Iterator[Planted]:
    for at in ("Qwen2.5-7B", "Meta-Llama-3-8B", "Mistral-7B"):
        before, size, after, config, tensors = plain[at]
        for key, (how, bits, declared) in PACKED.items():
            field = "quantization" if key.startswith("mlx") else "quantization_config"
            full = {**config, field: declared} if declared else config
            yield Planted(before, size, after, full, packed(tensors, how, bits), "decoder", key, bits=bits)
        whole = {name: ("F32", shape) for name, (_, shape) in tensors.items()}
        yield Planted(before, size, after, {**config, "torch_dtype": "float32"}, whole, "decoder", "f32")
        half = {name: ("F16", shape) for name, (_, shape) in tensors.items()}
        yield Planted(before, size, after, {**config, "torch_dtype": "float16"}, half, "decoder", "f16")


def _gguf_models(plain: Mapping[str, tuple[str, str, str, dict[str, Any], Tensors]]) -> Iterator[Planted]:
    for at in ("Qwen2.5-7B", "Meta-Llama-3-8B", "Qwen3-4B", "TinyLlama-1.1B"):
        before, size, after, config, _ = plain[at]
        for encoding in ENCODINGS:
            tensors, said = gguf(config, encoding)
            yield Planted(before, size, after, None, tensors, "decoder", encoding, metadata=said)


def _encoders() -> Iterator[Planted]:
    for before, size, after, config in ENCODERS:
        yield Planted(before, size, after, config, dict(layout_tensors(config, "F32")), "encoder")
    for before, size, after, config in ENCODERS[:4]:
        for task in ("text-classification", "token-classification", "question-answering"):
            full, tensors = with_head(config, *heads_of(config, task))
            yield Planted(before, size, after, full, tensors, task)


def _embedders(plain: Mapping[str, tuple[str, str, str, dict[str, Any], Tensors]]) -> Iterator[Planted]:
    for before, size, after, config in (ENCODERS[0], ENCODERS[2], ENCODERS[4]):
        bare = {**config, "architectures": [config["architectures"][0].split("For")[0].removesuffix("Model") + "Model"]}
        tensors = dict(layout_tensors(bare, "F32"))
        for dense in (0, 256):
            files = embedder_files(config["hidden_size"], dense)
            yield Planted(before, size, after, bare, tensors, "embedder", files=files)
        full, ranked = with_head(config, *heads_of(config, "text-classification", 1))
        yield Planted(before, size, after, full, ranked, "reranker")
    for dims, pooling, head, kind in ((384, 2, 0, "embedder"), (768, 1, 0, "embedder"), (768, 4, 1, "reranker")):
        tensors, said = bert_gguf(encoder("bert", "BertModel", dims, 12, 30522), pooling, head)
        yield Planted("bert-small" if dims == 384 else "bert-base", "", "", None, tensors, kind, "F16", metadata=said)
    for at in ("Qwen2.5-7B", "Meta-Llama-3-8B", "Mistral-7B"):
        before, size, after, config, tensors = plain[at]
        body = {name: spec for name, spec in tensors.items() if not name.startswith("lm_head")}
        kind = config["architectures"][0].split("For")[0]
        scored = {**config, "architectures": [f"{kind}ForSequenceClassification"], "num_labels": 1}
        score = {"score.weight": ("BF16", (1, config["hidden_size"]))}
        yield Planted(before, size, after, scored, {**body, **score}, "reward")
        bare = {name.removeprefix("model."): spec for name, spec in body.items()}
        files = embedder_files(config["hidden_size"])
        yield Planted(before, size, "", {**config, "architectures": [f"{kind}Model"]}, bare, "embedder", files=files)


def _others(plain: Mapping[str, tuple[str, str, str, dict[str, Any], Tensors]]) -> Iterator[Planted]:
    for at, as_, width, layers in (
        ("Qwen2.5-7B", "Qwen2", 1280, 32),
        ("Qwen2.5-0.5B", "Qwen2", 1280, 32),
        ("Meta-Llama-3-8B", "Llama-3-LLaVA-NeXT", 1152, 27),
    ):
        _, size, after, config, tensors = plain[at]
        qwen = as_ == "Qwen2"
        declared = {
            "model_type": "qwen2_vl" if qwen else "llava_next",
            "architectures": ["Qwen2VLForConditionalGeneration" if qwen else "LlavaNextForConditionalGeneration"],
            "vision_config": {"hidden_size": width, "depth": layers, "patch_size": 14},
        }
        tower = vision_tower(width, layers, prefix="visual." if qwen else "vision_tower.")
        yield Planted(as_, size, after, {**config, **declared}, {**tensors, **tower}, "vision-language")
    for size, width, layers in (("base", 768, 12), ("large", 1024, 24)):
        for patch, side in ((16, 224), (32, 384)):
            config = config_of(
                "vit", "ViTModel", hidden_size=width, intermediate_size=4 * width, num_hidden_layers=layers,
                num_attention_heads=width // 64, patch_size=patch, image_size=side,
            )  # fmt: skip
            yield Planted("vit", size, f"patch{patch}-{side}", config, vit(width, layers, patch, side), "image")
    for size, width, layers in (("tiny", 384, 4), ("base", 512, 6), ("small", 768, 12)):
        config = config_of(
            "whisper", "WhisperForConditionalGeneration", d_model=width, encoder_layers=layers, decoder_layers=layers,
            vocab_size=51865, encoder_attention_heads=width // 64, decoder_attention_heads=width // 64,
            num_mel_bins=80, max_target_positions=448,
        )  # fmt: skip
        yield Planted("whisper", size, "", config, whisper(width, layers), "speech")
