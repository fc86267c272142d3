"""Which format a weights file really is: its first bytes decide, its suffix is only a hint.

One line a format: ``SIGNATURES`` for fixed bytes, ``PROBES`` for formats that have none. A zip is told by the name of
its first entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from truename.blob import Blob

_ONNX_FIELDS = (b"\x12", b"\x1a", b"\x22", b"\x28", b"\x32", b"\x3a", b"\x42")  # producer, domain, graph, operator set
HEAD_BYTES = 512  # a tar's magic stands at byte 257
_FEW = 9  # a length of eight bytes and a brace show safetensors

# (format, offset, bytes): the format's own magic
SIGNATURES: tuple[tuple[str, int, bytes], ...] = (
    ("gguf", 0, b"GGUF"),
    ("keras", 0, b"\x89HDF\r\n\x1a\n"),
    ("tflite", 4, b"TFL3"),
    ("numpy", 0, b"\x93NUMPY"),  # one array
    ("tar", 0, b"\x1f\x8b"),  # compressed ones
    ("tar", 0, b"BZh"),
    ("tar", 0, b"\xfd7zXZ\0"),
    ("tar", 0, b"\x28\xb5\x2f\xfd"),
    ("tar", 257, b"ustar"),
)


# A pickle that is compressed as a whole has no signature of its own: its name tells it from any other archive.
_PICKLE_NAME = re.compile(r".+\.(?:pkl|pickle|joblib|dill)(?:\.(?:gz|gzip|z|bz2|lzma|xz|lz4|zst))?", re.IGNORECASE)
_COMPRESSED = (b"\x1f\x8b", b"BZ", b"\xfd7zXZ", b"\x5d\0", b"x", b"\x04\x22\x4d\x18", b"\x28\xb5\x2f\xfd", b"ZF")


def _safetensors(head: bytes) -> bool:
    """A length that is no more than the format allows, and an object behind it."""
    return head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= 100_000_000


def _pickle(head: bytes) -> bool:
    """A PROTO opcode with a protocol that exists, as PyTorch's writers begin every stream."""
    return head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")


def _saved_model(head: bytes) -> bool:
    """``schema_version`` 1 and a meta graph, as every SavedModel begins."""
    return head[:3] == b"\x08\x01\x12"


def _onnx(head: bytes) -> bool:
    """``ir_version`` of 3 or more, and behind it a field that a model has."""
    return head[:1] == b"\x08" and 3 <= int.from_bytes(head[1:2], "little") < 32 and head[2:3] in _ONNX_FIELDS


# (format, what its first bytes must be like): tried in order, after the signatures
PROBES: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("pytorch", _pickle),
    ("tensorflow", _saved_model),
    ("onnx", _onnx),
)

# (format, how the name of a zip's first entry ends)
ZIP_ENTRIES: tuple[tuple[str, str], ...] = (
    ("pytorch", "/data.pkl"),
    ("numpy", ".npy"),
    ("keras", "metadata.json"),
    ("keras", "config.json"),
    ("keras", "model.weights.h5"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def detect(blob: Blob, hint: str | None = None) -> str | None:
    """The format that the first bytes of a file show.

    Args:
        blob: the file; at most ``HEAD_BYTES`` of it are read.
        hint: the format that its suffix suggests, which decides where the bytes do not.

    Returns:
        A key of ``READERS``, or ``hint`` where no format claims these bytes.
    """
    return look(blob)[0] or hint


def look(blob: Blob) -> tuple[str | None, bytes]:
    """The format that the first bytes show, None where no format claims them; and the bytes that were read for it."""
    head = blob.read(0, _FEW)
    if _safetensors(head):  # by far the most: not a byte of its data is touched to find that out
        return "safetensors", head
    head += blob.read(_FEW, HEAD_BYTES - _FEW)
    if head[:4] in _ZIP:
        return _zip_format(head), head
    if head.startswith(_COMPRESSED) and _PICKLE_NAME.fullmatch(blob.path):
        return "pytorch", head
    for format, offset, magic in SIGNATURES:
        if head.startswith(magic, offset):
            return format, head
    return next((format for format, fits in PROBES if fits(head)), None), head


def _zip_format(head: bytes) -> str | None:
    """What the first entry of a zip is called decides."""
    length = int.from_bytes(head[26:28], "little")
    name = head[30 : 30 + length].decode("utf-8", "replace")
    return next((format for format, end in ZIP_ENTRIES if name.endswith(end)), None)
