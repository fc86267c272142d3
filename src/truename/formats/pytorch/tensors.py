"""Check the tensors that a checkpoint's pickle gives, and turn them into the nouns of every format."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from truename.blob import Blob
from truename.formats.header import Tensor, WeightsHeader
from truename.formats.pytorch import PyTorchError, PyTorchFault
from truename.formats.pytorch.globals import GlobalTable
from truename.formats.pytorch.pickled import Global, Opaque, Record, Storage
from truename.formats.pytorch.state_dict import FoundState

MAX_DIMENSIONS = 64
_MAX_COUNT = 2**63
_PER_BYTE = {"QU4X2": 2, "QU2X4": 4}  # elements of quantised tensors that share a byte


def torch_header(blob: Blob, state: FoundState, table: GlobalTable, *, unwalked: bool = False) -> WeightsHeader:
    """The header of a checkpoint whose weights were found; ``metadata['mapping']`` says under which keys.

    Raises:
        FormatError: a tensor is wrong.
    """
    metadata = dict(state.notes)
    if state.path:
        metadata["mapping"] = ".".join(state.path)
    tensors = check_tensors(blob.path, state.records)
    unsafe, broken = table.unsafe, (blob.path,) if unwalked else ()
    return WeightsHeader(
        "pytorch", (blob.path,), tensors, {}, metadata, blob.bytes_read, unsafe_globals=unsafe, unwalked_files=broken
    )


def check_tensors(path: str, records: Mapping[str, Record]) -> dict[str, Tensor]:
    """Tensors by name. Those that begin at one place of one storage share a ``storage`` and are ties.

    Raises:
        FormatError: one is no tensor, or reaches out of its storage.
    """
    tensors: dict[str, Tensor] = {}
    alike: dict[tuple[str | None, int, tuple[int, ...]], Tensor] = {}
    extents: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
    first: dict[tuple[str, int], str] = {}
    for name, record in records.items():
        shape = _whole(record.shape)
        if shape is None:
            raise PyTorchError(
                path, PyTorchFault.TENSOR_SHAPE, "has a shape that is no list of sizes", part=("tensor", name)
            )
        storage = record.storage
        if type(storage) is not Storage:
            tensors[name] = _without_storage(path, name, record, shape)
            continue
        offset, stride = record.offset, _whole(record.stride)
        if type(offset) is not int or offset < 0 or stride is None or len(stride) != len(shape):
            raise PyTorchError(
                path,
                PyTorchFault.TENSOR_FORM,
                "is not rebuilt from an offset, a size and a stride",
                part=("tensor", name),
            )
        dtype, width = _dtype(record, storage)
        extent = extents.get((shape, stride))
        if extent is None:
            _count(path, name, shape)
            extent = extents[shape, stride] = _extent(shape, stride)
        per_byte = _PER_BYTE.get(dtype or "", 1)
        if (offset + extent) * width > storage.elements * storage.width * per_byte:
            problem = f"reaches out of its storage of {storage.elements:,} elements"
            raise PyTorchError(path, PyTorchFault.TENSOR_RANGE, problem, part=("tensor", name))
        tensor = alike.get((dtype, width, shape))
        if tensor is None:
            held = min(math.prod(shape), extent)  # a stride of zero repeats what is stored once
            stored = -(-held * width // per_byte)
            tensor = alike[dtype, width, shape] = Tensor(dtype, _values(dtype, shape), stored)
        tensors[name] = tensor
        if (other := first.setdefault((storage.key, offset), name)) is not name and extent:
            tied = f"{storage.key}:{offset}"
            tensors[name] = Tensor(dtype, tensor.shape, tensor.stored_bytes, tied)
            again = tensors[other]
            if again.storage is None:
                tensors[other] = Tensor(again.dtype, again.shape, again.stored_bytes, tied)
    return tensors


def _whole(sizes: Any) -> tuple[int, ...] | None:
    """Sizes as they must be before they may be hashed: whole numbers of a bounded list, none below zero."""
    if type(sizes) not in (tuple, list) or len(sizes) > MAX_DIMENSIONS:
        return None
    for size in sizes:
        if type(size) is not int or not 0 <= size < _MAX_COUNT:
            return None
    return tuple(sizes)


def _values(dtype: str | None, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape in values: an element of F4 is two along the last axis, as safetensors' own writer counts them."""
    return (*shape[:-1], 2 * shape[-1]) if dtype == "F4" and shape else shape


def _count(path: str, name: str, shape: tuple[int, ...]) -> int:
    if math.prod(filter(None, shape)) >= _MAX_COUNT:
        raise PyTorchError(
            path, PyTorchFault.TENSOR_SHAPE, "has more elements than 63 bits can count", part=("tensor", name)
        )
    return math.prod(shape)


def _extent(shape: tuple[int, ...], stride: tuple[int, ...]) -> int:
    """Elements from the first to behind the last one."""
    if 0 in shape:
        return 0
    return 1 + sum((size - 1) * step for size, step in zip(shape, stride, strict=True))


def _dtype(record: Record, storage: Storage) -> tuple[str | None, int]:
    if storage.dtype is None and type(record.dtype) is Global and record.dtype.value is not None:
        dtype, width = record.dtype.value
        return dtype or None, width
    return storage.dtype, storage.width


def _without_storage(path: str, name: str, record: Record, shape: tuple[int, ...]) -> Tensor:
    """A tensor whose bytes lie in the pickle, in others, or nowhere: meta and sparse tensors, arrays of NumPy."""
    if type(record.dtype) is Global and record.dtype.value is not None:
        dtype, width = record.dtype.value
    elif type(record.storage) is Opaque:  # bytes that only a call outside of the allowlist could tell
        dtype, width = None, 0
    else:
        raise PyTorchError(path, PyTorchFault.TENSOR_FORM, "is not rebuilt from a storage", part=("tensor", name))
    count = _count(path, name, shape)
    return Tensor(dtype or None, _values(dtype, shape), count * width if dtype else None)
