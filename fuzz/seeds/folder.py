"""Whole folders: documents, indexes, shards and pickles beside one another, gathered as a check does.

The fuzzer's bytes are a list of files: a byte for the name, two for the length, and the content.
"""

from __future__ import annotations

import contextlib
import json
import struct
from collections.abc import Mapping

import pickles as p
from truename.blob import Blob, MemoryBlob
from truename.errors import TargetNotFoundError, TruenameError
from truename.evidence import gather
from truename.testing import gguf_bytes
from truename.testing.header_only import header_bytes

NAMES = (
    "config.json", "model.safetensors", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
    "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json", "README.md", "model.gguf",
    "model.onnx", "flax_model.msgpack", "tf_model.h5", "model.keras", "model.tflite", "a.npz", "model.nemo",
    "saved_model.pb", "model.ckpt.index", "adapter_config.json", "adapter_model.safetensors", "tokenizer.json",
    "tokenizer_config.json", "model_index.json", "unet/config.json", "unet/model.safetensors", "modules.json",
    "optimizer.pt", "training_args.bin", "model.joblib", "generation_config.json", "quantize_config.json",
    "onnx/model.onnx",
)  # fmt: skip


class Files:
    """A source of files in memory."""

    target = name = "folder"

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._data = dict(sorted(files.items()))
        self.files = {path: len(data) for path, data in self._data.items()}

    def open(self, path: str) -> Blob:
        """One of the files."""
        if path not in self._data:
            raise TargetNotFoundError(self.target, f"holds no file {path[:200]!r}")
        return MemoryBlob(path, self._data[path])


def read(blob: Blob) -> None:
    """Gather the evidence of the folder that the bytes list."""
    data, at, files = blob.read(0, blob.size), 0, dict[str, bytes]()
    while at + 3 <= len(data):
        name, length = struct.unpack_from("<BH", data, at)
        files[NAMES[name % len(NAMES)]] = data[at + 3 : at + 3 + length]
        at += 3 + length
    with contextlib.suppress(TruenameError):
        gather(Files(files))


def listed(files: Mapping[str, bytes]) -> bytes:
    """A folder as the bytes that list it."""
    return b"".join(struct.pack("<BH", NAMES.index(name), len(data)) + data for name, data in files.items())


def seeds() -> dict[str, bytes]:
    """Shards with their index, a pickle beside them, a folder of several formats, an adapter, a pipeline."""
    config = json.dumps({"model_type": "llama", "hidden_size": 8, "num_hidden_layers": 1, "vocab_size": 4}).encode()
    shapes = {"model.embed_tokens.weight": ("F32", (4, 8)), "model.layers.0.mlp.up_proj.weight": ("F32", (2, 8))}
    shards = {}
    for number, (name, tensor) in enumerate(shapes.items(), 1):
        header, data = header_bytes({name: tensor})
        shards[f"model-0000{number}-of-00002.safetensors"] = header + bytes(data)
    promised = dict(zip(shapes, shards, strict=True))
    index = json.dumps({"metadata": {"total_size": 192}, "weight_map": promised}).encode()
    header, data = header_bytes(shapes)
    whole = header + bytes(data)
    gguf, hole = gguf_bytes({"token_embd.weight": ("F32", (4, 8))}, {"general.architecture": "llama"})
    lora = header_bytes({"base_model.model.a.lora_A.weight": ("F32", (2, 8))})
    card = b"---\nbase_model: a/b\n---\n# A model of 7B parameters\n"
    made = {
        "shards": {"config.json": config, "model.safetensors.index.json": index, **shards},
        "formats": {"config.json": config, "model.safetensors": whole, "model.gguf": gguf + bytes(hole)},
        "pickles": {"pytorch_model.bin": p.SMALL, "training_args.bin": p.stream(b"}"), "README.md": card},
        "adapter": {"adapter_config.json": b'{"r": 2}', "adapter_model.safetensors": lora[0] + bytes(lora[1])},
        "pipeline": {"model_index.json": b'{"unet": ["a", "b"]}', "unet/model.safetensors": whole},
        "tar": {"model.nemo": p.tar({"model_weights.ckpt": p.SMALL, "a.pkl": p.stream(b"}")})},
    }
    return {name: listed(files) for name, files in made.items()}
