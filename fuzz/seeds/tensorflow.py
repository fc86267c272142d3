"""Indexes of TensorFlow checkpoints and SavedModels."""

from __future__ import annotations

from truename.testing.protobuf_files import message, saved_model
from truename.testing.tensorflow_files import bundle_entry, bundle_index, table


def seeds() -> dict[str, bytes]:
    """Files by name."""
    variables = {f"bert/encoder/layer_{number}/kernel": (1, (2, 3)) for number in range(20)}
    sliced = bundle_entry(1, (4, 4)) + message((7, b""))
    objects = [("dense/kernel", 1, (2, 3)), ("Adam/m/dense/kernel", 1, (2, 3)), ("dense/kernel", 1, (2, 3))]
    return {
        "index": bundle_index({**variables, "global_step": (9, ())}),
        "sliced": table([[(b"", message((1, 3))), (b"a", sliced)], [(b"b", bundle_entry(14, (2,)))]]),
        "saved": saved_model(objects),
    }
