"""HDF5 files whose superblock is always whole: what the fuzzer changes lies behind it."""

from __future__ import annotations

from seeds import keras

READER = "keras"
_SUPERBLOCK = 96


def wrap(data: bytes) -> bytes:
    """A file of version 0 whose first eight bytes of ``data`` say where its root lies."""
    end = (_SUPERBLOCK + max(0, len(data) - 8)).to_bytes(8, "little")
    root = (int.from_bytes(data[:8], "little") % 2**16).to_bytes(8, "little")
    head = b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0\4\0\x10\0" + bytes(12) + b"\xff" * 8 + end + b"\xff" * 8
    return head + bytes(8) + root + bytes(24) + data[8:]


def seeds() -> dict[str, bytes]:
    """What lies behind the superblock, and before it where the root is."""
    files = {name: data for name, data in keras.seeds().items() if data[:9] == b"\x89HDF\r\n\x1a\n\0"}
    return {name: data[64:72] + data[_SUPERBLOCK:] for name, data in files.items()}
