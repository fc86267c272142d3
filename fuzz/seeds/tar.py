"""Tars with weights inside, and checkpoints that are tars themselves."""

from __future__ import annotations

import tarfile

import pickles as p


def seeds() -> dict[str, bytes]:
    """Files by name."""
    members = {"./model_config.yaml": b"a: 1\n", "./model_weights.ckpt": p.SMALL}
    long = {"folder/" * 20 + "model.ckpt": p.SMALL_LEGACY}
    return {
        "nemo": p.tar(members),
        "pax": p.tar(long, tarfile.PAX_FORMAT),
        "gnu": p.tar(long, tarfile.GNU_FORMAT),
        "old": p.old_tar({"a": (2, 3), "b": (4,)}),
    }
