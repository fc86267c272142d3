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
    "distcp": "distcp",
}
# Which format tells most, first: what can be read, and what others are converted from.
_PREFERENCE = ("safetensors", "pytorch", "gguf", "onnx")

_WEIGHTS = re.compile(  # BLOOM's shards have an underscore: pytorch_model_00001-of-00072.bin
    r"(?P<stem>.+?)(?:[-_](?P<number>\d{1,6})-of-(?P<total>\d{1,6}))?(?P<variant>\.[A-Za-z0-9_]+)?"
    rf"\.(?P<suffix>(?i:{'|'.join(FORMATS)}))"
)
_INDEX = re.compile(rf"(?P<stem>.+?)\.(?P<suffix>{'|'.join(FORMATS)})\.index(?P<variant>\.[A-Za-z0-9_]+)?\.json")

# Files of a training run or of a tokenizer that share a suffix with weights; as whole words, in small letters.
_NO_WEIGHTS = re.compile(
    r"(?:training_args|optimizers?|distrib_optim|schedulers?|scaler|rng_states?|random_states?|trainer_state"
    r"|tokenizers?|vocab(?:ulary)?|merges|sentencepiece|spiece|dict(?:ionary)?|imatrix|global_step"
    r"|(?:bf16_|fp16_)?zero_pp_rank)(?![A-Za-z])"
)
_WEIGHTS_ALONE = frozenset({"gguf", "safetensors"})  # formats of nothing else
# What each process of a model-parallel run saves of every matrix: Meta's and Mistral's files, DeepSpeed's, Megatron's.
_SLICE = re.compile(r"consolidated\.\d{2}\.\w+|(?:mp_rank_\d{2,}|layer_\d{2,}-model_\d{2,})[-_]model_states\.pt")
_SLICE_FOLDER = re.compile(r"(?:.+/)?(?:mp|tp)_rank_\d{2,}(?:_(?:pp_rank_)?\d{2,})?")
_GRAPH = re.compile(  # the graphs of one model as exporters call them: encoder_model, decoder_with_past_model_q4
    r"(encoder|decoder|vision|audio|speech|text|embed|prompt|mask|lm_head|projector|unet|vae)(?![a-z])"
)
_SHOWN = 4
MAX_SHARDS = 4_000  # of one checkpoint that are read
_OTHER_BIN = {"openvino_model": "openvino", "ggml-": "ggml"}
# The stems that libraries load by default, best first; everything else ranks between them and the doubles.
_STEMS = ("model", "diffusion_pytorch_model", "pytorch_model", "adapter_model", "tf_model", "flax_model")
_DOUBLES = ("consolidated",)  # Mistral's and Meta's own copy beside the converted one
_SLICED, _SCATTERED = "slices", "scattered"  # in a group's key, where shards have their number
_NUMBERED = "numbered"  # ... and where files are numbered without a total: out-00000, out-00001
_NUMBER = re.compile(r"(?P<base>.*?)[-_.]?(?P<number>\d{1,6})")
_NUMBERED_FORMATS = frozenset({"safetensors", "pytorch"})
_COMPONENTS = ("", "transformer", "unet", "prior", "transformer_2", "decoder")  # diffusers: the main module first
_HELPER = re.compile(  # ... and last what only serves it
    r"(?:(?:text|image|audio|vision|speech)_encoder|vae|vq|movq|safety_checker|controlnet|feature_extractor"
    r"|(?:speech_|audio_)?tokenizer|vocoder|image_normalizer)(?![a-z])\w*|vq\w+|\d+_[A-Z]\w*"
)


class Checkpoint(msgspec.Struct, frozen=True):
    """The files that together hold one set of weights."""

    format: str  # a value of FORMATS
    paths: tuple[str, ...]  # weights files in order; empty where only an index is there
    index: str | None = None  # the weight index
    component: str = ""  # the folder, relative to the model's root: "" or "transformer", "unet", "1_Dense" ...
    parts: str | None = None  # where the files cannot be joined to whole tensors: what they are, as 'is ...' goes on
    numbered: bool = False  # numbered without a total: shards of one set, unless two of them hold the same tensor

    @property
    def name(self) -> str:
        """The file to show for the whole: its index, or its first file."""
        return self.index or self.paths[0]


