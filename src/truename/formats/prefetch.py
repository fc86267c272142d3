"""How many first bytes of a checkpoint's files hold what is read of them, as far as the list of files can tell.

Over a network each read costs a round trip, and each byte that was fetched for nothing counts too. A safetensors
entry repeats its tensor's name and adds some 78 bytes, a line of the index repeats it and adds some 44: so the index's
size foretells the headers', before a byte of either was read. Shards share it about as they share the data. A guess
that was too short costs one more read of that shard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from truename.formats.checkpoints import MAX_SHARDS, Checkpoint
from truename.formats.index import MAX_INDEX_BYTES

SAMPLED_ABOVE = (
    8  # of more shards, where a sample is asked for, some are read and the others inferred: see ``sampling``
)
_RATIO, _LOW_RATIO = 1.45, 1.15  # header bytes per byte of the index: a usual one, and one that is seldom too much
_LARGE_INDEX = 262_144  # from here on the surplus of the usual ratio is worth more than a round trip
_MARGIN = 1024  # metadata, and shards that are not quite alike
_ONE_FILE = 24_576  # the header of a model of 200 tensors
_SHARDS_WITHOUT_INDEX = 49_152
_OTHERS = {"gguf": 65_536, "onnx": 16_384}


def first_bytes(checkpoint: Checkpoint, files: Mapping[str, int], *, sample: bool = False) -> dict[str, int]:
    """Path to number of first bytes worth fetching at once, for each file of a checkpoint where that is known.

    Nothing for one of more shards than are read.

    Args:
        checkpoint: the one that will be read.
        files: path to size of every file.
        sample: not every shard will be read.
    """
    shards = checkpoint.paths
    if len(shards) > MAX_SHARDS:
        return {}
    if sample and len(shards) > SAMPLED_ABOVE:
        shards = (shards[0], shards[-1])
    heads: dict[str, int] = {}
    if checkpoint.index is not None and files[checkpoint.index] <= MAX_INDEX_BYTES:
        heads[checkpoint.index] = files[checkpoint.index]
    if checkpoint.format == "safetensors":
        heads |= _safetensors(shards, files, checkpoint)
    elif checkpoint.format in _OTHERS:
        heads |= dict.fromkeys(shards[:1], _OTHERS[checkpoint.format])
    return {path: min(length, files[path]) for path, length in heads.items()}


def _safetensors(shards: Sequence[str], files: Mapping[str, int], checkpoint: Checkpoint) -> dict[str, int]:
    if checkpoint.index is None:
        each = _ONE_FILE if len(shards) == 1 else max(4_096, _SHARDS_WITHOUT_INDEX // max(1, len(shards)))
        return dict.fromkeys(shards, each)
    index = files[checkpoint.index]
    headers = index * (_RATIO if index < _LARGE_INDEX else _LOW_RATIO)
    data = max(1, sum(files[path] for path in checkpoint.paths))
    return {path: int(headers * files[path] / data) + _MARGIN for path in shards}
