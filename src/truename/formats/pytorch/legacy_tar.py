"""Read a checkpoint of PyTorch from before 0.2: a tar of ``storages``, ``tensors`` and ``pickle``.

After ``_legacy_load`` in ``torch/serialization.py``: ``storages`` holds for each storage a pickle of its key and class,
a count and the elements; ``tensors`` for each tensor a pickle of its key and storage and its sizes as plain numbers;
``pickle`` is the checkpoint itself, with tensors as persistent ids.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any

from truename.blob import Blob
from truename.formats.archives.tar_members import TarMember
from truename.formats.header import WeightsHeader
from truename.formats.pytorch import PyTorchError, PyTorchFault, opcodes_of_file
from truename.formats.pytorch.globals import GlobalTable
from truename.formats.pytorch.pickled import Global, Record, Storage
from truename.formats.pytorch.state_dict import find_state
from truename.formats.pytorch.stream import PickleMachine
from truename.formats.pytorch.tensors import torch_header
from truename.formats.views import PartBlob

MAX_MEMBERS = 100_000  # storages or tensors
_STEP = 4_096  # a pickle of one storage has 100 bytes
MAX_PICKLE_BYTES = 32_000_000


class _Reader:
    """The pickles and plain numbers of one member, one behind the other."""

    def __init__(self, blob: Blob, member: TarMember, table: GlobalTable, opcodes: Iterator[None]) -> None:
        self.blob = PartBlob(blob, blob.path, member.offset, member.size)
        self.table = table
        self.opcodes = opcodes
        self.position = 0

    def load(self, persistent: Callable[[Any], Any]) -> Any:
        base = self.position
        data = bytearray(self.blob.read(base, _STEP))

        def more() -> bool:
            if len(data) >= MAX_PICKLE_BYTES:
                raise PyTorchError(
                    self.blob.path, PyTorchFault.PICKLE_TOO_LARGE, f"has a pickle above {MAX_PICKLE_BYTES:,} bytes"
                )
            step = self.blob.read(base + len(data), max(_STEP, len(data)))
            data.extend(step)
            return bool(step)

        self.table.base = base
        machine = PickleMachine(self.blob.path, data, self.table.resolve, persistent, self.opcodes, 0, more)
        value = machine.run()
        self.position = base + machine.position
        return value

    def numbers(self, form: str) -> tuple[int, ...]:
        data = self.blob.read(self.position, size := struct.calcsize(form))
        if len(data) < size:
            raise PyTorchError(self.blob.path, PyTorchFault.LEGACY, "ends within the sizes of a tensor; is it cut off?")
        self.position += size
        return struct.unpack(form, data)

    def count(self) -> int:
        value = self.load(self.no_identity)
        if type(value) is not int or not 0 <= value <= MAX_MEMBERS:
            raise PyTorchError(
                self.blob.path, PyTorchFault.LEGACY, "does not say how many storages and tensors it holds"
            )
        return value

    def skip(self, length: int) -> None:
        if length > self.blob.size - self.position:
            raise PyTorchError(
                self.blob.path, PyTorchFault.STORAGE_SIZE, "holds less of a storage than it says; is it cut off?"
            )
        self.position += length

    def no_identity(self, _: Any) -> Any:
        raise PyTorchError(self.blob.path, PyTorchFault.STORAGE_FORM, "has a persistent id where there must be none")


def read_pytorch_tar(blob: Blob, members: dict[str, TarMember]) -> WeightsHeader:
    """Read the checkpoint in a tar of which ``members`` are the files.

    Raises:
        PyTorchError: it is broken; its code says how.
    """
    table = GlobalTable(blob.path, "pickle")
    try:
        opcodes = opcodes_of_file()
        storages = _storages(_Reader(blob, members["storages"], table, opcodes))
        tensors = _tensors(_Reader(blob, members["tensors"], table, opcodes), storages)

        def persistent(identity: Any) -> Any:
            known = tensors if type(identity) is not tuple else {}
            found = known.get(str(identity)) if type(identity) in (int, str) else None
            if found is None:
                raise PyTorchError(
                    blob.path, PyTorchFault.STORAGE_FORM, "has a persistent id that is none of its tensors"
                )
            return found

        reader = _Reader(blob, members["pickle"], table, opcodes)
        root = reader.load(persistent)
        behind = reader.position < reader.blob.size  # nothing that wrote such a tar put another stream behind
        return torch_header(blob, find_state(blob.path, root), table, unwalked=behind)
    except PyTorchError as error:
        error.unsafe = table.unsafe
        raise


def _storages(reader: _Reader) -> dict[str, Storage]:
    storages: dict[str, Storage] = {}
    for _ in range(reader.count()):
        entry = reader.load(reader.no_identity)
        if type(entry) is not tuple or len(entry) != 3 or type(entry[2]) is not Global or entry[2].value is None:
            raise PyTorchError(reader.blob.path, PyTorchFault.STORAGE_FORM, "has a storage without key and class")
        dtype, width = entry[2].value
        (elements,) = reader.numbers("<q")
        if elements < 0:
            raise PyTorchError(reader.blob.path, PyTorchFault.STORAGE_FORM, "has a storage of less than no elements")
        reader.skip(elements * width)
        storages[_key(reader, entry[0])] = Storage(_key(reader, entry[0]), dtype or None, width, elements)
    return storages


def _tensors(reader: _Reader, storages: dict[str, Storage]) -> dict[str, Record]:
    tensors: dict[str, Record] = {}
    for _ in range(reader.count()):
        entry = reader.load(reader.no_identity)
        if type(entry) is not tuple or len(entry) != 3:
            raise PyTorchError(reader.blob.path, PyTorchFault.LEGACY, "has a tensor without key and storage")
        dimensions, _ = reader.numbers("<2i")
        if not 0 <= dimensions <= 64:
            raise PyTorchError(reader.blob.path, PyTorchFault.LEGACY, f"has a tensor of {dimensions} dimensions")
        shape, stride = reader.numbers(f"<{dimensions}q"), reader.numbers(f"<{dimensions}q")
        (offset,) = reader.numbers("<q")
        storage = storages.get(_key(reader, entry[1]))
        if storage is None:
            raise PyTorchError(
                reader.blob.path, PyTorchFault.STORAGE_MISSING, "has a tensor whose storage it does not hold"
            )
        tensors[_key(reader, entry[0])] = Record(storage, offset, shape, stride)
    return tensors


def _key(reader: _Reader, value: Any) -> str:
    if type(value) not in (int, str):
        raise PyTorchError(reader.blob.path, PyTorchFault.LEGACY, "has a storage or tensor without a plain key")
    return str(value)
