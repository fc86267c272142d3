"""find_checkpoints: which files belong together, and which set comes first."""

from __future__ import annotations

import pytest

from truename.weights import Checkpoint, find_checkpoints

SHARDS = tuple(f"model-0000{n}-of-00003.safetensors" for n in (1, 2, 3))
INDEX = "model.safetensors.index.json"

CASES: dict[str, tuple[list[str], list[Checkpoint]]] = {
    "nothing": (["config.json", "README.md", "vocab.txt"], []),
    "one file": (["model.safetensors"], [Checkpoint("safetensors", ("model.safetensors",))]),
    "shards": ([INDEX, *SHARDS], [Checkpoint("safetensors", SHARDS, INDEX)]),
    "shards without an index": (list(SHARDS), [Checkpoint("safetensors", SHARDS)]),
    "an index alone": ([INDEX], [Checkpoint("safetensors", (), INDEX)]),
    "a PyTorch index alone": (
        ["pytorch_model.bin.index.json"],
        [Checkpoint("pytorch", (), "pytorch_model.bin.index.json")],
    ),
    "an adapter": (["adapter_model.safetensors"], [Checkpoint("safetensors", ("adapter_model.safetensors",))]),
    "a variant after the plain file": (
        ["model.fp16.safetensors", "model.safetensors"],
        [Checkpoint("safetensors", ("model.safetensors",)), Checkpoint("safetensors", ("model.fp16.safetensors",))],
    ),
    "shards of a variant": (
        ["model.fp16-00001-of-00001.safetensors", "model.safetensors.index.fp16.json"],
        [Checkpoint("safetensors", ("model.fp16-00001-of-00001.safetensors",), "model.safetensors.index.fp16.json")],
    ),
    "shards of a variant, old order": (
        ["model-00001-of-00001.fp16.safetensors", "model.safetensors.index.fp16.json"],
        [Checkpoint("safetensors", ("model-00001-of-00001.fp16.safetensors",), "model.safetensors.index.fp16.json")],
    ),
    "two numberings": (
        ["model-00001-of-00002.safetensors", "model-00001-of-00001.safetensors", "model-00002-of-00002.safetensors"],
        [
            Checkpoint("safetensors", ("model-00001-of-00001.safetensors",)),
            Checkpoint("safetensors", ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")),
        ],
    ),
    "safetensors before its sources": (
        ["flax_model.msgpack", "model.safetensors", "pytorch_model.bin", "tf_model.h5"],
        [
            Checkpoint("safetensors", ("model.safetensors",)),
            Checkpoint("pytorch", ("pytorch_model.bin",)),
            Checkpoint("keras", ("tf_model.h5",)),
            Checkpoint("flax", ("flax_model.msgpack",)),
        ],
    ),
    "Mistral's double last": (
        ["consolidated.safetensors", INDEX, *SHARDS],
        [Checkpoint("safetensors", SHARDS, INDEX), Checkpoint("safetensors", ("consolidated.safetensors",))],
    ),
    "diffusers": (
        [
            "text_encoder/model.safetensors",
            "transformer/diffusion_pytorch_model-00001-of-00001.safetensors",
            "transformer/diffusion_pytorch_model.safetensors.index.json",
            "vae/diffusion_pytorch_model.safetensors",
        ],
        [
            Checkpoint(
                "safetensors",
                ("transformer/diffusion_pytorch_model-00001-of-00001.safetensors",),
                "transformer/diffusion_pytorch_model.safetensors.index.json",
                "transformer",
            ),
            Checkpoint("safetensors", ("text_encoder/model.safetensors",), None, "text_encoder"),
            Checkpoint("safetensors", ("vae/diffusion_pytorch_model.safetensors",), None, "vae"),
        ],
    ),
    "GGUF, a file each": (
        ["a.Q4_K_M.gguf", "a.Q8_0.gguf"],
        [Checkpoint("gguf", ("a.Q4_K_M.gguf",)), Checkpoint("gguf", ("a.Q8_0.gguf",))],
    ),
    "GGUF shards in order": (
        ["a-00002-of-00010.gguf", "a-00010-of-00010.gguf", "a-00001-of-00010.gguf"],
        [Checkpoint("gguf", ("a-00001-of-00010.gguf", "a-00002-of-00010.gguf", "a-00010-of-00010.gguf"))],
    ),
    "what a training run leaves": (
        ["training_args.bin", "optimizer.pt", "scheduler.pt", "rng_state_0.pth", "model.safetensors"],
        [Checkpoint("safetensors", ("model.safetensors",))],
    ),
    "OpenVINO": (["openvino_model.bin"], [Checkpoint("openvino", ("openvino_model.bin",))]),
    "a TensorFlow checkpoint": (
        ["bert_model.ckpt.data-00000-of-00001", "bert_model.ckpt.index", "bert_model.ckpt.meta", "vocab.txt"],
        [Checkpoint("tensorflow", ("bert_model.ckpt.index",))],
    ),
    "a TensorFlow checkpoint under another name": (
        ["best.data-00000-of-00002", "best.data-00001-of-00002", "best.index", "faiss.index"],
        [Checkpoint("tensorflow", ("best.index",))],
    ),
    "a SavedModel": (
        ["saved_model.pb", "fingerprint.pb", "variables/variables.data-00000-of-00001", "variables/variables.index"],
        [
            Checkpoint("tensorflow", ("saved_model.pb",)),
            Checkpoint("tensorflow", ("variables/variables.index",), None, "variables"),
        ],
    ),
    "Keras": (
        ["model.keras", "model.weights.h5"],
        [Checkpoint("keras", ("model.keras",)), Checkpoint("keras", ("model.weights.h5",))],
    ),
    "TFLite": (["model.tflite"], [Checkpoint("tflite", ("model.tflite",))]),
    "ONNX": (["onnx/model.onnx"], [Checkpoint("onnx", ("onnx/model.onnx",), None, "onnx")]),
}


@pytest.mark.parametrize(("files", "checkpoints"), CASES.values(), ids=CASES)
def test_grouping(files: list[str], checkpoints: list[Checkpoint]) -> None:
    assert list(find_checkpoints(dict.fromkeys(sorted(files), 1))) == checkpoints


def test_the_name_of_a_checkpoint() -> None:
    assert Checkpoint("safetensors", SHARDS, INDEX).name == INDEX
    assert Checkpoint("safetensors", SHARDS).name == SHARDS[0]