def states_apart(checkpoint: Checkpoint) -> tuple[Checkpoint, ...]:
    """Each file of a numbered checkpoint by itself: states of one model, as a training run saves them."""
    return tuple(msgspec.structs.replace(checkpoint, paths=(path,), numbered=False) for path in checkpoint.paths)


class _Group(msgspec.Struct):
    """Files of one checkpoint while they are collected."""

    stem: str
    paths: list[tuple[int, str]]
    index: str | None = None


def find_checkpoints(files: Mapping[str, int]) -> tuple[Checkpoint, ...]:
    """Group weights files and indexes into checkpoints, the main one first.

    First come files at the root, then a diffusers model's ``transformer`` or ``unet``; among those safetensors before
    other formats, ``model`` and its kin before other names, and the plain file before a variant (``model.fp16``).
    Files that hold parts of tensors (model-parallel slices, a distributed checkpoint) say so in ``parts``.
    """
    distributed = _distributed_folders(files)
    groups: dict[tuple[str, str, str, str | None], _Group] = {}
    for path in files:
        folder, _, name = path.rpartition("/")
        if found := _INDEX.fullmatch(name):
            key = (folder, _stem(found), FORMATS[found["suffix"].lower()], "*")
            groups.setdefault(key, _Group(_stem(found), [])).index = path
        elif not (found := _WEIGHTS.fullmatch(name)) or _is_no_weights(found):
            if (stem := _tensorflow_stem(path, files)) is not None:
                groups[(folder, stem, "tensorflow", None)] = _Group(stem, [(0, path)])
        elif folder in distributed and (name == "common.pt" or found["suffix"] == "distcp"):
            groups.setdefault((folder, "", "distcp", _SCATTERED), _Group("", [])).paths.append((0, path))
        elif (sliced := _slice_key(folder, found)) is not None:
            groups.setdefault(sliced, _Group(sliced[1], [])).paths.append((0, path))
        else:
            total = found["total"] and found["total"].lstrip("0")
            key = (folder, _stem(found), _format(found), total)
            groups.setdefault(key, _Group(_stem(found), [])).paths.append((int(found["number"] or 0), path))
    _join_numbered(groups)
    _join_indexes(groups)
    graphs = _graphs_of_one_model(groups)
    ordered = sorted(groups.items(), key=lambda item: _rank(item[0], _is_incomplete(item[0][3], item[1])))
    return tuple(
        Checkpoint(
            kind,
            tuple(path for _, path in sorted(group.paths)),
            group.index,
            folder,
            graphs.get(folder) if kind == "onnx" else _parts(total, group),
            total == _NUMBERED and group.index is None,
        )
        for (folder, _, kind, total), group in ordered
    )


def _is_no_weights(found: re.Match[str]) -> bool:
    return found["suffix"].lower() not in _WEIGHTS_ALONE and _NO_WEIGHTS.match(found.string) is not None


def _distributed_folders(files: Mapping[str, int]) -> frozenset[str]:
    """Folders of PyTorch's and Megatron's distributed checkpoints: ``*.distcp``, or ``common.pt`` and its metadata."""
    common = (path.removesuffix("metadata.json") for path in files if path.rpartition("/")[2] == "metadata.json")
    found = {start.rstrip("/") for start in common if f"{start}common.pt" in files}
    return frozenset(found | {path.rpartition("/")[0] for path in files if path.endswith(".distcp")})


def _slice_key(folder: str, found: re.Match[str]) -> tuple[str, str, str, str] | None:
    """The group of a file that may be one model-parallel slice of several, None for any other file."""
    if _SLICE.fullmatch(found.string):
        stem = found["stem"] if found["variant"] else "model_states"
        return folder, stem, _format(found), _SLICED
    if _SLICE_FOLDER.fullmatch(folder):
        return folder.rpartition("/")[0], _stem(found), _format(found), _SLICED
    return None


