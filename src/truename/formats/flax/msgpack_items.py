"""msgpack, one item head at a time: what comes next, and how long it is. Bodies are read or stepped over by the caller.

Specification: https://github.com/msgpack/msgpack/blob/master/spec.md
"""

from __future__ import annotations

import struct
from enum import StrEnum
from typing import NamedTuple

from truename.blob import Blob
from truename.errors import FormatError
from truename.formats.flax import FlaxFault
from truename.formats.views import Window

_COUNTED, _STEPS = 1_024, 2  # items that are counted at a time, and what each costs with what is made of it
_LONGEST_HEAD = 9  # a type byte and a number of 64 bits


class Form(StrEnum):
    """The forms of an item. Of the first five a body follows."""

    TEXT = "text"
    BYTES = "bytes"
    EXTENSION = "extension"
    MAP = "map"
    ARRAY = "array"
    SCALAR = "scalar"  # nil, bool, integer, float


class Item(NamedTuple):
    """The head of an item; the cursor stands behind it, at its body."""

    form: Form
    length: int = 0  # bytes of the body; items of an array, pairs of a map
    code: int = 0  # of an extension
    value: object = None  # of a scalar


# type byte -> form, struct's word of the length
_SIZED = {
    0xC4: (Form.BYTES, "B"), 0xC5: (Form.BYTES, "H"), 0xC6: (Form.BYTES, "I"),
    0xD9: (Form.TEXT, "B"), 0xDA: (Form.TEXT, "H"), 0xDB: (Form.TEXT, "I"),
    0xDC: (Form.ARRAY, "H"), 0xDD: (Form.ARRAY, "I"), 0xDE: (Form.MAP, "H"), 0xDF: (Form.MAP, "I"),
    0xC7: (Form.EXTENSION, "B"), 0xC8: (Form.EXTENSION, "H"), 0xC9: (Form.EXTENSION, "I"),
}  # fmt: skip
_FIXED_EXTENSIONS = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_NUMBERS = {
    0xCA: "f", 0xCB: "d", 0xCC: "B", 0xCD: "H", 0xCE: "I", 0xCF: "Q", 0xD0: "b", 0xD1: "h", 0xD2: "i", 0xD3: "q",
}  # fmt: skip
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}
_STRUCTS = {word: struct.Struct(">" + word) for word in "BHIQbhiqfd"}


class Items:
    """Reads items on from a position; nothing is read of what is skipped.

    Attributes:
        position: bytes from the start of the file.
    """

    def __init__(self, blob: Blob) -> None:
        self.position = 0
        self._blob = blob
        self._window = Window(blob)
        self._uncounted = 0

    @property
    def left(self) -> int:
        """Bytes from here to the end of the file; below zero where a skipped body leaves it."""
        return self._blob.size - self.position

    def head(self) -> Item:
        """The head of the next item.

        Raises:
            FormatError: the file ends within it; or it starts with the one byte that starts nothing.
        """
        self._uncounted += 1
        if self._uncounted == _COUNTED:
            self._uncounted = 0
            self._blob.take_steps(_STEPS * _COUNTED)
        data, begin = self._window.around(self.position, min(_LONGEST_HEAD, max(0, self.left)))
        if begin >= len(data) or self.left <= 0:
            raise self._cut()
        first = data[begin]
        self.position += 1
        if first < 0x80 or first >= 0xE0:
            return Item(Form.SCALAR, value=first if first < 0x80 else first - 256)
        if first < 0xC0:
            return _short(first)
        if first in _CONSTANTS:
            return Item(Form.SCALAR, value=_CONSTANTS[first])
        if first in _NUMBERS:
            return Item(Form.SCALAR, value=self._number(_NUMBERS[first], data, begin + 1))
        if first in _FIXED_EXTENSIONS:
            return Item(Form.EXTENSION, _FIXED_EXTENSIONS[first], int(self._number("B", data, begin + 1)))
        if first not in _SIZED:
            raise FormatError(
                self._blob.path, FlaxFault.RESERVED_BYTE, f"byte {self.position - 1:,} is 0xc1, which starts no item"
            )
        form, word = _SIZED[first]
        length = int(self._number(word, data, begin + 1))
        if form is not Form.EXTENSION:
            return Item(form, length)
        return Item(form, length, int(self._number("B", data, begin + 1 + _STRUCTS[word].size)))

    def take(self, length: int) -> bytes:
        """The next bytes. The caller bounds ``length``.

        Raises:
            FormatError: the file ends before.
        """
        if length > self.left:
            raise self._cut()
        data = self._window.read(self.position, length)
        if len(data) < length:
            raise self._cut()
        self.position += length
        return data

    def skip(self, length: int) -> None:
        """Step over bytes.

        Raises:
            FormatError: the file ends before.
        """
        if length > self.left:
            raise self._cut()
        self.position += length

    def _number(self, word: str, data: bytes, begin: int) -> float:
        form = _STRUCTS[word]
        if len(data) - begin < form.size:
            raise self._cut()
        self.position += form.size
        value: float = form.unpack_from(data, begin)[0]
        return value

    def _cut(self) -> FormatError:
        return FormatError(self._blob.path, FlaxFault.TRUNCATED, "ends within an item; is it cut off?")


def _short(first: int) -> Item:
    """Items whose length is part of the type byte."""
    if first < 0x90:
        return Item(Form.MAP, first & 0x0F)
    if first < 0xA0:
        return Item(Form.ARRAY, first & 0x0F)
    return Item(Form.TEXT, first & 0x1F)
