"""Archives of NumPy: stored and deflated, headers of versions 1 to 3, arrays of no numbers; and one array alone."""

from __future__ import annotations

from arrays import array, npz


def seeds() -> dict[str, bytes]:
    """Files by name."""
    return {
        "stored": npz({"a.npy": array("<f4", (2, 3)), "b.npy": array("|b1", ())}),
        "deflated": npz({"a.npy": array("<f2", (4,)), "readme.txt": b"x"}, method=8),
        "others": npz({"a.npy": array("<M8[D]", (0,)), "b.npy": array("|S2", ()), "c.npy": array("<f4", (2,))}),
        "one": array("<f4", (2, 3)),
        "versions": npz({"a.npy": array("<i8", (1,), version=2), "b.npy": array(">u2", (1, 2), version=3)}),
    }
