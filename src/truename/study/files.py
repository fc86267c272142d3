"""Lists of files by column: only those that tell a model's formats, and whether it is an adapter."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_TELLING = (
    r"(?i)\.(safetensors|gguf|ggml|bin|pt|pth|ckpt|onnx|h5|hdf5|keras|msgpack|tflite|npz|mlmodel|nemo|ot|index)$"
    r"|saved_model\.pb$|\.index(\..+)?\.json$|adapter_(model|config)\.|consolidated[.-]"
)


def telling_files(lists: pa.ListArray) -> list[tuple[str, ...] | None]:
    """Of each list of paths the telling ones, in order; None where there is no list."""
    if lists.null_count == len(lists):
        return [None] * len(lists)
    paths, owners = lists.flatten(), pc.list_parent_indices(lists)
    telling = pc.fill_null(pc.match_substring_regex(paths, _TELLING), False)
    found: list[list[str]] = [[] for _ in range(len(lists))]
    for owner, path in zip(owners.filter(telling).to_pylist(), paths.filter(telling).to_pylist(), strict=True):
        found[owner].append(path)
    valid = lists.is_valid().to_pylist()
    return [tuple(kept) if there else None for kept, there in zip(found, valid, strict=True)]
