"""Columns as Python's own values, by column where that is faster than by cell."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

# files that tell a model's formats, and whether it is an adapter
_TELLING = (
    r"(?i)\.(safetensors|gguf|ggml|bin|pt|pth|ckpt|onnx|h5|hdf5|keras|msgpack|tflite|npz|mlmodel|nemo|ot|index)$"
    r"|saved_model\.pb$|\.index(\..+)?\.json$|adapter_(model|config)\.|consolidated[.-]"
)


def texts(column: pa.Array | pa.ChunkedArray) -> list[str | None]:
    """A column of texts; None where a cell is empty."""
    found: list[str | None] = column.to_numpy(zero_copy_only=False).tolist()
    return found


def lists(column: pa.ListArray) -> list[list[str | None] | None]:
    """A column of lists of texts; None where there is no list."""
    size = len(column)
    if column.null_count == size:
        return [None] * size
    flat = texts(column.flatten())
    ends = pc.cumulative_sum(pc.fill_null(pc.list_value_length(column), 0)).to_pylist()
    starts = [0, *ends[:-1]]
    if not column.null_count:
        return [flat[start:end] for start, end in zip(starts, ends, strict=True)]
    there = column.is_valid().to_pylist()
    return [flat[start:end] if valid else None for start, end, valid in zip(starts, ends, there, strict=True)]


def tagged(column: pa.ListArray, prefix: str) -> dict[int, list[str]]:
    """Place -> the tags there that begin with a prefix, less it; places without any are left out."""
    if column.null_count == len(column):
        return {}
    tags, owners = column.flatten(), pc.list_parent_indices(column)
    chosen = pc.fill_null(pc.starts_with(tags, prefix), False)
    found: dict[int, list[str]] = {}
    for owner, tag in zip(owners.filter(chosen).to_pylist(), tags.filter(chosen).to_pylist(), strict=True):
        found.setdefault(owner, []).append(tag[len(prefix) :])
    return found


def telling_files(column: pa.ListArray) -> list[tuple[str, ...] | None]:
    """Of each list of paths the telling ones, in order; None where there is no list."""
    if column.null_count == len(column):
        return [None] * len(column)
    paths, owners = column.flatten(), pc.list_parent_indices(column)
    telling = pc.fill_null(pc.match_substring_regex(paths, _TELLING), False)
    found: list[list[str]] = [[] for _ in range(len(column))]
    for owner, path in zip(owners.filter(telling).to_pylist(), texts(paths.filter(telling)), strict=True):
        found[owner].append(path)
    valid = column.is_valid().to_pylist()
    return [tuple(kept) if there else None for kept, there in zip(found, valid, strict=True)]
