"""What the name of a weights file or of a folder tells: a model, a part of one, or nothing but how it is stored."""

from __future__ import annotations

import os
import re

# fmt: off
# What programs call the weights of whatever model they save.
_USUAL = frozenset({
    "model", "models", "pytorch", "torch", "diffusion", "tf", "flax", "jax", "keras", "adapter", "ggml", "gguf", "onnx",
    "openvino", "coreml", "tflite", "safetensors", "weights", "weight", "consolidated", "checkpoint", "checkpoints",
    "ckpt", "saved", "best", "last", "final", "latest", "merged", "quantized", "quant", "quantised", "unsloth", "lora",
    "states", "state", "dict", "variables", "epoch", "step", "global", "iter", "params", "export", "exported", "output",
    "optimized", "optimised", "mlx", "transformers", "hf", "main", "imat", "ud", "bnb", "gptq", "awq", "dynamic", "h5",
})
# What one model is divided into: encoders and decoders, a pipeline's modules, a program's graphs.
_PARTS = frozenset({
    "encoder", "decoder", "unet", "vae", "transformer", "tokenizer", "text", "vision", "image", "audio", "speech",
    "prior", "embed", "tokens", "embedding", "embeddings", "lm", "head", "projector", "projection", "mmproj", "mtp",
    "scheduler", "controlnet", "vocoder", "past", "with", "prompt", "mask", "dense", "pooling", "safety", "checker",
    "feature", "extractor", "tower", "draft", "preprocessor", "postprocessor", "detokenizer",
})
# fmt: on
# Patterns are compiled when a name is met that needs them: most targets are folders.
_STORED = (
    r"\d{1,9}|i?q\d\w{0,3}|tq\d|xx?s|[kmsl]|xl|nl|(?:bf|fp|f)(?:4|8|16|32|64)\w{0,6}|u?int[248]|w\da\d{1,2}|\dbits?|mxfp4|nvfp4"
    r"|nf4|e[45]m[23]\w{0,4}|q4f16|bits?"
)
_ENCODING = (  # ... of these, what claims something that the tensors show
    r"(?:bf|fp|f)(?:4|8|16|32|64)\w{0,6}|u?int[248]|\dbits?|mxfp4|nvfp4|nf4|q\d\w{0,3}|w\da\d{1,2}|gptq|awq|e[45]m[23]\w{0,4}"
)
_SHARD = r"(?P<stem>.+?)[-_.](?P<number>\d{1,6})-of-(?P<total>\d{1,6})(?P<rest>(?:\..+)?)"
_INDEX = r"(?P<stem>.+?)(?P<suffix>\.[A-Za-z0-9]+)\.index(?P<variant>\.[A-Za-z0-9_]+)?\.json"
_SPLIT = r"[-_. ]+"


def tells_nothing(stem: str) -> bool:
    """Whether a name is one that programs give to the weights of any model: ``model``, ``ggml-model-q4_0``."""
    return all(word in _USUAL or re.fullmatch(_STORED, word) for word in _words(stem))


def is_part(stem: str) -> bool:
    """Whether a name is that of a part of a model: ``text_encoder``, ``decoder_model_merged``, ``1_Pooling``."""
    words = _words(stem)
    return any(word in _PARTS and not word.isdecimal() for word in words) and all(
        word in _PARTS or word in _USUAL or re.fullmatch(_STORED, word) for word in words
    )


def without_storage(stem: str) -> str:
    """A name less what it says at its end of how the weights are stored: the same for all variants of one model."""
    words = _words(stem)
    while len(words) > 1 and (words[-1] in _USUAL or re.fullmatch(_STORED, words[-1])):
        words.pop()
    return "-".join(words)


def encoding_in(stem: str) -> str:
    """What a name says of how the weights are stored, as it says it: ``int8`` of ``model_int8``; empty for nothing."""
    return "-".join(word for word in re.split(_SPLIT, stem) if re.fullmatch(_ENCODING, word.lower()))


def shard_set(file: str) -> tuple[str, str, str] | None:
    """What the shards of one set have in common; None for a file that is no shard."""
    found = re.fullmatch(_SHARD, file)
    return None if found is None else (found["stem"], found["total"], found["rest"])


def shards_in_set(file: str) -> int:
    """How many shards the set of a shard has by its own number; 0 for a file that is none."""
    found = re.fullmatch(_SHARD, file)
    return 0 if found is None else int(found["total"])


def stem_of(file: str, suffixes: frozenset[str]) -> str:
    """``Llama-3.2-1B-Q4_K_M`` for ``Llama-3.2-1B-Q4_K_M-00001-of-00002.gguf``, ``model`` for its index.

    Args:
        file: a file's name.
        suffixes: those that are no part of a model's name.
    """
    if index := re.fullmatch(_INDEX, file):
        return index["stem"]
    stem, suffix = os.path.splitext(file)
    if not stem or suffix.lower() not in suffixes:
        return file
    return re.sub(r"(?<=.)(?:[-_]\d{5}-of-\d{5}|\.tar)$", "", stem)


def _words(stem: str) -> list[str]:
    return [word for word in re.split(_SPLIT, stem.lower()) if word] or [""]
