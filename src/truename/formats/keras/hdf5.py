"""Read an HDF5 file: its datasets by path, their dtypes and shapes, and the attributes of its groups.

Written by hand instead of by h5py: libhdf5 is C code that was not made for hostile files, and a crash in it would
end a check of many models. A part of the format that no model uses ends in ``UnsupportedFormatError``.
Source: HDF5 File Format Specification, version 3.0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from truename.blob import Blob
from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.keras import Hdf5Fault
from truename.formats.keras.hdf5_file import Cursor, Hdf5File
from truename.formats.keras.hdf5_groups import is_group, read_links
from truename.formats.keras.hdf5_heaps import dense_values, global_value
from truename.formats.keras.hdf5_objects import (
    ATTRIBUTE,
    ATTRIBUTE_INFO,
    DATASPACE,
    DATATYPE,
    EXTERNAL_FILES,
    LAYOUT,
    Message,
    first,
    read_dataspace,
    read_datatype,
    read_layout,
    read_messages,
)

MAX_OBJECTS = 200_000
MAX_DEPTH = 64  # groups within groups
_MAX_PATH = 8_192
_STRING, _VARIABLE = 3, 9


class Dataset(msgspec.Struct, frozen=True):
    """A dataset of numbers. Its address is its identity: two links to it are one dataset."""

    dtype: str
    shape: tuple[int, ...]
    stored_bytes: int
    address: int


class Hdf5Contents(msgspec.Struct, frozen=True):
    """What a file holds: datasets and texts by path, without a leading slash. The root's path is empty."""

    datasets: dict[str, Dataset]
    attributes: dict[str, dict[str, str]]


def read_hdf5(blob: Blob, wanted: frozenset[str]) -> Hdf5Contents:
    """Read the structure of an HDF5 file, and never a value of a dataset.

    Args:
        blob: the file.
        wanted: names of the attributes to keep.

    Raises:
        FormatError: the file breaks the format; its code says how.
        UnsupportedFormatError: it uses a part of the format that is not read.
    """
    return _Walk(Hdf5File(blob), wanted).contents()


