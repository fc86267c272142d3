"""Read what a PyTorch checkpoint holds: names, shapes, dtypes and ties, from its pickle and without running it.

Three containers: a zip (since 1.6), whose ``data.pkl`` names storages that are entries of their own; a stream of five
pickles with the storages behind them; a tar (before 0.2) is read by ``legacy_tar``. Data is never read.
"""

from __future__ import annotations

from typing import Any

from truename.blob import Blob
from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.archives import ZipFault
from truename.formats.archives.zip import ZipEntry, read_directory, read_entry
from truename.formats.header import WeightsHeader
from truename.formats.pytorch import PyTorchError, PyTorchFault, opcodes_of_file
from truename.formats.pytorch.globals import GlobalTable
from truename.formats.pytorch.pickled import Global, Record, Storage
from truename.formats.pytorch.state_dict import find_state
from truename.formats.pytorch.stream import PickleMachine
from truename.formats.pytorch.tensors import torch_header

MAX_PICKLE_BYTES = 32_000_000  # a checkpoint of 2,000 tensors has 300,000
_STEP = 65_536  # bytes that are read at a time where nothing says how long a pickle is

# torch/serialization.py: the two numbers that begin a stream
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PROTOCOL = 1001
_PROTO = 0x80  # the opcode that every writer since Python 2.3 begins with
_PROGRAM = "serialized_exported_program.json"  # of torch.export up to 2.6; since then archives name their format
_LFS_POINTER = b"version https://git-lfs"


class Storages:
    """The storages that a stream names by persistent ids."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.by_key: dict[str, Storage] = {}
        self.roots: dict[str, int] = {}  # key -> bytes, of whole storages

    def load(self, identity: Any) -> Any:
        """The stand-in of ``('storage', class, key, place, elements, view)``; of ``('module', class, ...)`` the class.

        Raises:
            FormatError: it is no storage.
        """
        if type(identity) is not tuple or len(identity) not in (5, 6) or identity[0] != "storage":
            if type(identity) is tuple and len(identity) >= 2 and identity[0] == "module":  # and its source
                return identity[1]
            raise PyTorchError(self._path, PyTorchFault.STORAGE_FORM, "has a persistent id that is no storage")
        kind, key, elements = identity[1], identity[2], identity[4]
        if type(kind) is not Global or type(key) is not str or type(elements) is not int or elements < 0:
            raise PyTorchError(self._path, PyTorchFault.STORAGE_FORM, "has a persistent id that is no storage")
        dtype, width = kind.value or ("", 1)
        if len(identity) == 6 and (view := identity[5]) is not None:
            if type(view) is not tuple or len(view) != 3 or type(view[0]) is not str or type(view[2]) is not int:
                raise PyTorchError(self._path, PyTorchFault.STORAGE_FORM, "has a view of a storage that is none")
            self.roots.setdefault(key, elements * width)
            return Storage(f"{key}/{view[0]}", dtype or None, width, view[2])
        known = self.by_key.get(key)
        if known is None or known.dtype != (dtype or None):
            known = self.by_key[key] = Storage(key, dtype or None, width, elements)
            self.roots[key] = elements * width
        return known


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
    storages = Storages(blob.path)
    data = read_entry(blob, entry, MAX_PICKLE_BYTES)
    try:
        machine = PickleMachine(blob.path, data, table.resolve, storages.load, opcodes_of_file())
        state = find_state(blob.path, machine.run())
        _check_entries(blob.path, state.records, entries, f"{folder}data/")
        return torch_header(blob, state, table)
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
    """A stream of pickles: magic, protocol, the writer's machine, the checkpoint, the keys of its storages."""
    data = bytearray(blob.read(0, _STEP))

    def more() -> bool:
        if len(data) >= MAX_PICKLE_BYTES:
            raise PyTorchError(
                blob.path, PyTorchFault.PICKLE_TOO_LARGE, f"has a pickle of more than {MAX_PICKLE_BYTES:,} bytes"
            )
        step = blob.read(len(data), _STEP)
        data.extend(step)
        return bool(step)

    table = GlobalTable(blob.path, blob.path)
    storages = Storages(blob.path)
    opcodes = opcodes_of_file()
    position = 0

    def load() -> Any:
        nonlocal position
        machine = PickleMachine(blob.path, data, table.resolve, storages.load, opcodes, position, more)
        value = machine.run()
        position = machine.position
        return value

    try:
        root = load()
        if root == _LEGACY_MAGIC:
            if load() != _LEGACY_PROTOCOL:
                raise PyTorchError(
                    blob.path, PyTorchFault.LEGACY, "is a stream of PyTorch with a protocol other than 1001"
                )
            load()  # byte order and sizes of types of the machine that wrote it
            root = load()
            _check_stream(blob, load(), storages, position)
        return torch_header(blob, find_state(blob.path, root), table)
    except PyTorchError as error:
        if data.startswith(_LFS_POINTER):
            raise PyTorchError(
                blob.path, PyTorchFault.LEGACY, "is a pointer that Git LFS left in place of the file"
            ) from None
        if data and data[0] != _PROTO and not table.unsafe and not position:  # other programs use these suffixes too
            raise UnsupportedFormatError(blob.path, "is no file of PyTorch", PyTorchFault.NOT_PYTORCH) from None
        error.unsafe = table.unsafe
        raise


def _check_stream(blob: Blob, keys: Any, storages: Storages, position: int) -> None:
    """Behind the pickles each storage has eight bytes for its count, and its elements."""
    if type(keys) is not list or set(map(type, keys)) - {str}:
        raise PyTorchError(blob.path, PyTorchFault.LEGACY, "does not list its storages behind its pickle")
    if missing := set(storages.roots) - set(keys):
        raise PyTorchError(blob.path, PyTorchFault.STORAGE_MISSING, f"does not hold the storage {min(missing)[:120]!r}")
    needed = sum(8 + storages.roots.get(key, 0) for key in keys)
    if position + needed > blob.size:
        problem = f"has {blob.size - position:,} bytes behind its pickle, and its storages need {needed:,}"
        raise PyTorchError(blob.path, PyTorchFault.STORAGE_SIZE, f"{problem}; is it cut off?")
