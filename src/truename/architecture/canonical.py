"""The entrance of this room: a header of any format -> one with the names and shapes of PyTorch's checkpoints.

Measures and signatures know one way to name a layer. What formats do differently is undone here and nowhere else:

- GGUF names every tensor its own way (``gguf_names.toml``) and keeps the experts of a layer in one tensor.
- Flax and TensorFlow call a weight ``kernel``, ``embedding`` or ``scale`` and store it with its inputs first.
- ONNX keeps PyTorch's names, but the matrices that an exporter turned round are named after a node's output
  (``onnx_names``).
- Wrappers for training put a word before every name of a PyTorch checkpoint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

import msgspec

from truename.architecture import gguf_names, onnx_names
from truename.compiled_tables import table
from truename.formats.graph import SCALE_SUFFIX
from truename.formats.header import Tensor, WeightsHeader

Renamed = Iterator[tuple[str, str, Tensor]]  # canonical name, name in the file, tensor

_TF_SCOPE = re.compile(r"[^/]*___([^/]*)")
_NUMBERED = re.compile(r"(?<![^./])(layer|layers|block|blocks)_(\d+)(?=[./])")


def canonical_header(header: WeightsHeader) -> WeightsHeader:
    """``header`` with canonical names and shapes; itself where its format names tensors as PyTorch does.

    Doing it twice changes nothing: a canonical name is none of those that are changed. Where two tensors would get
    one name, the second keeps its own.
    """
    rename = _RENAMERS.get(header.format)
    if rename is None or not header.tensors:
        return header
    tensors: dict[str, Tensor] = {}
    file_of: dict[str, str] = {}
    for canonical, original, tensor in rename(header):
        name = original if canonical in tensors else canonical
        tensors[name] = tensor
        if original in header.file_of:
            file_of[name] = header.file_of[original]
    return msgspec.structs.replace(header, tensors=tensors, file_of=file_of)


def canonical_names(header: WeightsHeader) -> dict[str, str]:
    """Name in the file -> canonical name, the first where a tensor has several."""
    names: dict[str, str] = {}
    rename = _RENAMERS.get(header.format)
    if rename is None:
        return {name: name for name in header.tensors}
    for canonical, original, _ in rename(header):
        names.setdefault(original, canonical)
    return names


def shows_model_type(header: WeightsHeader) -> bool:
    """Whether the canonical names are those of the family's own checkpoints, so that they may tell a model type."""
    return header.format != "gguf" or gguf_names.shows_model_type(header)


def _flax(header: WeightsHeader) -> Renamed:
    """``params.bert.encoder.layer.0.attention.self.query.kernel``."""
    for original, tensor in header.tensors.items():
        name = _unwrapped(original)
        if not f"{name}.".startswith(_starts("training")):  # the counter of steps is a scalar of that name
            yield _by_role(name, original, tensor)


def _tensorflow(header: WeightsHeader) -> Renamed:
    """``tf_bert_model/bert/encoder/layer_._0/attention/self/query/kernel:0``, as transformers' own classes write.

    The first component is the class that was saved, where all tensors share it. Google's own checkpoints number their
    layers ``layer_0``, T5's ``block_000/layer_001``.
    """
    first = {name.partition("/")[0] for name in header.tensors if name.count("/") > 1}
    one_class = len(first) == 1
    for original, tensor in header.tensors.items():
        name = original.removesuffix(":0")
        parts = _TF_SCOPE.sub(r"\1", name).replace("_._", "/").split("/")
        parts = [part for part in parts if part]
        path = ".".join(parts[1:] if one_class and len(parts) > 2 and "/" in name else parts)
        path = _NUMBERED.sub(lambda found: f"{found[1]}.{int(found[2])}", path)
        if path and not path.startswith(_starts("training")):
            yield _by_role(path, original, tensor)


def _tflite(header: WeightsHeader) -> Renamed:
    """Named after the operator that takes them: ``model/bert/encoder/layer_0/.../query/MatMul``; scales beside them."""
    for original, tensor in header.tensors.items():
        base = original.removesuffix(SCALE_SUFFIX)
        path = ".".join(part for part in base.replace(".", "_").split("/") if part)
        path = _NUMBERED.sub(lambda found: f"{found[1]}.{int(found[2])}", path) or original
        yield f"{path}.{onnx_names.SCALE}" if base != original else path, original, tensor


def _pytorch(header: WeightsHeader) -> Renamed:
    """Without the word that a wrapper for training put before every name."""
    prefix = next((p for p in _starts("prefixes") if all(name.startswith(p) for name in header.tensors)), "")
    for original, tensor in header.tensors.items():
        yield original.removeprefix(prefix), original, tensor


def _by_role(name: str, original: str, tensor: Tensor) -> tuple[str, str, Tensor]:
    """A tensor whose role is turned into PyTorch's, and its shape with it."""
    path, _, role = name.rpartition(".")
    names = table("architecture/canonical")
    if role not in names["roles"]:
        return name, original, tensor
    target = f"{path}.{names['roles'][role]}" if path else names["roles"][role]
    if role not in names["shapes"]["inputs_first"] or tensor.shape is None or len(tensor.shape) < 2:
        return target, original, tensor
    *space, inputs, outputs = tensor.shape
    sides = (inputs, outputs) if role == "depthwise_kernel" else (outputs, inputs)
    return target, original, _shaped(tensor, (*sides, *space))


def _shaped(tensor: Tensor, shape: tuple[int, ...]) -> Tensor:
    return Tensor(tensor.dtype, shape, tensor.stored_bytes, tensor.storage)


def _unwrapped(name: str) -> str:
    for wrapper in _starts("wrappers"):
        name = name.removeprefix(wrapper)
    return name


@cache
def _starts(key: str) -> tuple[str, ...]:
    return tuple(table("architecture/canonical")["files"][key])


_RENAMERS: dict[str, Callable[[WeightsHeader], Renamed]] = {
    "gguf": gguf_names.renamed,
    "flax": _flax,
    "keras": _tensorflow,
    "tensorflow": _tensorflow,
    "onnx": onnx_names.renamed,
    "tflite": _tflite,
    "pytorch": _pytorch,
}
