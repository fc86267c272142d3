"""Read the weights inside of a tar (``.nemo`` and others): each weights file by its own reader, in place.

A ``.nemo`` is a tar of a configuration, tokenizers and one checkpoint. Members are listed by their headers and never
unpacked. A compressed archive cannot be read in part and is refused.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from truename.blob import Blob
from truename.errors import FormatError, PartialWeightsError, TargetNotFoundError, UnsupportedFormatError
from truename.formats.archives import TarFault
from truename.formats.archives.tar_members import read_members
from truename.formats.checkpoints import Checkpoint, find_checkpoints
from truename.formats.detect import detect
from truename.formats.header import WeightsHeader
from truename.formats.pytorch.legacy_tar import read_pytorch_tar
from truename.formats.views import PartBlob

ReadCheckpoint = Callable[[Checkpoint, Callable[[str], Blob]], WeightsHeader]
_GZIP, _BZIP2, _XZ, _ZSTD = b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"


def read_tar(blob: Blob, read_checkpoint: ReadCheckpoint) -> WeightsHeader:
    """Read the main checkpoint of a tar; ``metadata['member']`` says which of its files were read.

    Args:
        blob: the archive.
        read_checkpoint: reads the checkpoint found inside, given a function that opens one of its files.

    Raises:
        UnsupportedFormatError: the archive is compressed, or its weights are in a format without a reader.
        PartialWeightsError: its weights are model-parallel slices or a distributed checkpoint.
        FormatError: the archive is broken or holds no weights; its code says how.
        WeightsError: the weights inside break their format.
    """
    head = blob.read(0, 8)
    if head.startswith((_GZIP, _BZIP2, _XZ, _ZSTD)):
        problem = "is compressed, and no part of it can be read alone; unpack it, and check the files"
        raise UnsupportedFormatError(blob.path, problem, TarFault.COMPRESSED)
    members = read_members(blob)
    if {"pickle", "storages", "tensors"} <= members.keys():
        return read_pytorch_tar(blob, members)
    checkpoints = find_checkpoints({name: member.size for name, member in members.items()})
    if not checkpoints:
        raise FormatError(blob.path, TarFault.NO_WEIGHTS, f"is a tar of {len(members):,} files, none of them weights")

    def part(name: str) -> Blob:
        if (member := members.get(name)) is None:
            raise TargetNotFoundError(name, f"is not in {blob.path}")
        found = PartBlob(blob, f"{blob.path}/{name}", member.offset, member.size)
        if detect(found) == "tar":
            raise FormatError(
                found.path, TarFault.TAR_IN_TAR, "is a tar inside of a tar; unpack it, and check the files"
            )
        return found

    try:
        inner = read_checkpoint(checkpoints[0], part)
    except PartialWeightsError as error:
        raise PartialWeightsError(f"{blob.path}/{error.path}", error.problem) from None
    metadata = {**inner.metadata, "member": checkpoints[0].name}
    return msgspec.structs.replace(
        inner, files=(blob.path,), file_of={}, metadata=metadata, bytes_read=blob.bytes_read, index=None
    )