class _Walk:
    """Walks the groups of one file."""

    def __init__(self, file: Hdf5File, wanted: frozenset[str]) -> None:
        self._file = file
        self._wanted = wanted
        self._found = Hdf5Contents({}, {})
        self._objects = 0
        self._groups: set[int] = set()
        self._datasets: dict[int, Dataset | None] = {}

    def contents(self) -> Hdf5Contents:
        self._visit(self._file.root, "", ())
        return self._found

    def _visit(self, address: int, path: str, above: tuple[int, ...]) -> None:
        self._objects += 1
        if self._objects > MAX_OBJECTS:
            raise FormatError(self._file.path, Hdf5Fault.TOO_MANY_OBJECTS, f"has more than {MAX_OBJECTS:,} objects")
        if address in above:
            raise FormatError(self._file.path, Hdf5Fault.LINK_CYCLE, f"has the group {path[:120]!r} within itself")
        if address in self._groups:  # allowed; but shared groups within shared groups have no end, and no model has one
            raise UnsupportedFormatError(
                self._file.path, f"shares the group {path[:120]!r}; truename reads no such file", Hdf5Fault.UNSUPPORTED
            )
        if address in self._datasets:
            if (known := self._datasets[address]) is not None:
                self._found.datasets[path] = known
            return
        messages = read_messages(self._file, address)
        self._attributes(messages, path)
        if first(messages, LAYOUT) is not None or first(messages, EXTERNAL_FILES) is not None:
            self._datasets[address] = found = self._dataset(messages, path, address)
            if found is not None:
                self._found.datasets[path] = found
        elif is_group(messages):
            self._groups.add(address)
            self._group(messages, path, (*above, address))
        elif not path:
            raise FormatError(self._file.path, Hdf5Fault.STRUCTURE, "has no group at its root")

    def _group(self, messages: Sequence[Message], path: str, above: tuple[int, ...]) -> None:
        if len(above) > MAX_DEPTH:
            raise FormatError(self._file.path, Hdf5Fault.GROUP_DEPTH, f"nests groups more than {MAX_DEPTH} deep")
        for link in read_links(self._file, messages):
            below = f"{path}/{link.name}" if path else link.name
            if len(below) > _MAX_PATH:
                raise FormatError(
                    self._file.path, Hdf5Fault.LINK_NAME, f"has a path of more than {_MAX_PATH:,} characters"
                )
            self._visit(link.address, below, above)

    def _dataset(self, messages: Sequence[Message], path: str, address: int) -> Dataset | None:
        """A dataset of numbers; texts, records and references are no weights and are left out."""
        if first(messages, EXTERNAL_FILES) is not None:
            raise FormatError(
                self._file.path, Hdf5Fault.EXTERNAL_LINK, f"keeps the data of {path[:120]!r} in another file"
            )
        datatype, shape = self._described(messages, path)
        if shape is None or datatype[0] is None:
            return None
        dtype, size = datatype[0], datatype[1]
        needed = math.prod(shape) * size
        layout_message = first(messages, LAYOUT)
        assert layout_message is not None
        layout = read_layout(self._file, layout_message.data)
        if layout.size is not None and layout.size != needed and layout.address is not None:
            problem = f"has {layout.size:,} bytes for {path[:120]!r}, and its shape needs {needed:,}"
            raise FormatError(self._file.path, Hdf5Fault.DATA_LAYOUT, problem)
        if layout.address is not None and layout.address + needed > self._file.size:
            problem = (
                f"says that the data of {path[:120]!r} ends at byte {layout.address + needed:,}, behind its own end"
            )
            raise FormatError(self._file.path, Hdf5Fault.DATA_LAYOUT, problem)
        return Dataset(dtype, shape, needed, address)

    def _described(
        self, messages: Sequence[Message], path: str
    ) -> tuple[tuple[str | None, int], tuple[int, ...] | None]:
        space, kind = first(messages, DATASPACE), first(messages, DATATYPE)
        if space is None or kind is None:
            raise FormatError(
                self._file.path, Hdf5Fault.OBJECT_HEADER, f"has a dataset {path[:120]!r} without a shape or a type"
            )
        if space.shared or kind.shared:
            raise UnsupportedFormatError(
                self._file.path, f"shares the type of {path[:120]!r}; truename reads none", Hdf5Fault.UNSUPPORTED
            )
        datatype = read_datatype(self._file, kind.data)
        dtype = datatype.dtype
        # Keras keeps bfloat16 under a type of HDF5's own making, and says so beside it.
        if self._found.attributes.get(path, {}).get("dtype") == "bfloat16" and datatype.size == 2:
            dtype = "BF16"
        return (dtype, datatype.size), read_dataspace(self._file, space.data)

    def _attributes(self, messages: Sequence[Message], path: str) -> None:
        found: dict[str, str] = {}
        for message in messages:
            if message.type == ATTRIBUTE:
                self._attribute(message.data, found)
        if (info := first(messages, ATTRIBUTE_INFO)) is not None:
            cursor = self._file.cursor(info.data, Hdf5Fault.OBJECT_HEADER, "attribute information")
            cursor.take(1)
            cursor.take(2 if cursor.number(1) & 1 else 0)
            heap, index = cursor.address(), cursor.address()
            if self._file.undefined not in (heap, index):
                for data in dense_values(self._file, heap, index):
                    self._attribute(data, found)
        if found:
            self._found.attributes[path] = found

    def _attribute(self, data: bytes, found: dict[str, str]) -> None:
        """Keep an attribute that is wanted: its text, empty where it holds anything but one text."""
        cursor = self._file.cursor(data, Hdf5Fault.OBJECT_HEADER, "an attribute")
        version = cursor.number(1)
        flags = cursor.number(1)
        if version not in (1, 2, 3):
            problem = f"has an attribute of version {version}, which truename does not read"
            raise UnsupportedFormatError(self._file.path, problem, Hdf5Fault.UNSUPPORTED)
        sizes = [cursor.number(2) for _ in range(3)]
        cursor.take(1 if version == 3 else 0)
        name, kind, space = (self._part(cursor, size, version == 1) for size in sizes)
        label = name.partition(b"\0")[0].decode("utf-8", "replace")
        if label not in self._wanted or (version > 1 and flags & 3):
            return
        datatype = read_datatype(self._file, kind)
        shape = read_dataspace(self._file, space)
        found[label] = ""
        if shape != () or datatype.kind not in (_STRING, _VARIABLE):
            return
        value = cursor.take(min(datatype.size, cursor.left))
        if datatype.kind == _VARIABLE:
            value = global_value(self._file, value)
        found[label] = value.rstrip(b"\0").decode("utf-8", "replace")

    def _part(self, cursor: Cursor, size: int, padded: bool) -> bytes:
        part = cursor.take(size)
        if padded:
            cursor.take(min(-size % 8, cursor.left))
        return part
