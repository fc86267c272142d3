"""Blocks of a checkpoint's index, in a file whose footer is always whole."""

from __future__ import annotations

from seeds import tensorflow
from truename.formats.tensorflow.sstable import MAGIC
from truename.testing.tensorflow_files import footer

READER = "tensorflow"
_FOOTER = 48


def wrap(data: bytes) -> bytes:
    """A table whose first four bytes of ``data`` say where the index of its blocks lies."""
    offset, size = int.from_bytes(data[:2], "little"), int.from_bytes(data[2:4], "little")
    return data[4:] + footer(offset, size)


def seeds() -> dict[str, bytes]:
    """Tables without their footers, before each where its index lies; one is packed."""
    made = {}
    for name, data in tensorflow.seeds().items():
        if int.from_bytes(data[-8:], "little") != MAGIC:
            continue
        places, at = [], len(data) - _FOOTER
        for _ in range(4):
            value = shift = 0
            while True:
                byte = data[at]
                at += 1
                value |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    break
            places.append(value)
        made[name] = places[2].to_bytes(2, "little") + places[3].to_bytes(2, "little") + data[:-_FOOTER]
    plain = made["sliced"]
    index_at, size = int.from_bytes(plain[:2], "little"), int.from_bytes(plain[2:4], "little")
    index = plain[4 + index_at : 4 + index_at + size]
    literal = bytes([size]) + bytes([(size - 1) << 2]) + index if size <= 60 else b"\x04\x0cabcd"
    packed = plain[4 : 4 + index_at] + literal + b"\1" + bytes(4)
    made["packed"] = index_at.to_bytes(2, "little") + len(literal).to_bytes(2, "little") + packed
    return made
