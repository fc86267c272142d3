"""GGUF files of both byte orders, with every kind of value, arrays short and long, and tensors of several types."""

from __future__ import annotations

from truename.testing import gguf_bytes

_TENSORS = {"a.weight": ("F32", (2, 4)), "blk.0.b": ("Q4_K", (1, 256)), "c": ("F16", ()), "d": ("Q8_0", (2, 32))}
_METADATA = {
    "general.architecture": "llama", "general.alignment": 32, "llama.block_count": 1, "yes": True, "share": 0.5,
    "tags": ["a", "b"], "tokens": ["abc"] * 40, "numbers": [1, 2, 3], "many": [1] * 300, "long": "x" * 1100,
}  # fmt: skip


def seeds() -> dict[str, bytes]:
    """Files by name."""
    made = {}
    for name, order, version, metadata in (
        ("plain", "<", 3, _METADATA),
        ("old", "<", 2, {"a": 1}),
        ("big", ">", 3, _METADATA),
        ("empty", "<", 3, {}),
    ):
        header, hole = gguf_bytes(_TENSORS if name != "empty" else {}, metadata, version=version, byte_order=order)
        made[name] = header + bytes(hole)
    return made
