"""Read the header of a GGUF file: metadata and tensor entries, never a byte of a tensor.

Layout: magic, version, number of tensors, number of keys; the keys with their values; the tensors' entries; padding;
data. Values may be arrays of hundreds of thousands of strings (the vocabulary): those are stepped over, not built.
Specification: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
"""

from __future__ import annotations

import json
import math
import re
import struct
from functools import cache
from typing import Any

from truename.blob import Blob
from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.gguf import GgufFault
from truename.formats.gguf.ggml_types import GGML_TYPES
from truename.formats.header import Tensor, WeightsHeader
from truename.formats.views import Window

MAX_KEYS = 8_192
MAX_TENSORS = 65_536
MAX_KEY_BYTES = 1_024  # the format allows 65,535; real keys have some tens
MAX_NAME_BYTES = 512  # ggml allows 63, or 127 where it is built for image models
MAX_RANK = 4
MAX_STRINGS = 2_000_000  # of all arrays; the largest vocabulary and its merges have less than a million
KEPT_TEXT = 1_024  # bytes; longer strings (chat templates, licences) are stepped over
KEPT_ITEMS = 256  # of an array of numbers: one a layer
KEPT_STRINGS = 32  # of an array of strings: tags, languages
DEFAULT_ALIGNMENT = 32

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_LEAST_KEY = 13  # bytes: a length, a type, one byte of value
_LEAST_TENSOR = 24  # bytes: two lengths, a type, an offset
_STRING, _ARRAY, _BOOL = 8, 9, 7
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "B", 10: "Q", 11: "q", 12: "d"}
_TYPE_WORDS = {
    0: "uint8", 1: "int8", 2: "uint16", 3: "int16", 4: "uint32", 5: "int32", 6: "float32", 7: "bool", 8: "string",
    9: "array", 10: "uint64", 11: "int64", 12: "float64",
}  # fmt: skip
_MAX_COUNT = 2**63 - 1  # ggml counts in int64_t
_STEPS = 4  # what a key or a tensor costs
_OF_STEP = 32  # strings that are stepped over and cost as much as a step
_RUN, _SHORT = 64, 40  # strings that are stepped over at a time, where all are shorter than so many bytes
_MANY = 20_000  # strings for which the pattern is worth being made
_LARGE = 1 << 18  # bytes of strings that are in memory at a time


def read_gguf(blob: Blob) -> WeightsHeader:
    """Read and validate the header of one GGUF file, version 2 or 3, of either byte order.

    Shapes are in the order of the frameworks (outputs first), the reverse of the file's. Metadata is kept as text:
    numbers as they are, short arrays as JSON, of long ones and of long strings only their length
    (``<array of 128256 string>``). ``GGUF.version`` and ``GGUF.byte_order`` are added.

    Raises:
        FormatError: the file breaks the format; its code says how.
    """
    return _Reader(blob).header()


