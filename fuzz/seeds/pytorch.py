"""Checkpoints of PyTorch: zip and stream, plain and nested, with what loaders refuse."""

from __future__ import annotations

import pickles as p


def seeds() -> dict[str, bytes]:
    """Files by name."""
    nested = p.mapping({"model": p.mapping(p.WEIGHTS), "epoch": p.number(3)})
    unsafe = p.stream(p.mapping({"a": p.tensor("0", (2,)), "b": p.call("os.system", p.text("true"))}))
    return {
        "zip": p.SMALL,
        "deflated": p.archive(p.stream(nested), p.STORAGES, method=8),
        "stream": p.SMALL_LEGACY,
        "unsafe": p.archive(unsafe, {"0": 8}),
    }
