"""What a check will read of a model's files, as far as their list can tell: for sources that fetch ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from truename.declared import document_bytes
from truename.declared.places import EVERYWHERE, Place
from truename.evidence.parts import MAX_DISTANT_PARTS, parts_among
from truename.formats import Checkpoint, first_bytes


def needed_bytes(
    files: Mapping[str, int],
    checkpoints: Sequence[Checkpoint],
    places: Set[Place] = EVERYWHERE,
    *,
    sample: bool = False,
) -> dict[str, int]:
    """Path to number of first bytes: the documents, the headers of the checkpoint tried first, and of its parts.

    Headers come first, since they may take one more round trip.
    """
    if not checkpoints:
        return document_bytes(files, places)
    main = checkpoints[0]
    heads = first_bytes(main, files, sample=sample)
    for place in parts_among(main, checkpoints, files)[:MAX_DISTANT_PARTS]:
        heads |= first_bytes(place.checkpoint, files, sample=sample)
    return heads | document_bytes(files, places)
