"""Flax msgpack files: maps, lists, arrays of several dtypes, arrays in chunks, scalars and texts."""

from __future__ import annotations

import struct

from truename.testing.flax_files import array, mapping, text


def seeds() -> dict[str, bytes]:
    """Files by name."""
    kernel = array("float32", (2, 3))
    chunks = mapping(
        {
            "__msgpack_chunked_array__": b"\xc3",
            "shape": mapping({"0": b"\x04"}),
            "chunks": mapping({"0": array("float16", (2,)), "1": array("float16", (2,))}),
        }
    )
    layer = mapping({"kernel": kernel, "bias": array("bfloat16", (3,)), "scale": array("int8", ())})
    leaves = {"step": b"\x05", "name": text("x"), "list": b"\x92\x01" + kernel, "none": b"\xc0", "raw": b"\xc4\x01x"}
    numbers = {"float": b"\xcb" + struct.pack(">d", 1.0), "negative": b"\xff", "long": b"\xd3" + bytes(8)}
    return {
        "tree": mapping({"params": mapping({"dense": layer, "up": layer})}),
        "leaves": mapping(leaves | numbers),
        "chunks": mapping({"big": chunks}),
        "short": b"\x81\xa1a" + kernel,
    }
