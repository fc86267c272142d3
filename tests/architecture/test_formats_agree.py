"""The same model in every format: the same parameters, depth, width and model types."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pickles
from conversions import EMBEDDING, GGUF_ARCHITECTURES, in_flax, in_gguf, in_keras
from truename.architecture import measure
from truename.declared.declared import Declared
from truename.evidence.evidence import Evidence
from truename.formats import Checkpoint, read_checkpoint
from truename.sources import FileBlob
from truename.testing import TensorSpecs, layout_tensors, write_flax, write_gguf, write_header_only
from truename.testing.hdf5_files import Data, Group, hdf5_file
from truename.testing.protobuf_files import onnx_model, onnx_node, onnx_tensor

H, L, A, V = 64, 3, 4, 512
CONFIG: dict[str, Any] = {
    "hidden_size": H, "n_embd": H, "d_model": H, "dim": H,
    "num_hidden_layers": L, "n_layer": L, "num_layers": L, "n_layers": L,
    "num_attention_heads": A, "n_head": A, "num_heads": A, "n_heads": A,
    "num_key_value_heads": 2, "head_dim": 16, "d_kv": 16, "vocab_size": V,
    "intermediate_size": 128, "d_ff": 128, "ffn_dim": 128, "hidden_dim": 128, "n_inner": 128,
    "max_position_embeddings": 96, "n_positions": 96, "type_vocab_size": 2,
    "num_local_experts": 4, "num_experts": 4, "moe_intermediate_size": 32, "shared_expert_intermediate_size": 32,
}  # fmt: skip

KEYS = ("parameters", "layers", "encoder_layers", "decoder_layers", "hidden_size", "experts", "vocabulary_size",
        "intermediate_size", "non_embedding_parameters", "tensor_model_types")  # fmt: skip


def tensors_of(model_type: str) -> TensorSpecs:
    """The tensors of a small model, without the head of masked language modelling, which GGUF does not keep."""
    found = layout_tensors({**CONFIG, "model_type": model_type}, "F32")
    return {name: spec for name, spec in found.items() if not name.startswith("vocab_")}


def vit() -> TensorSpecs:
    layer = "vit.encoder.layer.{}."
    names = {"attention.attention.query": (H, H), "attention.attention.key": (H, H),
             "attention.attention.value": (H, H),
             "attention.output.dense": (H, H), "intermediate.dense": (128, H), "output.dense": (H, 128)}  # fmt: skip
    found: dict[str, tuple[str, tuple[int, ...]]] = {
        "vit.embeddings.cls_token": ("F32", (1, 1, H)),
        "vit.embeddings.position_embeddings": ("F32", (1, 17, H)),
        "vit.embeddings.patch_embeddings.projection.weight": ("F32", (H, 3, 8, 8)),
        "vit.embeddings.patch_embeddings.projection.bias": ("F32", (H,)),
        "vit.layernorm.weight": ("F32", (H,)),
        "vit.layernorm.bias": ("F32", (H,)),
        "classifier.weight": ("F32", (10, H)),
        "classifier.bias": ("F32", (10,)),
    }
    for number in range(L):
        for name, shape in names.items():
            found[layer.format(number) + name + ".weight"] = ("F32", shape)
            found[layer.format(number) + name + ".bias"] = ("F32", shape[:1])
        for norm in ("layernorm_before", "layernorm_after"):
            for role in ("weight", "bias"):
                found[f"{layer.format(number)}{norm}.{role}"] = ("F32", (H,))
    return found


def whisper() -> TensorSpecs:
    found: dict[str, tuple[str, tuple[int, ...]]] = {
        "model.encoder.conv1.weight": ("F32", (H, 80, 3)),
        "model.encoder.conv1.bias": ("F32", (H,)),
        "model.encoder.conv2.weight": ("F32", (H, H, 3)),
        "model.encoder.conv2.bias": ("F32", (H,)),
        "model.encoder.embed_positions.weight": ("F32", (1500, H)),
        "model.decoder.embed_tokens.weight": ("F32", (V, H)),
        "model.decoder.embed_positions.weight": ("F32", (448, H)),
    }
    for side in ("encoder", "decoder"):
        found |= {f"model.{side}.layer_norm.{role}": ("F32", (H,)) for role in ("weight", "bias")}
        for number in range(L):
            path = f"model.{side}.layers.{number}"
            for attention in ("self_attn", "encoder_attn")[: 1 if side == "encoder" else 2]:
                for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
                    found[f"{path}.{attention}.{part}.weight"] = ("F32", (H, H))
                    if part != "k_proj":
                        found[f"{path}.{attention}.{part}.bias"] = ("F32", (H,))
                for role in ("weight", "bias"):
                    found[f"{path}.{attention}_layer_norm.{role}"] = ("F32", (H,))
            for part, shape in {"fc1": (128, H), "fc2": (H, 128)}.items():
                found[f"{path}.{part}.weight"] = ("F32", shape)
                found[f"{path}.{part}.bias"] = ("F32", shape[:1])
            found |= {f"{path}.final_layer_norm.{role}": ("F32", (H,)) for role in ("weight", "bias")}
    return found


ALL: dict[str, Callable[[], TensorSpecs]] = {
    **{name: (lambda name=name: tensors_of(name)) for name in GGUF_ARCHITECTURES},  # type: ignore[misc]
    "vit": vit,
    "whisper": whisper,
}


def facts(format: str, path: Path) -> dict[str, Any]:
    header = read_checkpoint(Checkpoint(format, (path.name,)), lambda name: FileBlob(name, str(path.parent / name)))
    evidence = Evidence.of(measure(header, Declared()))
    return {key: evidence.value(key) for key in KEYS}


def as_safetensors(tensors: TensorSpecs, folder: Path) -> dict[str, Any]:
    write_header_only(folder / "model.safetensors", tensors)
    return facts("safetensors", folder / "model.safetensors")


@pytest.mark.parametrize("model", ALL)
def test_the_reference_itself_shows_what_the_configuration_says(model: str, tmp_path: Path) -> None:
    tensors = ALL[model]()
    found = as_safetensors(tensors, tmp_path)
    assert found["parameters"] == sum(math.prod(shape) for _, shape in tensors.values())
    assert (found["layers"], found["hidden_size"]) == (L, H)


# --- GGUF -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "architecture"), [(m, a) for m, a in GGUF_ARCHITECTURES.items() if a is not None])
def test_gguf(model: str, architecture: str, tmp_path: Path) -> None:
    tensors = in_gguf(ALL[model](), model, L)
    write_gguf(tmp_path / "model.gguf", tensors, {"general.architecture": architecture})
    kept = {n: s for n, s in ALL[model]().items() if not n.startswith("pooler")}
    assert facts("gguf", tmp_path / "model.gguf") == as_safetensors(kept, tmp_path)


# --- Flax -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ALL)
def test_flax(model: str, tmp_path: Path) -> None:
    tensors = ALL[model]()
    write_flax(tmp_path / "flax_model.msgpack", in_flax(tensors))
    assert facts("flax", tmp_path / "flax_model.msgpack") == as_safetensors(tensors, tmp_path)


# --- PyTorch --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ALL)
@pytest.mark.parametrize("prefix", ["", "module."])
def test_pytorch(model: str, prefix: str, tmp_path: Path) -> None:
    tensors = ALL[model]()
    state = {prefix + name: pickles.tensor(str(key), shape) for key, (name, (_, shape)) in enumerate(tensors.items())}
    storages = {str(key): 4 * math.prod(shape) for key, (_, shape) in enumerate(tensors.values())}
    data = pickles.archive(pickles.stream(pickles.mapping(state)), storages)
    (tmp_path / "pytorch_model.bin").write_bytes(data)
    assert facts("pytorch", tmp_path / "pytorch_model.bin") == as_safetensors(tensors, tmp_path)


# --- ONNX -----------------------------------------------------------------------------------------------------------


def in_onnx(tensors: TensorSpecs) -> bytes:
    """The model as torch's exporter writes it: matrices turned and named by a number, their nodes by the module."""
    initializers, nodes = [], []
    for number, (name, (_, shape)) in enumerate(tensors.items()):
        path, _, role = name.rpartition(".")
        if role == "weight" and len(shape) == 2 and not re.search(EMBEDDING, path):
            module = re.sub(r"\.(?!\d)", "/", path)
            name, shape = f"onnx::MatMul_{number}", (shape[1], shape[0])
            nodes.append(onnx_node("MatMul", (f"x{number}", name), (f"y{number}",), f"/{module}/MatMul"))
        initializers.append(onnx_tensor(name, shape, raw=bytes(4 * math.prod(shape))))
    initializers.append(onnx_tensor("/encoder/Constant_output_0", (1,), 7, bytes(8)))
    return onnx_model(initializers, nodes)


