"""Read the weights inside of a tar (``.nemo`` and others): each weights file by its own reader, in place.

A ``.nemo`` is a tar of a configuration, tokenizers and one checkpoint. Members are listed by their headers and never
unpacked. A compressed archive cannot be read in part and is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import msgspec

from truename.blob import Blob
from truename.errors import FormatError, PartialWeightsError, TargetNotFoundError, UnsupportedFormatError
from truename.formats.archives import TarFault
from truename.formats.archives.tar_members import TarMember, read_members
from truename.formats.checkpoints import Checkpoint, find_checkpoints
from truename.formats.detect import detect
from truename.formats.header import UnsafeGlobal, WeightsHeader
from truename.formats.pickle_files import is_of_objects, may_be_pickle, walk_file
from truename.formats.pytorch import Walked, unsafe_globals_of
from truename.formats.pytorch.legacy_tar import read_pytorch_tar
from truename.formats.views import PartBlob

ReadCheckpoint = Callable[[Checkpoint, Callable[[str], Blob]], WeightsHeader]
MAX_PICKLES = 64  # members that may be pickles and are walked
_PYTORCH = frozenset({"pickle", "storages", "tensors"})  # members of what PyTorch wrote before 0.2
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
    if members.keys() >= _PYTORCH:
        header = read_pytorch_tar(blob, members)
        return _with_pickles(header, blob, walk_beside(blob, members, _PYTORCH))
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
    walked = walk_beside(blob, members, checkpoints[0].paths if inner.format == "pytorch" else ())
    metadata = {**inner.metadata, "member": checkpoints[0].name}
    whole = msgspec.structs.replace(
        inner, files=(blob.path,), file_of={}, metadata=metadata, bytes_read=blob.bytes_read, index=None
    )
    return _with_pickles(whole, blob, walked)


def walk_tar(blob: Blob) -> Walked:
    """Walk every pickle of a tar, whatever weights it holds.

    Raises:
        FormatError: the archive is broken.
    """
    members = read_members(blob)
    if not members.keys() >= _PYTORCH:
        return walk_beside(blob, members, ())
    try:
        header = read_pytorch_tar(blob, members)
    except FormatError as error:
        return Walked(unsafe_globals_of(error), unwalked=True, pickles=1)
    beside = walk_beside(blob, members, _PYTORCH)
    return Walked(header.unsafe_globals + beside.unsafe, beside.unwalked or bool(header.unwalked_files), 1)


def walk_beside(blob: Blob, members: Mapping[str, TarMember], done: Collection[str]) -> Walked:
    """Walk the members that their names let be pickles, but for those that are ``done``."""
    unsafe: list[UnsafeGlobal] = []
    unwalked, pickles = False, 0
    for name, member in members.items():
        if name in done or not may_be_pickle(name):
            continue
        pickles += 1
        if pickles > MAX_PICKLES:
            unwalked = True
            break
        part = PartBlob(blob, f"{blob.path}/{name}", member.offset, member.size)
        try:
            one = walk_file(part, objects=is_of_objects(name))
        except FormatError as error:
            one = Walked(unsafe_globals_of(error), unwalked=True)
        unsafe += one.unsafe
        unwalked |= one.unwalked or (not one.pickles and detect(part) == "tar")
    return Walked(tuple(dict.fromkeys(unsafe)), unwalked, pickles)


def _with_pickles(header: WeightsHeader, blob: Blob, beside: Walked) -> WeightsHeader:
    """What the pickles beside the checkpoint import, added to its own."""
    unwalked = (*header.unwalked_files, *((blob.path,) if beside.unwalked else ()))
    unsafe = (*header.unsafe_globals, *beside.unsafe)
    return msgspec.structs.replace(header, unsafe_globals=unsafe, unwalked_files=tuple(dict.fromkeys(unwalked)))
