"""Weight index files: which shard holds which tensor, and whether the shards agree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from enum import auto
from typing import Any

import msgspec

from truename.blob import Blob
from truename.budget import Budget
from truename.errors import Fault, FormatError, NotDownloadedError, UnsupportedFormatError
from truename.formats.header import WeightIndex, WeightsHeader
from truename.json_text import JsonError, TooDeepError, decode_json, decode_json_as
from truename.stand_ins import HEAD_BYTES, stand_in

MAX_INDEX_BYTES = 32_000_000  # 200,000 tensors take 18 MB
MAX_METADATA_BYTES = 65_536  # what is decoded of its metadata; real ones have some tens

MAX_NUMBERED = 10_000  # shards that the numberings of a model's files ask for; more are no numbering

_SHARD = re.compile(r"[-_](\d{1,6})-of-(\d{1,6})(?=\.)")


class IndexFault(Fault):
    """How a weight index can be wrong."""

    NO_INDEX = auto()  # not JSON, or without ``weight_map``
    NESTING = auto()  # nested too deep
    TOO_LARGE = auto()  # more bytes than any real one has
    SHARD_PATH = auto()  # names a shard that can be no file of the model


class IndexComparison(msgspec.Struct, frozen=True):
    """An index against the shards that were read. Everything empty: they agree."""

    index: str  # the index's file
    missing_files: tuple[str, ...] = ()  # shards that the index names and that were not read
    missing_tensors: tuple[str, ...] = ()  # promised by the index, in none of the shards, and their shard was read
    extra_tensors: tuple[str, ...] = ()  # in a shard, and not in the index
    misplaced_tensors: Mapping[str, tuple[str, str]] = {}  # tensor -> (promised shard, the shard that holds it)
    numbering_gaps: tuple[str, ...] = ()  # shards that the numbering of the files asks for and nobody names
    nothing_read: bool = False  # no shard was there: the index stands alone and cannot be compared

    @property
    def agrees(self) -> bool:
        """Whether shards were read and are what the index says."""
        return not (
            self.nothing_read
            or self.missing_files
            or self.missing_tensors
            or self.extra_tensors
            or self.misplaced_tensors
            or self.numbering_gaps
        )


class _Document(msgspec.Struct):
    weight_map: dict[str, str]
    metadata: msgspec.Raw = msgspec.Raw()


_DOCUMENT = msgspec.json.Decoder(_Document)


def read_index(blob: Blob, budget: Budget | None = None) -> WeightIndex:
    """Read a weight index.

    Args:
        blob: the file.
        budget: what its model may take; by default one of its own.

    Raises:
        UnsupportedFormatError: it is larger than any real index, or holds more tensors than the budget of the model.
        NotDownloadedError: something else lies in its place.
        FormatError: it is no index, or names a shard outside of the model.
    """
    if blob.size > MAX_INDEX_BYTES:
        problem = f"has {blob.size:,} bytes; of a weight index at most {MAX_INDEX_BYTES:,} are read"
        raise UnsupportedFormatError(blob.path, problem, IndexFault.TOO_LARGE)
    data = blob.read(0, blob.size)
    # Each tensor has four quotes, two of its name and two of its shard. Decoding takes many times the memory.
    (budget or Budget()).take_promised(blob.path, data.count(b'"') // 4)
    try:
        document = decode_json_as(data.removeprefix(b"\xef\xbb\xbf"), _DOCUMENT)
    except TooDeepError:
        raise FormatError(blob.path, IndexFault.NESTING, "is nested too deep for a weight index") from None
    except JsonError as error:
        if data and (instead := stand_in(data[:HEAD_BYTES], len(data))) is not None:
            raise NotDownloadedError(blob.path, instead) from None
        raise FormatError(blob.path, IndexFault.NO_INDEX, f"is no weight index ({str(error)[:160]})") from None
    metadata = _metadata(bytes(document.metadata))
    return WeightIndex(
        blob.path,
        _rooted(blob.path, document.weight_map),
        _whole(metadata.get("total_size"), least=0),
        _whole(metadata.get("total_parameters")),
    )


def _metadata(text: bytes) -> dict[str, Any]:
    """The metadata, whose two totals are all that is taken of it."""
    if not 0 < len(text) <= MAX_METADATA_BYTES:
        return {}
    try:
        found = decode_json(text)
    except JsonError:
        return {}
    return found if isinstance(found, dict) else {}


def compare_index(index: WeightIndex, header: WeightsHeader) -> IndexComparison:
    """Compare an index with the header that ``read_checkpoint`` merged from its shards.

    Tensors that the header knows only from the index (no dtype) do not count as there.
    """
    read = set(header.files) - {index.file}
    if not read:
        missing = tuple(sorted(set(index.weight_map.values())))
        return IndexComparison(index.file, missing_files=missing, nothing_read=True)
    held = {name: header.file(name) for name, tensor in header.tensors.items() if tensor.dtype is not None}
    named = set(index.weight_map.values())
    return IndexComparison(
        index.file,
        missing_files=tuple(sorted(named - read)),
        missing_tensors=tuple(n for n, shard in index.weight_map.items() if n not in held and shard in read),
        extra_tensors=tuple(name for name in held if name not in index.weight_map),
        misplaced_tensors={
            name: (promised, actual)
            for name, promised in index.weight_map.items()
            if (actual := held.get(name)) is not None and actual != promised
        },
        numbering_gaps=numbering_gaps(read | named),
    )


def numbering_gaps(shards: set[str]) -> tuple[str, ...]:
    """Shards that ``-00001-of-00003`` numbering asks for and that are not among ``shards``.

    A set with a shard of number zero is numbered from zero, and has one of the last number only where it is there.
    Numberings that ask for more than ``MAX_NUMBERED`` shards together are left out, those of the fewest files first.
    """
    numberings = Counter[tuple[str, int, int, str]]()
    from_zero = set[tuple[str, int, int, str]]()
    for shard in shards:
        if found := _SHARD.search(shard):
            numbering = (shard[: found.start(1)], len(found[1]), int(found[2]), shard[found.end(1) :])
            numberings[numbering] += 1
            if not int(found[1]):
                from_zero.add(numbering)
    gaps: set[str] = set()
    left = MAX_NUMBERED
    for numbering, _ in numberings.most_common():
        start, width, total, end = numbering
        if total <= left:
            left -= total
            numbers = range(total) if numbering in from_zero else range(1, total + 1)
            gaps.update(f"{start}{number:0{width}}{end}" for number in numbers)
    return tuple(sorted(gaps - shards))


def _rooted(file: str, weight_map: dict[str, str]) -> dict[str, str]:
    """The map with each shard's path from the model's root; shards are named beside their index."""
    folder = file.rpartition("/")[0]
    rooted: dict[str, str] = {}
    for shard in set(weight_map.values()):
        parts = shard.split("/")
        if not shard or "\\" in shard or "\0" in shard or ":" in parts[0] or any(p in ("", ".", "..") for p in parts):
            raise FormatError(
                file, IndexFault.SHARD_PATH, f"names the shard {shard[:120]!r}, which is no file of the model"
            )
        rooted[shard] = f"{folder}/{shard}" if folder else shard
    return {name: rooted[shard] for name, shard in weight_map.items()} if folder else weight_map


def _whole(value: Any, least: int = 1) -> int | None:
    """A whole number from ``least`` on that fits in 63 bits; real indexes hold 0, floats, strings and nothing."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and least <= value < 2**63 else None
