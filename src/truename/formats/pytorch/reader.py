"""Read what a PyTorch checkpoint holds: names, shapes, dtypes and ties, from its pickle and without running it.

Three containers: a zip (since 1.6), whose ``data.pkl`` names storages that are entries of their own; a stream of five
pickles with the storages behind them; a tar (before 0.2) is read by ``legacy_tar``. Data is never read.
"""

from __future__ import annotations

import re

from truename.blob import Blob
from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.archives import ZipFault
from truename.formats.archives.zip import ZipEntry, read_directory, read_entry
from truename.formats.header import WeightsHeader
from truename.formats.pytorch import PickledError, PyTorchError, PyTorchFault, opcodes_of_file, unpacked_steps
from truename.formats.pytorch.feed import MAX_PICKLE_BYTES, HeldBlob
from truename.formats.pytorch.globals import GlobalTable
from truename.formats.pytorch.members import walk_archive, walk_members
from truename.formats.pytorch.opcodes import begins_stream
from truename.formats.pytorch.packed import is_packed, unpacked
from truename.formats.pytorch.pickled import Record, Storage
from truename.formats.pytorch.state_dict import find_state
from truename.formats.pytorch.tensors import torch_header
from truename.formats.pytorch.walk import Walk, named

_PROGRAM = "serialized_exported_program.json"  # of torch.export up to 2.6; since then archives name their format
_LFS_POINTER = b"version https://git-lfs"
_OBJECTS = re.compile(r"\.(?:pkl|pickle|dill|joblib)", re.IGNORECASE)  # what is not a weights file may be of any size
# What is not a fault of such a file: it is larger than others, or describes its arrays in a way that is not known.
_NOT_ITS_FAULT = (
    PyTorchFault.TOO_MANY_OPCODES,
    PyTorchFault.PICKLE_TOO_LARGE,
    PyTorchFault.TOO_MANY_TENSORS,
    PyTorchFault.NUMBER_TOO_LARGE,
    PyTorchFault.TEXT_LINE,
    PyTorchFault.ARRAY,
)


def read_pytorch(blob: Blob) -> WeightsHeader:
    """Read one PyTorch file.

    Raises:
        PyTorchError: the pickle or what it describes is broken; its code says how.
        FormatError: the archive is broken.
        UnsupportedFormatError: it is a program of ``torch.export``, or nothing in the file is PyTorch's.
    """
    return _read_zip(blob) if blob.read(0, 2) == b"PK" else _read_stream(blob)


def _read_zip(blob: Blob) -> WeightsHeader:
    entries = read_directory(blob)
    first = next(iter(entries), "")
    # The loader takes the folder of the first entry for the archive's own.
    folder = first.partition("/")[0] + "/" if "/" in first else ""
    entry = entries.get(f"{folder}data.pkl")
    if entry is None:
        if f"{folder}archive_format" in entries or _PROGRAM in entries:
            raise UnsupportedFormatError(
                blob.path,
                "is a program of torch.export; truename reads no weights of one",
                PyTorchFault.EXPORTED_PROGRAM,
            )
        raise FormatError(
            blob.path,
            ZipFault.ENTRY_MISSING,
            "is not in the archive: it is no checkpoint of PyTorch",
            part=("entry", f"{folder}data.pkl"),
        )
    table = GlobalTable(blob.path, entry.name)
    data = read_entry(blob, entry, MAX_PICKLE_BYTES)
    opcodes = opcodes_of_file()
    try:
        walk = Walk(HeldBlob(blob.path, data), table, opcodes, walk_archive)
        state = find_state(blob.path, walk.program())
        walk.rest()
        _check_entries(blob.path, state.records, entries, f"{folder}data/")
        others = walk_members(blob, entries, opcodes, {entry.name})
        table.adopt(others.unsafe)
        return torch_header(blob, state, table, unwalked=walk.unwalked or others.unwalked)
    except PyTorchError as error:
        error.unsafe = table.unsafe
        raise


def _check_entries(path: str, records: dict[str, Record], entries: dict[str, ZipEntry], folder: str) -> None:
    """Every storage of the weights must be an entry of its size."""
    for record in records.values():
        storage = record.storage
        if type(storage) is not Storage:
            continue
        key, _, view = storage.key.partition("/")
        name = folder + key
        entry = entries.get(name)
        if entry is None:
            raise PyTorchError(
                path, PyTorchFault.STORAGE_MISSING, f"lacks the entry {name[:120]!r} that its pickle refers to"
            )
        needed = storage.elements * storage.width
        if entry.size != needed and not view and not needed <= entry.size < needed + storage.width:
            problem = f"has {entry.size:,} bytes in {entry.name[:120]!r}, and its pickle says {needed:,}"
            raise PyTorchError(path, PyTorchFault.STORAGE_SIZE, problem)


def _read_stream(blob: Blob) -> WeightsHeader:
    """A file of pickles: of an old PyTorch, of joblib, or of any other program."""
    head = blob.read(0, len(_LFS_POINTER))
    packed = is_packed(head)
    whole = unpacked(blob, unpacked_steps()) if packed else blob
    table = GlobalTable(blob.path, blob.path)
    try:
        walk = Walk(whole, table, opcodes_of_file(), walk_archive)
        root = walk.program()
        walk.rest()
        return torch_header(blob, find_state(blob.path, root), table, unwalked=walk.unwalked)
    except PickledError as error:
        error.unsafe = table.unsafe
        raise
    except PyTorchError as error:
        if head == _LFS_POINTER:
            raise PyTorchError(
                blob.path, PyTorchFault.LEGACY, "is a pointer that Git LFS left in place of the file"
            ) from None
        begun = packed or not head or begins_stream(head) or bool(named(table.unsafe))
        if not begun and not walk.position:  # other programs use these suffixes too
            raise UnsupportedFormatError(blob.path, "is no file of PyTorch", PyTorchFault.NOT_PYTORCH) from None
        if error.code in _NOT_ITS_FAULT and _OBJECTS.search(blob.path):
            bounded = PickledError(blob.path, error.problem)
            bounded.unsafe = table.unsafe
            raise bounded from None
        error.unsafe = table.unsafe
        raise