@pytest.mark.parametrize("model", ALL)
def test_onnx(model: str, tmp_path: Path) -> None:
    tensors = ALL[model]()
    (tmp_path / "model.onnx").write_bytes(in_onnx(tensors))
    assert facts("onnx", tmp_path / "model.onnx") == as_safetensors(tensors, tmp_path)


# --- TensorFlow -----------------------------------------------------------------------------------------------------


def tree_of(tensors: TensorSpecs) -> bytes:
    """An HDF5 file of groups in groups."""
    root: dict[str, Any] = {}
    for name, (_, shape) in tensors.items():
        *parts, role = name.split("/")
        level = root
        for part in parts:
            level = level.setdefault(part, {})
        level[role] = Data(shape)
    return hdf5_file(Group({"model": grouped(root)}, {"layer_names": "model"}))


def grouped(tree: dict[str, Any]) -> Group:
    return Group({name: item if isinstance(item, Data) else grouped(item) for name, item in tree.items()})


@pytest.mark.parametrize("model", ALL)
def test_tensorflow(model: str, tmp_path: Path) -> None:
    tensors = ALL[model]()
    (tmp_path / "tf_model.h5").write_bytes(tree_of(in_keras(tensors)))
    assert facts("keras", tmp_path / "tf_model.h5") == as_safetensors(tensors, tmp_path)