def _graphs_of_one_model(groups: Mapping[tuple[str, str, str, str | None], _Group]) -> dict[str, str]:
    """Folder to what its ONNX files are, where one is an encoder and another a decoder, say, and none the whole.

    Their constants are numbered from zero in each graph, so nothing tells which of them are the same.
    """
    stems: dict[str, list[str]] = {}
    for folder, stem, kind, _ in groups:
        if kind == "onnx":
            stems.setdefault(folder, []).append(stem)
    found: dict[str, str] = {}
    for folder, names in stems.items():
        kinds = {graph[1] for name in names if (graph := _GRAPH.match(name))}
        if len(kinds) > 1 and all(map(_GRAPH.match, names)):
            shown = ", ".join(f"{name}.onnx" for name in sorted(names)[:_SHOWN])
            found[folder] = f"one of {len(names):,} graphs of one model ({shown}), which cannot be counted together"
    return found


def _parts(total: str | None, group: _Group) -> str | None:
    if total == _SCATTERED:
        return "a part of a distributed checkpoint, whose tensors lie scattered over its files"
    if total == _SLICED and len(group.paths) > 1 and group.index is None:
        return f"one of {len(group.paths):,} model-parallel slices, and no file tells how to join them"
    return None


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
    if found["suffix"].lower() == "bin":
        for start, kind in _OTHER_BIN.items():
            if found["stem"].startswith(start):
                return kind
    return FORMATS[found["suffix"].lower()]


def _join_numbered(groups: dict[tuple[str, str, str, str | None], _Group]) -> None:
    """Join files that are numbered without a total, from zero or one on without a gap: out-00000, out-00001."""
    found: dict[tuple[str, str, str], dict[int, tuple[str, str, str, str | None]]] = {}
    for key, group in groups.items():
        folder, stem, kind, total = key
        alone = total is None and kind in _NUMBERED_FORMATS and len(group.paths) == 1
        if alone and (number := _NUMBER.fullmatch(stem)) is not None:
            found.setdefault((folder, number["base"], kind), {})[int(number["number"])] = key
    for (folder, base, kind), numbers in found.items():
        first = min(numbers)
        if (folder, base, kind, None) in groups:  # further models of one run: model, model_1, model_2
            continue
        if len(numbers) > 1 and first < 2 and max(numbers) - first + 1 == len(numbers):
            paths = [(number, groups.pop(key).paths[0][1]) for number, key in numbers.items()]
            groups[(folder, base, kind, _NUMBERED)] = _Group(base, paths)


def _is_incomplete(total: str | None, group: _Group) -> bool:
    """Whether a set has fewer shards than their names say."""
    return total is not None and total.isdecimal() and len(group.paths) < int(total)


def _join_indexes(groups: dict[tuple[str, str, str, str | None], _Group]) -> None:
    """Give each index to the shards of its stem; of several sets of shards, to the largest."""
    for key in [key for key in groups if key[3] == "*"]:
        sets = [other for other in groups if other[:3] == key[:3] and other[3] not in ("*", None)]
        if sets:
            best = max(sets, key=lambda other: (len(groups[other].paths), other[3] or ""))
            groups[best].index = groups.pop(key).index


def _rank(key: tuple[str, str, str, str | None], incomplete: bool) -> tuple[int, int, int, int, bool, str, str]:
    folder, stem, kind, total = key
    plain = stem.partition(".")[0]
    by_stem = _STEMS.index(plain) if plain in _STEMS else len(_STEMS) + (plain in _DOUBLES)
    return (
        _COMPONENTS.index(folder) if folder in _COMPONENTS else len(_COMPONENTS) + bool(_HELPER.fullmatch(folder)),
        _PREFERENCE.index(kind) if kind in _PREFERENCE else len(_PREFERENCE),
        by_stem * 2 + (plain != stem),
        total == "*",
        incomplete,
        folder,
        stem,
    )
