"""Protocol buffers by their wire format, without the schema's code: fields of a message, payloads skipped.

Source: the format's own description, "Encoding" at protobuf.dev. A library would build every message, the
gigabytes of weights among them; here a message is a range of the file, and only what is asked for is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import auto

import msgspec

from truename.errors import Fault, FormatError, UnsupportedFormatError
from truename.formats.views import Window

VARINT, FIXED64, LEN, FIXED32 = 0, 1, 2, 5
# A field with what is made of it costs up to two microseconds, so this is a second. Llama's decoder by PyTorch's
# exporter has 1,820 fields a layer: 145,000 of 80 layers, 229,000 of 126.
MAX_FIELDS = 500_000
TEXT_OF_FIELD = 64  # bytes of text that cost as much as a field: so all names of a file together have bounds too
MAX_TEXT = 65_536
_COUNTED = 1_024  # fields that are counted at a time
_LONGEST = 10  # bytes of a 64-bit varint
_HEAD = 2 * _LONGEST  # a tag and a length
_MASK = 2**64 - 1


class ProtobufFault(Fault):
    """How the wire format of protocol buffers can be wrong."""

    VARINT = auto()  # a variable-length number has no end
    FIELD_RANGE = auto()  # a payload reaches out of its message
    WIRE_TYPE = auto()  # a field has a wire type or a number that is not in use
    FIELD_KIND = auto()  # a field has another wire type than its schema says
    TEXT = auto()  # a name is too long or not UTF-8
    TOO_MANY_FIELDS = (
        auto()
    )  # there are more fields than are walked; a forest of decision trees has millions, one a number


class Field(msgspec.Struct, frozen=True, gc=False):
    """One field. ``value`` of a number; ``start`` and ``end`` of a payload in the file."""

    number: int
    wire: int
    value: int
    start: int
    end: int


class Wire:
    """Walks the messages of one file, and counts the fields that were walked.

    Attributes:
        path: the file.
        left: fields that may still be walked.
    """

    def __init__(self, window: Window, path: str, max_fields: int = MAX_FIELDS) -> None:
        self.path = path
        self._window = window
        self.left = self._counted = max_fields

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """The fields of the message at ``start`` to ``end``; payloads are skipped.

        Raises:
            FormatError: the bytes are no message.
        """
        around, varint = self._window.around, self._varint
        position = start
        data, base = b"", 0  # what is in memory, and where in the file it begins
        while position < end:
            self.left -= 1
            if self.left < self._counted:
                self._count()
            begin = position - base
            if begin + _HEAD > len(data):
                data, begin = around(position, min(_HEAD, end - position))
                base = position - begin
            limit = min(len(data), begin + end - position)
            tag = data[begin] if begin < limit else 0x80
            if tag < 0x80:  # the usual case: a field number below 16
                at = begin + 1
            else:
                tag, at = varint(data, begin, limit, position)
            number, wire = tag >> 3, tag & 7
            value, payload = 0, 0
            if wire == LEN or wire == VARINT:  # noqa: SIM109 - once for every field of a file
                value = data[at] if at < limit else 0x80
                if value < 0x80:
                    at += 1
                else:
                    value, at = varint(data, at, limit, position)
                payload = value if wire == LEN else 0
            elif wire in (FIXED64, FIXED32):
                payload = 8 if wire == FIXED64 else 4
            else:
                raise FormatError(
                    self.path,
                    ProtobufFault.WIRE_TYPE,
                    f"has wire type {wire} at byte {position}; this is no protocol buffer",
                )
            if not 0 < number < 2**29:
                raise FormatError(self.path, ProtobufFault.WIRE_TYPE, f"has field number {number} at byte {position}")
            first = position + at - begin
            position = first + payload
            if position > end:
                problem = f"says that a field at byte {first} has {payload:,} bytes, and its message ends before"
                raise FormatError(self.path, ProtobufFault.FIELD_RANGE, problem)
            yield Field(number, wire, value, first, position)

    def text(self, field: Field, limit: int = MAX_TEXT) -> str:
        """The payload of ``field`` as text.

        Raises:
            FormatError: it is no text, or longer than ``limit`` bytes.
        """
        self.left -= (field.end - field.start) // TEXT_OF_FIELD
        try:
            return str(self.payload(field, limit), "utf-8")
        except UnicodeDecodeError:
            raise FormatError(
                self.path, ProtobufFault.TEXT, f"has text at byte {field.start} that is not UTF-8"
            ) from None

    def payload(self, field: Field, limit: int = MAX_TEXT) -> bytes:
        """The payload of ``field``, at most ``limit`` bytes.

        Raises:
            FormatError: it is longer, or no payload.
        """
        if field.wire != LEN:
            self.expect(field, LEN)
        start, length = field.start, field.end - field.start
        if length > limit:
            raise FormatError(
                self.path,
                ProtobufFault.TEXT,
                f"has a name of {length:,} bytes at byte {start}; at most {limit:,} are read",
            )
        return self._whole(start, length)

    def number(self, field: Field) -> int:
        """The value of a varint as a signed 64-bit number."""
        self.expect(field, VARINT)
        return field.value - 2**64 if field.value >> 63 else field.value

    def numbers(self, field: Field, limit: int) -> list[int]:
        """Signed 64-bit numbers of a repeated field: one, or a packed run of at most ``limit``."""
        if field.wire == VARINT:
            return [self.number(field)]
        self.expect(field, LEN)
        length = field.end - field.start
        if length > limit * _LONGEST:
            raise UnsupportedFormatError(
                self.path, f"has a list of {length:,} bytes at byte {field.start}", ProtobufFault.TOO_MANY_FIELDS
            )
        data = self._whole(field.start, length)
        found = []
        at = 0
        while at < length:
            value, at = self._varint(data, at, length, field.start)
            found.append(value - 2**64 if value >> 63 else value)
        self.left -= len(found)  # those that are not packed are a field each
        if self.left < 0:
            raise self._too_many()
        return found

    def expect(self, field: Field, wire: int) -> None:
        """Refuse ``field`` unless it has this wire type."""
        if field.wire != wire:
            problem = f"has wire type {field.wire} for field {field.number} at byte {field.start}, not {wire}"
            raise FormatError(self.path, ProtobufFault.FIELD_KIND, problem)

    def _whole(self, start: int, length: int) -> bytes:
        data, at = self._window.around(start, length)
        found = data[at : at + length]
        if len(found) < length:
            raise FormatError(self.path, ProtobufFault.FIELD_RANGE, "became shorter while it was read")
        return found

    def _count(self) -> None:
        """Take steps of the model for the next fields, a thousand at a time."""
        if self.left < 0:
            raise self._too_many()
        steps = self._counted - max(0, min(self.left, self._counted - _COUNTED))
        self._counted -= steps
        self._window.blob.take_steps(steps)

    def _too_many(self) -> UnsupportedFormatError:
        return UnsupportedFormatError(
            self.path,
            "has more fields than truename walks, so its tensors are not known",
            ProtobufFault.TOO_MANY_FIELDS,
        )

    def _varint(self, data: bytes, at: int, limit: int, where: int) -> tuple[int, int]:
        value = shift = 0
        last = min(limit, at + _LONGEST)
        while at < last:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if value > _MASK:
                    raise FormatError(self.path, ProtobufFault.VARINT, f"has a number above 64 bits near byte {where}")
                return value, at
            shift += 7
        raise FormatError(self.path, ProtobufFault.VARINT, f"has a number without an end near byte {where}")
