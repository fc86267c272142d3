"""Read the header of a safetensors file, and never a byte of its data.

Layout: eight bytes, the header's length as a little-endian number; the header, a JSON object; the data.
The rules one by one are in ``strict_json``.
"""

from __future__ import annotations

import math

import msgspec

from truename.blob import Blob
from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.dtypes import DTYPE_BITS, StoredDtype
from truename.formats.header import Tensor, WeightsHeader
from truename.formats.safetensors import SafetensorsFault
from truename.formats.safetensors.strict_json import Parsed, parse_header
from truename.json_text import REFUSALS

MAX_HEADER_BYTES = 100_000_000  # the limit of the format's own library
MAX_READ_BYTES = 24_000_000  # ... and what is read of it: real headers have some MB a file
MAX_TENSORS = 200_000  # of one file; models of more are sharded
_MAX_LONG_WAY = 100_000  # ... where the header takes the long way, which costs several times as much
# Characters of one tensor's entry, at least (braces, quotes) or as a rule (commas, those of five dimensions).
_MARKS = ((b"{", 1), (b"[", 2), (b'"', 10), (b",", 8))
_LENGTH_BYTES = 8
_METADATA = b'{"__metadata__":'
_TEXT_PER_ENTRY = 10  # quotes of an entry: a name, three keys, a dtype
_MAX_FAST_COUNT = 2**63


class _Entry(msgspec.Struct, gc=False):
    dtype: StoredDtype
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


_ENTRIES = msgspec.json.Decoder(dict[str, _Entry])
_STRINGS = msgspec.json.Decoder(dict[str, str])


def read_safetensors(blob: Blob) -> WeightsHeader:
    """Read and validate the header of one safetensors file.

    Raises:
        FormatError: the file breaks the format; its code says how.
    """
    header = _header_bytes(blob)
    data_bytes = blob.size - _LENGTH_BYTES - len(header)
    _bound(blob.path, header, MAX_TENSORS)
    parsed = _parse_common(header, data_bytes)
    if parsed is None:
        _bound(blob.path, header, _MAX_LONG_WAY)
        parsed = parse_header(blob.path, header, data_bytes)
    return WeightsHeader("safetensors", (blob.path,), parsed[0], {}, parsed[1], blob.bytes_read)


def _header_bytes(blob: Blob) -> bytes:
    """The header, its length checked against the limit and the file before anything is read."""
    length = int.from_bytes(start := blob.read(0, _LENGTH_BYTES), "little")
    if len(start) < _LENGTH_BYTES:
        raise FormatError(
            blob.path, SafetensorsFault.FILE_TOO_SHORT, f"has {blob.size} bytes, too few for a safetensors file"
        )
    if length > MAX_HEADER_BYTES:
        problem = f"says that its header has {length:,} bytes; the format allows {MAX_HEADER_BYTES:,}"
        raise FormatError(blob.path, SafetensorsFault.HEADER_TOO_LARGE, problem)
    if length > blob.size - _LENGTH_BYTES:
        problem = f"says that its header has {length:,} bytes, and the file has {blob.size:,}; is it cut off?"
        raise FormatError(blob.path, SafetensorsFault.HEADER_TRUNCATED, problem)
    if length > MAX_READ_BYTES:
        problem = f"has a header of {length:,} bytes; truename reads at most {MAX_READ_BYTES:,}"
        raise UnsupportedFormatError(blob.path, problem, SafetensorsFault.HEADER_BOUND)
    header = blob.read(_LENGTH_BYTES, length)
    if len(header) < length:
        raise FormatError(blob.path, SafetensorsFault.HEADER_TRUNCATED, "became shorter while it was read")
    return header


def _bound(path: str, header: bytes, tensors: int) -> None:
    """Refuse a header of more than ``tensors`` by counting characters: decoding takes many times its memory."""
    if any(header.count(mark) > each * tensors + 2 for mark, each in _MARKS):  # 2: the header itself, its metadata
        problem = f"has a header of {len(header):,} bytes that holds more than the {tensors:,} tensors that are read"
        raise UnsupportedFormatError(path, problem, SafetensorsFault.HEADER_BOUND)


def _parse_common(header: bytes, data_bytes: int) -> Parsed | None:
    """Tensors and metadata of a header as the common writers make it; None where it takes a closer look.

    Accepts nothing that ``parse_header`` would refuse. Decoding drops duplicate keys and unknown fields without a
    word, so quotes are counted: each entry has ten (a name, three keys, a dtype), each metadata item four,
    ``__metadata__`` itself two. Anything more takes the long way. The JSON of a key cannot do with fewer.
    """
    try:
        body, metadata = _split_metadata(header)
        entries = _ENTRIES.decode(body)
    except REFUSALS:
        return None
    quotes = _TEXT_PER_ENTRY * len(entries) + (0 if metadata is None else 2 + 4 * len(metadata))
    if header.count(b'"') != quotes or header[:1] != b"{" or not entries:
        return None
    # Layers repeat: tensors of one dtype and shape are one frozen object.
    alike: dict[tuple[str, tuple[int, ...]], Tensor] = {}
    find = alike.get
    tensors: dict[str, Tensor] = {}
    position, ordered = 0, True
    for name, entry in entries.items():
        begin, end = entry.data_offsets
        tensor = find(key := (entry.dtype, entry.shape))
        if tensor is None:
            stored = _stored_bytes(*key)
            if stored is None:
                return None
            alike[key] = tensor = Tensor(*key, stored)
        if end - begin != tensor.stored_bytes:
            return None
        ordered = ordered and begin == position
        position = end
        tensors[name] = tensor
    if not ordered:  # some writers sort names and not bytes
        position = _end_of_tiling(sorted(entry.data_offsets for entry in entries.values()))
    if position != data_bytes:
        return None
    return tensors, metadata or {}


def _end_of_tiling(spans: list[tuple[int, int]]) -> int:
    """Where sorted spans end that begin at 0 without a hole or an overlap, -1 for others."""
    position = 0
    for begin, end in spans:
        if begin != position:
            return -1
        position = end
    return position


def _split_metadata(header: bytes) -> tuple[bytes, dict[str, str] | None]:
    """The header without a leading ``__metadata__``, and that metadata.

    The metadata ends at the first brace that makes it a whole object; where a brace is part of a string the decoder
    raises, and the header takes the long way.
    """
    if not header.startswith(_METADATA):
        return header, None
    end = header.find(b"}", len(_METADATA)) + 1
    metadata = _STRINGS.decode(header[len(_METADATA) : end])
    if header[end : end + 1] != b",":  # no tensors, or no JSON
        return header, None
    return b"{" + header[end + 1 :], metadata


def _stored_bytes(dtype: str, shape: tuple[int, ...]) -> int | None:
    """Bytes of a tensor, None where the shape takes a closer look (negative, too large, part of a byte)."""
    if shape and min(shape) < 0:
        return None
    width = DTYPE_BITS[dtype]
    bits = math.prod(shape) * width
    if bits % 8 or math.prod(filter(None, shape)) * width >= _MAX_FAST_COUNT:
        return None
    return bits // 8
