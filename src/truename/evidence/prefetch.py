"""What a check will read of a model's files, as far as their list can tell: for sources that fetch ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from truename.declared import document_bytes
from truename.formats import Checkpoint, first_bytes


def needed_bytes(
    files: Mapping[str, int], checkpoints: Sequence[Checkpoint], *, sample: bool = False
) -> dict[str, int]:
    """Path to number of first bytes: the documents, and the headers of the checkpoint that is tried first.

    Headers come first, since they may take one more round trip.
    """
    heads = first_bytes(checkpoints[0], files, sample=sample) if checkpoints else {}
    return heads | document_bytes(files)
