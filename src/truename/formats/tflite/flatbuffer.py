"""FlatBuffers by their layout, without the schema's code: tables, vectors and strings at checked places.

Source: "FlatBuffers internals" at flatbuffers.dev. References to tables and vectors lead forward only, as every writer
makes them and the format's own verifier demands; so nothing can hold itself.
"""

from __future__ import annotations

from truename.blob import Blob
from truename.errors import FormatError
from truename.formats.tflite import FlatBufferFault
from truename.formats.views import Pages

MAX_READS = 6_000_000
_COUNTED, _OF_STEP = 4_096, 4  # reads that are counted at a time, and those that cost as much as a step
MAX_STRING = 65_536
_MAX_FIELDS = 4_096  # bytes of a list of fields


class FlatBuffer:
    """One file; hands out tables and counts what was read."""

    def __init__(self, blob: Blob) -> None:
        self.path = blob.path
        self.size = blob.size
        self._pages = Pages(blob)
        self._blob = blob
        self._reads = 0

    def root(self) -> Table:
        """The root table."""
        return Table(self, self.reference(0))

    def number(self, at: int, width: int) -> int:
        """``width`` bytes at ``at`` as a little-endian number.

        Raises:
            FormatError: they do not lie in the file.
        """
        return int.from_bytes(self.bytes(at, width), "little")

    def bytes(self, at: int, length: int) -> bytes:
        """``length`` bytes at ``at``; the caller bounds ``length``."""
        self._reads += 1
        if self._reads % _COUNTED == 0:
            self._blob.take_steps(_COUNTED // _OF_STEP)
        if self._reads > MAX_READS:
            raise FormatError(
                self.path, FlatBufferFault.TOO_MANY_READS, "has more parts than any real file of its kind"
            )
        if at < 0 or at + length > self.size:
            raise FormatError(self.path, FlatBufferFault.OFFSET, f"refers to byte {at:,}, and has {self.size:,}")
        data = self._pages.read(at, length)
        if len(data) < length:
            raise FormatError(self.path, FlatBufferFault.OFFSET, "became shorter while it was read")
        return data

    def reference(self, at: int) -> int:
        """Where the reference at ``at`` leads: forward, into the file."""
        offset = self.number(at, 4)
        if offset < 4 or at + offset + 4 > self.size:
            raise FormatError(
                self.path,
                FlatBufferFault.OFFSET,
                f"has at byte {at:,} a reference to byte {at + offset:,}, where nothing can be",
            )
        return at + offset


class Table:
    """One table: its fields by their number in the schema, absent ones as their defaults."""

    def __init__(self, buffer: FlatBuffer, at: int) -> None:
        self._buffer = buffer
        self._at = at
        places = at - int.from_bytes(buffer.bytes(at, 4), "little", signed=True)
        if places == at:
            raise FormatError(
                buffer.path, FlatBufferFault.TABLE_LAYOUT, f"has a table at byte {at:,} whose list of fields is itself"
            )
        size, self._table_size = buffer.number(places, 2), buffer.number(places + 2, 2)
        if size < 4 or size % 2 or size > _MAX_FIELDS or self._table_size < 4 or at + self._table_size > buffer.size:
            raise FormatError(
                buffer.path,
                FlatBufferFault.TABLE_LAYOUT,
                f"has a table at byte {at:,} with a list of fields that cannot be",
            )
        self._places = buffer.bytes(places, size)

    def number(self, field: int, width: int, default: int = 0, signed: bool = False) -> int:
        """A number of ``width`` bytes."""
        at = self._place(field, width)
        return default if at is None else int.from_bytes(self._buffer.bytes(at, width), "little", signed=signed)

    def text(self, field: int) -> str:
        """A string, empty where there is none; bytes that are no UTF-8 are replaced, as the format does not check them.

        Raises:
            FormatError: it is longer than any real one.
        """
        vector = self.vector(field, 1, MAX_STRING)
        return vector.whole().decode("utf-8", "replace") if vector is not None else ""

    def table(self, field: int) -> Table | None:
        """A table below this one."""
        at = self._place(field, 4)
        return None if at is None else Table(self._buffer, self._buffer.reference(at))

    def vector(self, field: int, width: int, limit: int) -> Vector | None:
        """A vector of elements of ``width`` bytes.

        Raises:
            FormatError: it has more than ``limit`` elements, or is longer than the file.
        """
        at = self._place(field, 4)
        return None if at is None else Vector(self._buffer, self._buffer.reference(at), width, limit)

    def length(self, field: int) -> int:
        """How many bytes a vector of bytes has, without a look at them; it must lie in the file."""
        at = self._place(field, 4)
        if at is None:
            return 0
        start = self._buffer.reference(at)
        count = self._buffer.number(start, 4)
        if start + 4 + count > self._buffer.size:
            raise FormatError(
                self._buffer.path,
                FlatBufferFault.VECTOR,
                f"has a vector of {count:,} bytes that reaches out of the file",
            )
        return count

    def _place(self, field: int, width: int) -> int | None:
        at = 4 + 2 * field
        offset = int.from_bytes(self._places[at : at + 2], "little")
        if offset == 0:
            return None
        if offset < 4 or offset + width > self._table_size:
            raise FormatError(
                self._buffer.path,
                FlatBufferFault.TABLE_LAYOUT,
                f"has a table at byte {self._at:,} with a field outside of it",
            )
        return self._at + offset


class Vector:
    """One vector: its elements by number."""

    def __init__(self, buffer: FlatBuffer, at: int, width: int, limit: int) -> None:
        self._buffer = buffer
        self._start = at + 4
        self._width = width
        self.count = buffer.number(at, 4)
        if self.count > limit:
            raise FormatError(
                buffer.path,
                FlatBufferFault.VECTOR,
                f"has a vector of {self.count:,} elements; at most {limit:,} are read",
            )
        if self._start + self.count * width > buffer.size:
            raise FormatError(
                buffer.path,
                FlatBufferFault.VECTOR,
                f"has a vector of {self.count:,} elements that reaches out of the file",
            )

    def whole(self) -> bytes:
        """All bytes of the vector; ``limit`` bounds them."""
        return self._buffer.bytes(self._start, self.count * self._width)

    def numbers(self, signed: bool = True) -> tuple[int, ...]:
        """All elements as numbers."""
        data, width = self.whole(), self._width
        return tuple(
            int.from_bytes(data[at : at + width], "little", signed=signed) for at in range(0, len(data), width)
        )

    def table(self, number: int) -> Table:
        """The table that an element refers to."""
        return Table(self._buffer, self._buffer.reference(self._start + number * self._width))
