"""Read a checkpoint's header: one file, shards, or an index that stands alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import auto
from typing import Any

import msgspec

from truename.blob import Blob
from truename.budget import Budget
from truename.errors import (
    Fault,
    FormatError,
    NotDownloadedError,
    PartialWeightsError,
    TargetNotFoundError,
    UnsafePathError,
    UnsupportedFormatError,
)
from truename.formats.checkpoints import MAX_SHARDS, Checkpoint
from truename.formats.detect import look
from truename.formats.header import Tensor, UnsafeGlobal, WeightIndex, WeightsHeader
from truename.formats.index import numbering_gaps, read_index
from truename.formats.pytorch import PyTorchFault, shared_opcodes, unsafe_globals_of
from truename.formats.safetensors.reader import read_safetensors
from truename.stand_ins import stand_in

Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
_SPENT = object()
_NAME_ONLY = Tensor(None, None, None)


class CheckpointFault(Fault):
    """How a checkpoint can be wrong, whatever its format."""

    UNREADABLE_FILE = auto()  # a file is in the list and cannot be opened
    TOO_MANY_SHARDS = auto()  # more shards than any real model has
    NO_READER = auto()  # in a format that is not read


# A check of one format does not pay for the import of all others.


def _read_pytorch(blob: Blob) -> WeightsHeader:
    from truename.formats.pytorch.reader import read_pytorch

    return read_pytorch(blob)


def _read_numpy(blob: Blob) -> WeightsHeader:
    from truename.formats.numpy.reader import read_numpy

    return read_numpy(blob)


def _read_tar(blob: Blob) -> WeightsHeader:
    from truename.formats.tar import read_tar

    return read_tar(blob, read_checkpoint)


def _read_onnx(blob: Blob) -> WeightsHeader:
    from truename.formats.onnx.reader import read_onnx

    return read_onnx(blob)


def _read_keras(blob: Blob) -> WeightsHeader:
    from truename.formats.keras.reader import read_keras

    return read_keras(blob)


def _read_tensorflow(blob: Blob) -> WeightsHeader:
    from truename.formats.tensorflow.saved_model import read_tensorflow

    return read_tensorflow(blob)


def _read_tflite(blob: Blob) -> WeightsHeader:
    from truename.formats.tflite.reader import read_tflite

    return read_tflite(blob)


def _read_gguf(blob: Blob) -> WeightsHeader:
    from truename.formats.gguf.reader import read_gguf

    return read_gguf(blob)


def _read_flax(blob: Blob) -> WeightsHeader:
    from truename.formats.flax.reader import read_flax

    return read_flax(blob)


READERS: dict[str, Callable[[Blob], WeightsHeader]] = {
    "safetensors": read_safetensors,
    "pytorch": _read_pytorch,
    "numpy": _read_numpy,
    "tar": _read_tar,
    "nemo": _read_tar,
    "onnx": _read_onnx,
    "keras": _read_keras,
    "tensorflow": _read_tensorflow,
    "tflite": _read_tflite,
    "gguf": _read_gguf,
    "flax": _read_flax,
}


def read_checkpoint(
    checkpoint: Checkpoint,
    open: Callable[[str], Blob],
    map: Map = map,
    sample_above: int | None = None,
    budget: Budget | None = None,
) -> WeightsHeader:
    """Read the headers of a checkpoint's files and merge them.

    Tensors that only the index names (their shard is not there, or no reader knows its format) have no dtype and no
    shape. Where no file of the checkpoint can be read at all, ``files`` of the result is the index.

    Args:
        checkpoint: which files.
        open: hands out a file's bytes.
        map: reads several files; one that works in parallel gives its results in the same order.
        sample_above: of more safetensors shards than this, some are read and the others inferred: see ``sampling``.
        budget: what the model may take of memory and time, this checkpoint included; by default one of its own.

    Raises:
        UnsupportedFormatError: the format has no reader and there is no index; there are more shards than are read, or
            the budget is spent.
        PartialWeightsError: the files hold parts of tensors, and no part shows a whole.
        NotDownloadedError: something else lies in the place of one of the files.
        FormatError: a file of the checkpoint cannot be opened or breaks its format; or the index is no index, or names
            a file outside of the model.
    """
    if checkpoint.parts is not None:
        advice = "" if checkpoint.format == "onnx" else "; convert all parts to one checkpoint"
        raise PartialWeightsError(checkpoint.name, f"is {checkpoint.parts}{advice}")
    if len(checkpoint.paths) > MAX_SHARDS:
        problem = f"has {len(checkpoint.paths):,} shards; at most {MAX_SHARDS:,} are read"
        raise UnsupportedFormatError(checkpoint.name, problem, CheckpointFault.TOO_MANY_SHARDS)
    budget = budget or Budget()
    index: WeightIndex | None = None
    if checkpoint.index is not None:
        with _open(open, checkpoint.index) as blob, budget.reading(blob.path):
            blob.meter = budget.take_bytes
            index = read_index(blob, budget)
            index_bytes = blob.bytes_read
    headers, inferred = _read_shards(checkpoint, index, open, map, sample_above, budget)
    format = headers[0].format if headers else checkpoint.format
    if index is None:
        if checkpoint.numbered and _share_a_tensor(headers):  # states of one model, numbered: the first stands alone
            return headers[0]
        header = headers[0] if len(headers) == 1 else merge(format, headers)
        missing = numbering_gaps(set(checkpoint.paths))
        return msgspec.structs.replace(header, missing_files=missing) if missing else header
    merged = _with_index(merge(format, headers, index), index, index_bytes)
    return msgspec.structs.replace(merged, inferred_files=inferred) if inferred else merged


def read_file(blob: Blob, hint: str | None = None) -> WeightsHeader:
    """Read the header of one file in whatever format its first bytes show; ``hint`` is what its suffix suggests.

    Raises:
        NotDownloadedError: something else lies in its place.
        UnsupportedFormatError: no reader knows its format.
        FormatError: it breaks its format.
    """
    return next(iter(_read_known(blob, hint, skip=False)))


def _read_within(budget: Budget, blob: Blob, hint: str | None, *, skip: bool) -> tuple[WeightsHeader, ...]:
    """The header of one file of several, from what is left for all of them."""
    blob.meter, blob.stepper = budget.take_bytes, budget.take_steps
    try:
        with budget.reading(blob.path), shared_opcodes(budget.opcodes, budget.unpacked):
            headers = tuple(_read_known(blob, hint, skip=skip))
    except FormatError as error:
        spent = error.code is PyTorchFault.TOO_MANY_OPCODES and next(budget.opcodes, _SPENT) is _SPENT
        if spent and not unsafe_globals_of(error):  # what it imports is told, whatever comes behind
            raise budget.beyond_opcodes(blob.path) from None
        raise
    budget.take_tensors(blob.path, sum(len(header.tensors) for header in headers))
    return headers


def _read_known(blob: Blob, hint: str | None, *, skip: bool) -> Iterable[WeightsHeader]:
    """The header of one file; nothing where no reader knows its format and ``skip`` is set."""
    shown, head = look(blob)
    if shown is None and (instead := stand_in(head, blob.size)) is not None:
        raise NotDownloadedError(blob.path, instead)
    format = shown or hint
    if (reader := READERS.get(format or "")) is not None:
        yield reader(blob)
    elif not skip:
        known = f"truename has no reader for {format} weights yet" if format else "is in no format that truename reads"
        raise UnsupportedFormatError(blob.path, known, CheckpointFault.NO_READER)


def merge(format: str, headers: Iterable[WeightsHeader], index: WeightIndex | None = None) -> WeightsHeader:
    """One header of several shards; a tensor in two of them is that of the shard the index promises, else the first."""
    tensors: dict[str, Tensor] = {}
    file_of: dict[str, str] = {}
    metadata: dict[str, str] = {}
    promised = {} if index is None else index.weight_map
    files: list[str] = []
    unsafe: list[UnsafeGlobal] = []
    unwalked: list[str] = []
    read = 0
    for header in headers:
        file = header.files[0]
        unsafe += header.unsafe_globals
        unwalked += header.unwalked_files
        for name, tensor in header.tensors.items():
            if name not in tensors or promised.get(name) == file:
                tensors[name] = tensor
                file_of[name] = file
        for key, text in header.metadata.items():
            metadata.setdefault(key, text)
        files.append(file)
        read += header.bytes_read
    return WeightsHeader(
        format,
        tuple(files),
        tensors,
        file_of,
        metadata,
        read,
        unsafe_globals=tuple(dict.fromkeys(unsafe)),
        unwalked_files=tuple(unwalked),
    )


def _share_a_tensor(headers: Iterable[WeightsHeader]) -> bool:
    """Whether a tensor of one name is in two headers, so that these are not shards of one set."""
    seen = set[str]()
    for header in headers:
        if not seen.isdisjoint(header.tensors):
            return True
        seen.update(header.tensors)
    return False


def _open(open: Callable[[str], Blob], path: str) -> Blob:
    """A file that was listed; gone or unreadable since, it is a fault of that file and not of the whole target."""
    try:
        return open(path)
    except (TargetNotFoundError, UnsafePathError) as error:
        raise FormatError(path, CheckpointFault.UNREADABLE_FILE, error.problem) from None


def _read_shards(
    checkpoint: Checkpoint,
    index: WeightIndex | None,
    open: Callable[[str], Blob],
    map: Map,
    sample_above: int | None,
    budget: Budget,
) -> tuple[list[WeightsHeader], tuple[str, ...]]:
    """Headers of the files that are there, in order, and the files of those that were inferred and not read."""
    if index is not None and set(index.weight_map.values()).isdisjoint(checkpoint.paths):  # of another set, or alone
        named = _read_named(checkpoint, index, open, budget)
        if named or not checkpoint.paths:
            return named, ()

    def read_one(path: str) -> tuple[WeightsHeader, ...]:
        with _open(open, path) as blob:
            return _read_within(budget, blob, checkpoint.format, skip=index is not None)

    def read_all(paths: Iterable[str]) -> list[WeightsHeader]:
        return [header for headers in map(read_one, paths) for header in headers]

    if index is None or sample_above is None or len(checkpoint.paths) <= sample_above:
        return read_all(checkpoint.paths), ()
    from truename.formats.sampling import read_sample

    def size_of(path: str) -> int:
        with _open(open, path) as blob:
            return blob.size

    sizes = {path: size_of(path) for path in checkpoint.paths}
    return read_sample(checkpoint.paths, sizes, index, read_all)


def _read_named(
    checkpoint: Checkpoint, index: WeightIndex, open: Callable[[str], Blob], budget: Budget
) -> list[WeightsHeader]:
    """Headers of those shards of an index that are there, where its checkpoint has none of them."""
    shards = sorted(set(index.weight_map.values()))
    if len(shards) > MAX_SHARDS:
        problem = f"names {len(shards):,} shards; at most {MAX_SHARDS:,} are read"
        raise UnsupportedFormatError(index.file, problem, CheckpointFault.TOO_MANY_SHARDS)
    headers: list[WeightsHeader] = []
    for path in shards:
        try:
            blob = open(path)
        except (TargetNotFoundError, UnsafePathError):  # not there, or a link out of the model: as good as not there
            continue
        with blob:
            headers += _read_within(budget, blob, checkpoint.format, skip=True)
    return headers


def _with_index(header: WeightsHeader, index: WeightIndex, index_bytes: int) -> WeightsHeader:
    """The header with the tensors that only the index knows."""
    tensors = dict(header.tensors)
    file_of = dict(header.file_of)
    for name, shard in index.weight_map.items():
        if name not in tensors:
            tensors[name] = _NAME_ONLY
            file_of[name] = shard
    read = header.bytes_read + index_bytes
    if not header.files:
        return WeightsHeader(header.format, (index.file,), tensors, {}, header.metadata, read, index)
    return msgspec.structs.replace(header, tensors=tensors, file_of=file_of, bytes_read=read, index=index)
