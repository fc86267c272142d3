"""A sorted string table, the container of TensorFlow's checkpoint index: keys and values in blocks.

Source: LevelDB's doc/table_format.md; TensorFlow's copy is tensorflow/core/lib/io/format.cc.
"""

from __future__ import annotations

from collections.abc import Iterator

from truename.blob import Blob
from truename.errors import FormatError
from truename.formats.tensorflow import TensorflowFault

MAGIC = 0xDB4775248B80FB57
MAX_TABLE_BYTES = 64_000_000  # an index of 100,000 variables has some 10 MB
MAX_BLOCK_BYTES = 16_000_000
MAX_ENTRIES = 500_000
MAX_KEY = 16_384  # bytes; each key is made of the one before
_COUNTED, _OF_ENTRY, _OF_BLOCK = 256, 2, 8  # entries that are counted at a time, what each costs, what a block costs
_PACKED_OF_STEP = 6  # bytes of a packed block that cost as much as a step: two of them may be one to unpack
_FOOTER = 48
_TRAILER = 5  # how it is packed, and a checksum
_PLAIN, _SNAPPY = 0, 1


def is_table(blob: Blob) -> bool:
    """Whether a file ends as a table does."""
    return blob.size >= _FOOTER and int.from_bytes(blob.read(blob.size - 8, 8), "little") == MAGIC


def read_table(blob: Blob) -> Iterator[tuple[bytes, bytes]]:
    """Every key and its value, in order.

    Raises:
        FormatError: the file is no table; its code says how.
    """
    if not is_table(blob):
        raise FormatError(
            blob.path, TensorflowFault.NO_TABLE, "does not end as a checkpoint index does; is it cut off?"
        )
    if blob.size > MAX_TABLE_BYTES:
        raise FormatError(
            blob.path, TensorflowFault.TABLE_TOO_LARGE, f"has {blob.size:,} bytes; at most {MAX_TABLE_BYTES:,} are read"
        )
    return _Table(blob).entries()


