"""Find the checkpoints of a model among its files: one file, or shards with their index."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

# Suffix -> format. ``.bin`` and ``.pt`` are PyTorch's unless the name says otherwise (see _OTHER_BIN).
FORMATS: dict[str, str] = {
    "safetensors": "safetensors",
    "gguf": "gguf",
    "ggml": "ggml",
    "bin": "pytorch",
    "pt": "pytorch",
    "pth": "pytorch",
    "ckpt": "pytorch",
    "onnx": "onnx",
    "h5": "keras",
    "hdf5": "keras",
    "keras": "keras",
    "msgpack": "flax",
    "tflite": "tflite",
    "npz": "numpy",
    "mlmodel": "coreml",
    "nemo": "nemo",
    "ot": "rust",
}
# Which format tells most, first: what can be read, and what others are converted from.
_PREFERENCE = ("safetensors", "pytorch", "gguf", "onnx")

_WEIGHTS = re.compile(
    r"(?P<stem>.+?)(?:-(?P<number>\d{1,6})-of-(?P<total>\d{1,6}))?(?P<variant>\.[A-Za-z0-9_]+)?"
    rf"\.(?P<suffix>{'|'.join(FORMATS)})"
)
_INDEX = re.compile(rf"(?P<stem>.+?)\.(?P<suffix>{'|'.join(FORMATS)})\.index(?P<variant>\.[A-Za-z0-9_]+)?\.json")

# Files of a training run or of a tokenizer that share a suffix with weights.
_NO_WEIGHTS = re.compile(
    r"(?:training_args|optimizer|scheduler|scaler|rng_state|random_states|trainer_state|tokenizer|vocab|merges"
    r"|sentencepiece|spiece|dict|imatrix|global_step|zero_pp_rank)",
    re.IGNORECASE,
)
_OTHER_BIN = {"openvino_model": "openvino", "ggml-": "ggml"}
# The stems that libraries load by default, best first; everything else ranks between them and the doubles.
_STEMS = ("model", "diffusion_pytorch_model", "pytorch_model", "adapter_model", "tf_model", "flax_model")
_DOUBLES = ("consolidated",)  # Mistral's and Meta's own copy beside the converted one
_COMPONENTS = ("", "transformer", "unet")  # diffusers: the main module before encoders and VAE


class Checkpoint(msgspec.Struct, frozen=True):
    """The files that together hold one set of weights."""

    format: str  # a value of FORMATS
    paths: tuple[str, ...]  # weights files in order; empty where only an index is there
    index: str | None = None  # the weight index
    component: str = ""  # the folder, relative to the model's root: "" or "transformer", "unet", "1_Dense" ...

    @property
    def name(self) -> str:
        """The file to show for the whole: its index, or its first file."""
        return self.index or self.paths[0]


class _Group(msgspec.Struct):
    """Files of one checkpoint while they are collected."""

    stem: str
    paths: list[tuple[int, str]]
    index: str | None = None


def find_checkpoints(files: Mapping[str, int]) -> tuple[Checkpoint, ...]:
    """Group weights files and indexes into checkpoints, the main one first.

    First come files at the root, then a diffusers model's ``transformer`` or ``unet``; among those safetensors before
    other formats, ``model`` and its kin before other names, and the plain file before a variant (``model.fp16``).
    """
    groups: dict[tuple[str, str, str, str | None], _Group] = {}
    for path in files:
        folder, _, name = path.rpartition("/")
        if found := _INDEX.fullmatch(name):
            key = (folder, _stem(found), FORMATS[found["suffix"]], "*")
            groups.setdefault(key, _Group(_stem(found), [])).index = path
        elif (found := _WEIGHTS.fullmatch(name)) and not _NO_WEIGHTS.match(name):
            total = found["total"] and found["total"].lstrip("0")
            key = (folder, _stem(found), _format(found), total)
            groups.setdefault(key, _Group(_stem(found), [])).paths.append((int(found["number"] or 0), path))
        elif (stem := _tensorflow_stem(path, files)) is not None:
            groups[(folder, stem, "tensorflow", None)] = _Group(stem, [(0, path)])
    _join_indexes(groups)
    ordered = sorted(groups.items(), key=lambda item: _rank(item[0]))
    return tuple(
        Checkpoint(kind, tuple(path for _, path in sorted(group.paths)), group.index, folder)
        for (folder, _, kind, _), group in ordered
    )


def _tensorflow_stem(path: str, files: Mapping[str, int]) -> str | None:
    """``saved_model`` for a SavedModel, ``model.ckpt`` for a checkpoint's index with data beside it."""
    name = path.rpartition("/")[2]
    if name == "saved_model.pb":
        return "saved_model"
    stem = name.removesuffix(".index")
    if stem == name or not stem:
        return None
    start = f"{path.removesuffix('.index')}.data-00000-of-"
    telling = ".ckpt" in name or stem == "variables" or stem.startswith("ckpt-")
    return stem if telling or any(other.startswith(start) for other in files) else None


def _stem(found: re.Match[str]) -> str:
    """``model.fp16`` for ``model.fp16-00001-of-00002``, ``model-00001-of-00002.fp16`` and ``model.…index.fp16``."""
    return found["stem"] + (found["variant"] or "")


def _format(found: re.Match[str]) -> str:
    if found["suffix"] == "bin":
        for start, kind in _OTHER_BIN.items():
            if found["stem"].startswith(start):
                return kind
    return FORMATS[found["suffix"]]


def _join_indexes(groups: dict[tuple[str, str, str, str | None], _Group]) -> None:
    """Give each index to the shards of its stem; of several sets of shards, to the largest."""
    for key in [key for key in groups if key[3] == "*"]:
        sets = [other for other in groups if other[:3] == key[:3] and other[3] not in ("*", None)]
        if sets:
            best = max(sets, key=lambda other: (len(groups[other].paths), other[3] or ""))
            groups[best].index = groups.pop(key).index


def _rank(key: tuple[str, str, str, str | None]) -> tuple[int, int, int, int, str, str]:
    folder, stem, kind, total = key
    plain = stem.partition(".")[0]
    by_stem = _STEMS.index(plain) if plain in _STEMS else len(_STEMS) + (plain in _DOUBLES)
    return (
        _COMPONENTS.index(folder) if folder in _COMPONENTS else len(_COMPONENTS),
        _PREFERENCE.index(kind) if kind in _PREFERENCE else len(_PREFERENCE),
        by_stem * 2 + (plain != stem),
        total == "*",
        folder,
        stem,
    )