class _Reader:
    """One reading of one file."""

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._path = blob.path
        self._strings_left = MAX_STRINGS
        self._alignment = DEFAULT_ALIGNMENT

    def header(self) -> WeightsHeader:
        """The whole header."""
        version, byte_order = self._start()
        at = self._cursor = _Cursor(self._blob, 8, byte_order)
        tensors, keys = at.unpack("QQ")
        self._check_count("tensors", tensors, MAX_TENSORS, _LEAST_TENSOR)
        self._check_count("keys", keys, MAX_KEYS, _LEAST_KEY)
        self._blob.take_steps(_STEPS * (keys + tensors))
        metadata = {"GGUF.version": str(version), "GGUF.byte_order": "little" if byte_order == "<" else "big"}
        for number in range(keys):
            self._key_and_value(number, metadata)
        entries = self._tensors(tensors)
        return WeightsHeader("gguf", (self._path,), entries, {}, metadata, self._blob.bytes_read)

    def _start(self) -> tuple[int, str]:
        """The version and the byte order, which only shows in the version."""
        start = self._blob.read(0, 8)
        if start[:4] != _MAGIC:
            raise FormatError(self._path, GgufFault.MAGIC, "does not start with GGUF; this is no GGUF file")
        if len(start) < 8:
            raise FormatError(self._path, GgufFault.TRUNCATED, "ends within its header; is it cut off?")
        little, big = int.from_bytes(start[4:], "little"), int.from_bytes(start[4:], "big")
        if little in _VERSIONS:
            return little, "<"
        if big in _VERSIONS:
            return big, ">"
        raise UnsupportedFormatError(
            self._path, f"is GGUF of version {min(little, big)}; 2 and 3 are read", GgufFault.VERSION
        )

    def _check_count(self, what: str, count: int, most: int, least_bytes: int) -> None:
        if count > most:
            raise FormatError(
                self._path, GgufFault.COUNT, f"says that it has {count:,} {what}; at most {most:,} are read"
            )
        if count * least_bytes > self._blob.size:
            problem = f"says that it has {count:,} {what}, more than its {self._blob.size:,} bytes can hold"
            raise FormatError(self._path, GgufFault.COUNT, problem)

    def _key_and_value(self, number: int, metadata: dict[str, str]) -> None:
        at = self._cursor
        (length,) = at.unpack("Q")
        if not 0 < length <= MAX_KEY_BYTES:
            problem = f"has a name of {length:,} bytes; from 1 to {MAX_KEY_BYTES:,} are read"
            raise FormatError(self._path, GgufFault.KEY_NAME, problem, part=("key", f"number {number}"))
        try:
            key = at.take(length).decode()
        except UnicodeDecodeError:
            raise FormatError(
                self._path, GgufFault.KEY_NAME, "has a name that is not UTF-8", part=("key", f"number {number}")
            ) from None
        if key in metadata:
            raise FormatError(self._path, GgufFault.DUPLICATE_KEY, "appears twice", part=("key", key))
        (kind,) = at.unpack("I")
        metadata[key] = self._value(key, kind)
        if key == "general.alignment":
            self._set_alignment(key, kind, metadata[key])

    def _value(self, key: str, kind: int) -> str:
        """A value as text; the cursor then stands behind it."""
        if kind == _STRING:
            return self._string(key)
        if kind == _ARRAY:
            return self._array(key)
        if kind not in _SCALARS:
            raise FormatError(
                self._path,
                GgufFault.VALUE_TYPE,
                f"has a value of type {kind}; the format knows 0 to 12",
                part=("key", key),
            )
        (value,) = self._cursor.unpack(_SCALARS[kind])
        return _text(value, kind)

    def _string(self, key: str) -> str:
        at = self._cursor
        (length,) = at.unpack("Q")
        if length > at.left:
            problem = f"has a string of {length:,} bytes, and {at.left:,} are left; is the file cut off?"
            raise FormatError(self._path, GgufFault.STRING_LENGTH, problem, part=("key", key))
        if length > KEPT_TEXT:
            at.skip(length)
            return f"<string of {length} bytes>"
        return at.take(length).decode("utf-8", "replace")

    def _array(self, key: str) -> str:
        at = self._cursor
        kind, count = at.unpack("IQ")
        if kind == _ARRAY:
            raise FormatError(
                self._path,
                GgufFault.NESTED_ARRAY,
                "is an array of arrays, which ggml does not read either",
                part=("key", key),
            )
        if kind != _STRING and kind not in _SCALARS:
            raise FormatError(
                self._path,
                GgufFault.VALUE_TYPE,
                f"is an array of type {kind}; the format knows 0 to 12",
                part=("key", key),
            )
        width = 8 if kind == _STRING else struct.calcsize("<" + _SCALARS[kind])
        if count * width > at.left:
            problem = f"has {count:,} items, more than the {at.left:,} bytes that are left can hold"
            raise FormatError(self._path, GgufFault.ARRAY_LENGTH, problem, part=("key", key))
        if kind == _STRING:
            return self._strings(key, count)
        if count <= KEPT_ITEMS:
            values = at.unpack(f"{count}{_SCALARS[kind]}")
            return "[" + ", ".join(_text(value, kind) for value in values) + "]"
        at.skip(count * width)
        return f"<array of {count} {_TYPE_WORDS[kind]}>"

    def _strings(self, key: str, count: int) -> str:
        self._strings_left -= count
        if self._strings_left < 0:
            problem = f"has {count:,} strings; at most {MAX_STRINGS:,} are stepped over in one file"
            raise FormatError(self._path, GgufFault.ARRAY_LENGTH, problem, part=("key", key))
        self._blob.take_steps(count // _OF_STEP)
        if count <= KEPT_STRINGS:
            return json.dumps([self._string(key) for _ in range(count)], ensure_ascii=False)
        if not self._cursor.skip_strings(count):
            problem = "has a string that is longer than what is left; is the file cut off?"
            raise FormatError(self._path, GgufFault.STRING_LENGTH, problem, part=("key", key))
        return f"<array of {count} string>"

    def _set_alignment(self, key: str, kind: int, text: str) -> None:
        value = int(text) if kind == 4 else 0
        if value <= 0 or value & (value - 1):
            found = text if kind == 4 else f"{text} ({_TYPE_WORDS[kind]})"
            raise FormatError(
                self._path,
                GgufFault.ALIGNMENT,
                f"is {found[:40]}; it must be a power of two (uint32)",
                part=("key", key),
            )
        self._alignment = value

    def _tensors(self, count: int) -> dict[str, Tensor]:
        """The tensors, checked one by one and against each other."""
        entries: list[tuple[str, Tensor, int]] = []
        seen: set[str] = set()
        for number in range(count):
            entry = self._tensor(number)
            if entry[0] in seen:
                raise FormatError(self._path, GgufFault.DUPLICATE_TENSOR, "appears twice", part=("tensor", entry[0]))
            seen.add(entry[0])
            entries.append(entry)
        self._check_places(entries)
        return {name: tensor for name, tensor, _ in entries}

    def _tensor(self, number: int) -> tuple[str, Tensor, int]:
        at = self._cursor
        (length,) = at.unpack("Q")
        if not 0 < length <= MAX_NAME_BYTES:
            problem = f"has a name of {length:,} bytes; from 1 to {MAX_NAME_BYTES} are read"
            raise FormatError(self._path, GgufFault.TENSOR_NAME, problem, part=("tensor", f"number {number}"))
        try:
            name = at.take(length).decode()
        except UnicodeDecodeError:
            raise FormatError(
                self._path, GgufFault.TENSOR_NAME, "has a name that is not UTF-8", part=("tensor", f"number {number}")
            ) from None
        (rank,) = at.unpack("I")
        if rank > MAX_RANK:
            raise FormatError(
                self._path,
                GgufFault.RANK,
                f"has {rank:,} dimensions; ggml has at most {MAX_RANK}",
                part=("tensor", name),
            )
        *sizes, kind, offset = at.unpack(f"{rank}QIQ")
        return name, self._described(name, tuple(reversed(sizes)), kind), offset

    def _described(self, name: str, shape: tuple[int, ...], kind: int) -> Tensor:
        stored = GGML_TYPES.get(kind)
        if stored is None:
            raise UnsupportedFormatError(
                self._path,
                f"is of ggml type {kind}, which truename does not know yet",
                GgufFault.TENSOR_TYPE,
                part=("tensor", name),
            )
        elements = math.prod(shape)
        if math.prod(filter(None, shape)) > _MAX_COUNT or elements // stored.block * stored.size > _MAX_COUNT:
            raise FormatError(
                self._path, GgufFault.SHAPE_OVERFLOW, "has more elements than 63 bits can count", part=("tensor", name)
            )
        row = shape[-1] if shape else 1
        if row % stored.block:
            problem = f"has rows of {row:,} elements, no whole number of {stored.name}'s blocks of {stored.block}"
            raise FormatError(self._path, GgufFault.BLOCK, problem, part=("tensor", name))
        return Tensor(stored.name, shape, elements // stored.block * stored.size)

    def _check_places(self, entries: list[tuple[str, Tensor, int]]) -> None:
        """Every tensor lies on the alignment, inside the file, and on no other."""
        start = -(-self._cursor.position // self._alignment) * self._alignment
        end_of_last, last = 0, ""
        for name, tensor, offset in sorted(entries, key=lambda entry: (entry[2], entry[1].stored_bytes)):
            size = tensor.stored_bytes or 0
            if offset % self._alignment:
                problem = f"starts at byte {offset:,} of the data, no multiple of the alignment ({self._alignment})"
                raise FormatError(self._path, GgufFault.OFFSET_ALIGNMENT, problem, part=("tensor", name))
            if start + offset + size > self._blob.size:
                problem = f"ends at byte {start + offset + size:,}, and the file has {self._blob.size:,}"
                raise FormatError(
                    self._path, GgufFault.OFFSET_RANGE, f"{problem}; is it cut off?", part=("tensor", name)
                )
            if offset < end_of_last and size:
                raise FormatError(
                    self._path, GgufFault.OVERLAP, f"tensors {last[:120]!r} and {name[:120]!r} share bytes"
                )
            end_of_last, last = max(end_of_last, offset + size), name


@cache
def _run_of_strings(byte_order: str) -> re.Pattern[bytes]:
    """So many short strings behind one another: the engine of patterns steps over them twice as fast as a loop."""
    lengths = (re.escape(struct.pack(byte_order + "Q", length)) + b".{%d}" % length for length in range(_SHORT))
    return re.compile(b"(?:" + b"|".join(lengths) + b"){%d}+" % _RUN, re.DOTALL)


class _Cursor:
    """A position in the header that only moves on: numbers, bytes, and strings that are stepped over.

    Attributes:
        position: bytes from the start of the file.
    """

    def __init__(self, blob: Blob, position: int, byte_order: str) -> None:
        self.position = position
        self._blob = blob
        self._order = byte_order
        self._window = Window(blob)
        self._formats: dict[str, struct.Struct] = {}

    @property
    def left(self) -> int:
        """Bytes from here to the end of the file."""
        return self._blob.size - self.position

    def unpack(self, form: str) -> tuple[Any, ...]:
        """Numbers in ``struct``'s words, in the file's byte order, without padding. The caller bounds their count."""
        known = self._formats.get(form)
        if known is None:
            known = self._formats[form] = struct.Struct(self._order + form)
        data, begin = self._window.around(self.position, known.size)
        if len(data) - begin < known.size:
            raise self._cut()
        self.position += known.size
        return known.unpack_from(data, begin)

    def take(self, length: int) -> bytes:
        """The next bytes. The caller bounds ``length``."""
        data = self._window.read(self.position, length)
        if len(data) < length:
            raise self._cut()
        self.position += length
        return data

    def skip(self, length: int) -> None:
        """Step over bytes without reading them. The caller has checked that so many are left."""
        self.position += length

    def skip_strings(self, count: int) -> bool:
        """Step over so many strings, each a length of 64 bits and its bytes; False where one leaves the file.

        Only lengths are looked at. A stretch of the file is in memory at a time, never more than is known to be
        strings and what ``Window`` reads ahead.
        """
        length_at = struct.Struct(self._order + "Q").unpack_from
        run = _run_of_strings(self._order) if count >= _MANY else None
        while count:
            data, begin = self._window.around(self.position, min(8 * count, _LARGE))
            at, last = begin, len(data) - 8
            while at <= last and count:
                while run is not None and count >= _RUN and (found := run.match(data, at)) is not None:
                    at = found.end()
                    count -= _RUN
                for _ in range(min(_RUN, count)):
                    if at > last:
                        break
                    at += length_at(data, at)[0] + 8
                    count -= 1
            if at == begin:
                raise self._cut()
            self.position += at - begin
            if self.left < 8 * count or self.left < 0:
                return False
        return True

    def _cut(self) -> FormatError:
        return FormatError(self._blob.path, GgufFault.TRUNCATED, "ends within its header; is it cut off?")


def _text(value: float, kind: int) -> str:
    if kind == _BOOL:
        return "true" if value else "false"
    return f"{value:.7g}" if kind in (6, 12) else str(value)