class _Table:
    """Reads the blocks of one table."""

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._path = blob.path
        self._read = 0
        self._unpacked = 0
        self._count = 0

    def entries(self) -> Iterator[tuple[bytes, bytes]]:
        footer = self._blob.read(self._blob.size - _FOOTER, _FOOTER - 8)
        at = 0
        numbers = []
        for _ in range(4):
            number, at = self._varint(footer, at)
            numbers.append(number)
        previous: bytes | None = None
        for _, handle in self._block(numbers[2], numbers[3]):
            offset, at = self._varint(handle, 0)
            size, _ = self._varint(handle, at)
            for key, value in self._block(offset, size):
                if previous is not None and key <= previous:
                    raise FormatError(
                        self._path, TensorflowFault.KEY_ORDER, f"has the key {key[:80]!r} out of order or twice"
                    )
                previous = key
                yield key, value

    def _block(self, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
        """The entries of one block; keys leave out what they share with the one before."""
        data = self._contents(offset, size)
        if len(data) < 4:
            raise FormatError(
                self._path, TensorflowFault.BLOCK_ENTRY, f"has a block of {len(data)} bytes at byte {offset:,}"
            )
        restarts = int.from_bytes(data[-4:], "little")
        end = len(data) - 4 - 4 * restarts
        if end < 0:
            raise FormatError(
                self._path,
                TensorflowFault.BLOCK_ENTRY,
                f"has a block at byte {offset:,} that ends before its own index",
            )
        at = 0
        key = b""
        while at < end:
            shared, at = self._varint(data, at)
            own, at = self._varint(data, at)
            length, at = self._varint(data, at)
            if shared + own > MAX_KEY:
                raise FormatError(
                    self._path,
                    TensorflowFault.BLOCK_ENTRY,
                    f"has a key of {shared + own:,} bytes; at most {MAX_KEY:,} are read",
                )
            if shared > len(key) or at + own + length > end:
                raise FormatError(
                    self._path,
                    TensorflowFault.BLOCK_ENTRY,
                    f"has an entry that reaches out of its block at byte {offset:,}",
                )
            self._count += 1
            if self._count % _COUNTED == 0:
                self._blob.take_steps(_OF_ENTRY * _COUNTED)
            if self._count > MAX_ENTRIES:
                raise FormatError(self._path, TensorflowFault.TABLE_TOO_LARGE, f"has more than {MAX_ENTRIES:,} entries")
            key = key[:shared] + data[at : at + own]
            yield key, data[at + own : at + own + length]
            at += own + length

    def _contents(self, offset: int, size: int) -> bytes:
        self._read += size + _TRAILER
        if offset + size + _TRAILER > self._blob.size - _FOOTER or self._read > self._blob.size:
            problem = (
                f"says that a block of {size:,} bytes lies at byte {offset:,}, outside of the file or over another"
            )
            raise FormatError(self._path, TensorflowFault.BLOCK_RANGE, problem)
        if size > MAX_BLOCK_BYTES:
            raise FormatError(
                self._path,
                TensorflowFault.TABLE_TOO_LARGE,
                f"has a block of {size:,} bytes; at most {MAX_BLOCK_BYTES:,} are read",
            )
        self._blob.take_steps(_OF_BLOCK)
        data = self._blob.read(offset, size + 1)
        if len(data) < size + 1:
            raise FormatError(self._path, TensorflowFault.BLOCK_RANGE, "became shorter while it was read")
        packing = data[-1]
        if packing == _PLAIN:
            return data[:-1]
        if packing != _SNAPPY:
            raise FormatError(
                self._path,
                TensorflowFault.BLOCK_PACKING,
                f"has a block that is packed in way {packing}; there are 0 and 1",
            )
        self._blob.take_steps(size // _PACKED_OF_STEP)
        try:
            unpacked = unpack_snappy(data[:-1], MAX_BLOCK_BYTES)
        except ValueError as error:
            raise FormatError(self._path, TensorflowFault.BLOCK_PACKING, f"has a packed block that {error}") from None
        self._unpacked += len(unpacked)
        if self._unpacked > MAX_TABLE_BYTES:
            raise FormatError(
                self._path, TensorflowFault.TABLE_TOO_LARGE, f"unpacks to more than {MAX_TABLE_BYTES:,} bytes"
            )
        return unpacked

    def _varint(self, data: bytes, at: int) -> tuple[int, int]:
        value = 0
        for shift in range(0, 70, 7):
            if at >= len(data):
                break
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value, at
        raise FormatError(self._path, TensorflowFault.BLOCK_ENTRY, "has a number without an end in a block")


def unpack_snappy(data: bytes, limit: int) -> bytes:
    """Unpack a block that Snappy packed, within bounds. Source: google/snappy, format_description.txt.

    Raises:
        ValueError: the block is broken, or unpacks to more than ``limit`` bytes; its text is the end of a sentence.
    """
    size, at = _varint(data)
    if size > limit:
        raise ValueError(f"says that it unpacks to {size:,} bytes; at most {limit:,} are read")
    out = bytearray()
    end = len(data)
    while at < end:
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            at, length = _literal(data, at, tag)
            if at + length > end:
                raise ValueError("has a literal that reaches behind its end")
            out += data[at : at + length]
            at += length
        else:
            at, length, offset = _copy(data, at, tag)
            if not 0 < offset <= len(out):
                raise ValueError("copies from before its start")
            _repeat(out, offset, length)
        if len(out) > size:
            break
    if len(out) != size:
        raise ValueError(f"does not unpack to the {size:,} bytes that it says")
    return bytes(out)


def _varint(data: bytes) -> tuple[int, int]:
    value = 0
    for at, byte in enumerate(data[:5]):
        value |= (byte & 0x7F) << 7 * at
        if byte < 0x80:
            return value, at + 1
    raise ValueError("has no length")


def _literal(data: bytes, at: int, tag: int) -> tuple[int, int]:
    length = tag >> 2
    if length < 60:
        return at, length + 1
    width = length - 59
    return at + width, int.from_bytes(data[at : at + width], "little") + 1


def _copy(data: bytes, at: int, tag: int) -> tuple[int, int, int]:
    kind = tag & 3
    if kind == 1:
        return at + 1, (tag >> 2 & 7) + 4, (tag >> 5) << 8 | int.from_bytes(data[at : at + 1], "little")
    width = 2 if kind == 2 else 4
    return at + width, (tag >> 2) + 1, int.from_bytes(data[at : at + width], "little")


def _repeat(out: bytearray, offset: int, length: int) -> None:
    """Append ``length`` bytes from ``offset`` before the end; they may be those that this call appends."""
    start = len(out) - offset
    while length > 0:
        piece = out[start : start + min(length, len(out) - start)]
        out += piece
        length -= len(piece)
