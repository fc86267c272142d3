"""safetensors files whose first eight bytes always say how long the header is."""

from __future__ import annotations

import json


def wrap(data: bytes) -> bytes:
    """A file of the header ``data`` up to its first zero, and of the rest as its tensors' bytes.

    Data that begins with a zero is the file itself, length and all.
    """
    if data[:1] == b"\0":
        return data[1:]
    header, _, body = data.partition(b"\0")
    return len(header).to_bytes(8, "little") + header + body


def _header(entries: dict[str, object]) -> bytes:
    return json.dumps(entries, separators=(",", ":")).encode()


def seeds() -> dict[str, bytes]:
    """Headers as the common writers make them, and those that take a closer look."""
    one = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}
    two = {"dtype": "BF16", "shape": [], "data_offsets": [24, 26]}
    half = {"dtype": "F4", "shape": [4], "data_offsets": [26, 28]}
    plain = _header({"__metadata__": {"format": "pt"}, "a.weight": one, "a.bias": two}) + b"\0" + bytes(26)
    return {
        "plain": plain,
        "unordered": _header({"b": two, "a": one, "\u00e9\n": half}) + b"\0" + bytes(28),
        "metadata_last": _header({"a": one, "__metadata__": {"a": "}", "b": '"'}}) + b"  \0" + bytes(24),
        "empty": _header({}),
        "whole": b"\0" + (2).to_bytes(8, "little") + b"{}",
    }
