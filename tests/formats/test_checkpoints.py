"""find_checkpoints: which files belong together, and which set comes first."""

from __future__ import annotations

import pytest

from truename.formats import Checkpoint, find_checkpoints

SHARDS = tuple(f"model-0000{n}-of-00003.safetensors" for n in (1, 2, 3))
SLICES = "one of 2 model-parallel slices, and no file tells how to join them"
SCATTERED = "a part of a distributed checkpoint, whose tensors lie scattered over its files"
INDEX = "model.safetensors.index.json"

CASES: dict[str, tuple[list[str], list[Checkpoint]]] = {
    "nothing": (["config.json", "README.md", "vocab.txt"], []),
    "one file": (["model.safetensors"], [Checkpoint("safetensors", ("model.safetensors",))]),
    "shards": ([INDEX, *SHARDS], [Checkpoint("safetensors", SHARDS, INDEX)]),
    "shards without an index": (list(SHARDS), [Checkpoint("safetensors", SHARDS)]),
    "shards with an underscore": (
        ["pytorch_model.bin.index.json", *(f"pytorch_model_0000{n}-of-00002.bin" for n in (1, 2))],
        [
            Checkpoint(
                "pytorch",
                ("pytorch_model_00001-of-00002.bin", "pytorch_model_00002-of-00002.bin"),
                "pytorch_model.bin.index.json",
            )
        ],
    ),
    "a suffix in capitals": (["Model.SAFETENSORS"], [Checkpoint("safetensors", ("Model.SAFETENSORS",))]),
    "Meta's slices": (
        ["consolidated.00.pth", "consolidated.01.pth", "params.json"],
        [Checkpoint("pytorch", ("consolidated.00.pth", "consolidated.01.pth"), parts=SLICES)],
    ),
    "Meta's one file": (["consolidated.00.pth"], [Checkpoint("pytorch", ("consolidated.00.pth",))]),
    "slices that an index joins": (
        ["consolidated.00.safetensors", "consolidated.01.safetensors", "consolidated.safetensors.index.json"],
        [
            Checkpoint(
                "safetensors",
                ("consolidated.00.safetensors", "consolidated.01.safetensors"),
                "consolidated.safetensors.index.json",
            )
        ],
    ),
    "Megatron's slices": (
        [f"iter_1/mp_rank_0{n}/{file}.pt" for n in (0, 1) for file in ("distrib_optim", "model_optim_rng")],
        [
            Checkpoint(
                "pytorch",
                ("iter_1/mp_rank_00/model_optim_rng.pt", "iter_1/mp_rank_01/model_optim_rng.pt"),
                component="iter_1",
                parts=SLICES,
            )
        ],
    ),
    "slices of tensors and of layers": (
        [f"tp_rank_00_pp_rank_00{n}/model_weights.ckpt" for n in (0, 1)],
        [Checkpoint("pytorch", tuple(f"tp_rank_00_pp_rank_00{n}/model_weights.ckpt" for n in (0, 1)), parts=SLICES)],
    ),
    "one slice": (
        ["mp_rank_00/model_optim_rng.pt"],
        [Checkpoint("pytorch", ("mp_rank_00/model_optim_rng.pt",))],
    ),
    "DeepSpeed's slices": (
        [
            "layer_00-model_00-model_states.pt",
            "mp_rank_00_model_states.pt",
            "zero_pp_rank_0_mp_rank_00_optim_states.pt",
        ],
        [
            Checkpoint("pytorch", ("layer_00-model_00-model_states.pt", "mp_rank_00_model_states.pt"), parts=SLICES),
        ],
    ),
    "a distributed checkpoint": (
        ["__0_0.distcp", "__1_0.distcp", "model.safetensors"],
        [
            Checkpoint("safetensors", ("model.safetensors",)),
            Checkpoint("distcp", ("__0_0.distcp", "__1_0.distcp"), parts=SCATTERED),
        ],
    ),
    "Megatron's distributed checkpoint": (
        ["weights/common.pt", "weights/decoder.weight/0.0", "weights/metadata.json"],
        [Checkpoint("distcp", ("weights/common.pt",), component="weights", parts=SCATTERED)],
    ),
    "names that only begin like a tokenizer's": (
        [
            "dictalm2.0-instruct.F32.gguf",
            "dictatorlm.bin",
            "Scheduler-LLM-7B.bin",
            "tokenizer-e351.safetensors",
            "dict.pt",
            "optimizer_0.bin",
            "vocab.bin",
        ],
        [
            Checkpoint("safetensors", ("tokenizer-e351.safetensors",)),
            Checkpoint("pytorch", ("Scheduler-LLM-7B.bin",)),
            Checkpoint("pytorch", ("dictatorlm.bin",)),
            Checkpoint("gguf", ("dictalm2.0-instruct.F32.gguf",)),
        ],
    ),
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
    "numbered without a total": (
        [f"out-0000{n}.safetensors" for n in range(3)],
        [Checkpoint("safetensors", tuple(f"out-0000{n}.safetensors" for n in range(3)), numbered=True)],
    ),
    "numbered beside one without a number": (
        ["model.safetensors", "model_1.safetensors", "model_2.safetensors"],
        [Checkpoint("safetensors", (f"{stem}.safetensors",)) for stem in ("model", "model_1", "model_2")],
    ),
    "numbered with gaps": (
        ["epoch-2.safetensors", "epoch-4.safetensors"],
        [Checkpoint("safetensors", ("epoch-2.safetensors",)), Checkpoint("safetensors", ("epoch-4.safetensors",))],
    ),
    "numbered without a total, with an index": (
        ["model.safetensors.index.json", "model-1.safetensors", "model-2.safetensors"],
        [Checkpoint("safetensors", ("model-1.safetensors", "model-2.safetensors"), INDEX)],
    ),
    "a whole set before a part of another": (
        ["model-00001-of-00003.safetensors", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"],
        [
            Checkpoint("safetensors", ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")),
            Checkpoint("safetensors", ("model-00001-of-00003.safetensors",)),
        ],
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
