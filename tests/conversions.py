"""One model in other formats: the names and shapes that their converters give, and files by the formats' own libraries.

torch and transformers write safetensors, pickles and ONNX whole. The names of GGUF are those of llama.cpp's converter,
the trees of Flax and TensorFlow those that transformers wrote while it had such classes; ``gguf``, ``flax`` and
``h5py`` write them.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from truename.testing import TensorSpecs

# model type -> general.architecture of its GGUF, None where llama.cpp has none
GGUF_ARCHITECTURES: dict[str, str | None] = {
    "llama": "llama", "mistral": "llama", "mixtral": "llama", "qwen2": "qwen2", "qwen3": "qwen3",
    "qwen2_moe": "qwen2moe", "qwen3_moe": "qwen3moe", "gemma": "gemma", "gemma2": "gemma2", "gemma3_text": "gemma3",
    "phi": "phi2", "phi3": "phi3", "olmo2": "olmo2", "stablelm": "stablelm", "starcoder2": "starcoder2",
    "gpt2": "gpt2", "gpt_neox": "gptneox", "bloom": "bloom", "falcon": "falcon", "bert": "bert", "roberta": "bert",
    "xlm-roberta": "bert", "distilbert": "bert", "t5": "t5", "opt": None, "mpnet": None,
}  # fmt: skip
EMBEDDING = r"embed(?!.*projection)|wte|wpe|shared(?!_)|relative_attention_bias"
_EXPERT = re.compile(r"(.*)\.experts\.\d+\.(\w+)\.weight")
_JOINED = {"w1": "gate", "w2": "down", "w3": "up", "gate_proj": "gate", "down_proj": "down", "up_proj": "up"}


def in_gguf(tensors: TensorSpecs, model_type: str, layers: int, experts: int = 4) -> TensorSpecs:
    """The tensors as llama.cpp's converter writes them: its names, experts joined, GPT-2's matrices turned."""
    gguf = pytest.importorskip("gguf", reason="names come from the gguf package")
    number = {name: arch for arch, name in gguf.MODEL_ARCH_NAMES.items()}[GGUF_ARCHITECTURES[model_type]]
    names = gguf.get_tensor_name_map(number, layers)
    found: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name, (dtype, shape) in tensors.items():
        path, _, role = name.rpartition(".")
        if path.startswith("pooler"):
            continue  # the converter drops it
        if joined := _EXPERT.fullmatch(name):
            block = re.search(r"layers\.(\d+)", name)
            assert block is not None
            found[f"blk.{block[1]}.ffn_{_JOINED[joined[2]]}_exps.weight"] = (dtype, (experts, *shape))
            continue
        if model_type == "gpt2" and len(shape) == 2 and ".h." in path:
            shape = (shape[1], shape[0])
        candidates = (path, path.removeprefix("distilbert."), path.removeprefix("transformer."))
        target = next((t for candidate in candidates if (t := names.get_name(candidate))), None)
        assert target is not None, name
        found[f"{target}.{role}"] = (dtype, shape)
    return found


def in_flax(tensors: TensorSpecs) -> TensorSpecs:
    """The tensors as transformers' Flax classes wrote them: kernels with their inputs first."""
    found: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name, (dtype, shape) in tensors.items():
        path, _, role = name.rpartition(".")
        if role == "weight":
            if re.search(EMBEDDING, path) and len(shape) == 2:
                role = "embedding"
            elif len(shape) > 1:
                role, (outputs, inputs, *space) = "kernel", shape
                shape = (*space, inputs, outputs)
            else:
                role = "scale"
        found[f"{path}.{role}"] = (dtype, shape)
    return found


def in_keras(tensors: TensorSpecs) -> TensorSpecs:
    """As transformers' TensorFlow classes wrote them, by path: ``layer_._0``, kernels turned, gamma and beta."""
    found: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name, (dtype, shape) in tensors.items():
        path, _, role = name.rpartition(".")
        if role == "weight" and len(shape) == 1:
            role = "gamma:0"
        elif role == "weight" and not re.search(EMBEDDING, path):
            outputs, inputs, *space = shape
            role, shape = "kernel:0", (*space, inputs, outputs)
        elif role == "bias" and re.search("norm|ln_|LayerNorm", path):
            role = "beta:0"
        else:
            role = f"{role}:0"
        parts = ["tf_model"]
        for part in path.split("."):
            if part.isdigit():
                parts[-1] += f"_._{part}"
            else:
                parts.append(part)
        found["/".join([*parts, role])] = (dtype, shape)
    return found


def saved_specs(path: Path) -> TensorSpecs:
    """Names and shapes of a safetensors file, by its own library."""
    from safetensors import safe_open

    with safe_open(path, "np") as file:
        return {name: ("F32", tuple(file.get_slice(name).get_shape())) for name in file.keys()}  # noqa: SIM118


def write_pytorch(model: Any, path: Path) -> None:
    """By ``torch.save``."""
    import torch

    torch.save(model.state_dict(), path)


def write_onnx(model: Any, path: Path, inputs: dict[str, Any]) -> None:
    """By torch's exporter: it follows one call, turns matrices and gives them numbers for names."""
    import torch

    forward = model.forward  # by name: the exporter gives values for every other argument too
    model.forward = lambda *values: forward(**dict(zip(inputs, values, strict=True)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(model, tuple(inputs.values()), str(path), dynamo=False)


def write_gguf(tensors: TensorSpecs, path: Path, architecture: str) -> None:
    """By ``gguf.GGUFWriter``; ``tensors`` as of ``in_gguf``."""
    gguf = pytest.importorskip("gguf", reason="it writes the file")
    writer = gguf.GGUFWriter(path, architecture)
    for name, (_, shape) in tensors.items():
        writer.add_tensor(name, np.zeros(shape, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_flax(tensors: TensorSpecs, path: Path) -> None:
    """By ``flax.serialization``; ``tensors`` as of ``in_flax``."""
    serialization = pytest.importorskip("flax.serialization", reason="it writes the file")
    tree: dict[str, Any] = {}
    for name, (_, shape) in tensors.items():
        *parts, role = name.split(".")
        level = tree
        for part in parts:
            level = level.setdefault(part, {})
        level[role] = np.zeros(shape, np.float32)
    path.write_bytes(serialization.msgpack_serialize(tree))


def write_keras(tensors: TensorSpecs, path: Path) -> None:
    """By ``h5py``; ``tensors`` as of ``in_keras``."""
    h5py = pytest.importorskip("h5py", reason="it writes the file")
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [b"model"]
        group = file.create_group("model")
        group.attrs["weight_names"] = [name.encode() for name in tensors]
        for name, (_, shape) in tensors.items():
            group[name] = np.zeros(shape, np.float32)
