"""Unpack a block that Snappy packed, within bounds. Source: google/snappy, format_description.txt."""

from __future__ import annotations


def unpack_snappy(data: bytes, limit: int) -> bytes:
    """The unpacked block.

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
