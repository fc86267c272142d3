"""Groups of an HDF5 file: what they link to, by the old symbol tables and by the newer link messages.

Source: HDF5 File Format Specification, version 3.0, sections III.A to III.C and IV.A.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.keras import Hdf5Fault
from truename.formats.keras.hdf5_file import Hdf5File
from truename.formats.keras.hdf5_heaps import MAX_NAME, dense_values, heap_name, local_heap
from truename.formats.keras.hdf5_objects import LINK, LINK_INFO, SYMBOL_TABLE, Message, first

MAX_LINKS = 200_000  # of one group
_MAX_NODE_ENTRIES = 4_096  # of one B-tree or symbol node; the library's default is 32 and 8
_MAX_LEVEL = 16
_SYMBOLIC = 2  # cache type of a symbol that is a soft link
_HARD, _SOFT, _EXTERNAL = 0, 1, 64


class HardLink(msgspec.Struct, frozen=True):
    """A name and the address of the object it means."""

    name: str
    address: int


def read_links(file: Hdf5File, messages: Sequence[Message]) -> list[HardLink]:
    """The objects of a group, in the order of the file. Soft links are aliases within the file, and left out.

    Raises:
        FormatError: a link leads into another file; or the group is wrong; its code says how.
    """
    found: dict[str, HardLink] = {}
    for link in _links(file, messages):
        file.count_block()
        if link.name in found:
            raise FormatError(file.path, Hdf5Fault.LINK_NAME, f"links {link.name[:120]!r} twice in one group")
        if len(found) >= MAX_LINKS:
            raise FormatError(file.path, Hdf5Fault.TOO_MANY_OBJECTS, f"has a group of more than {MAX_LINKS:,} links")
        found[link.name] = link
    return list(found.values())


def is_group(messages: Sequence[Message]) -> bool:
    """Whether an object with these messages is a group."""
    return any(message.type in (SYMBOL_TABLE, LINK_INFO, LINK) for message in messages)


def _links(file: Hdf5File, messages: Sequence[Message]) -> Iterator[HardLink]:
    if (table := first(messages, SYMBOL_TABLE)) is not None:
        cursor = file.cursor(table.data, Hdf5Fault.OBJECT_HEADER, "a symbol table")
        tree, heap = cursor.address(), cursor.address()
        yield from _Symbols(file, local_heap(file, heap)).tree(tree)
    for message in messages:
        if message.type == LINK:
            yield from _link(file, message.data)
    if (info := first(messages, LINK_INFO)) is not None:
        cursor = file.cursor(info.data, Hdf5Fault.OBJECT_HEADER, "link information")
        cursor.take(1)
        cursor.take(8 if cursor.number(1) & 1 else 0)
        heap, index = cursor.address(), cursor.address()
        if heap != file.undefined and index != file.undefined:
            for data in dense_values(file, heap, index):
                yield from _link(file, data)


def _link(file: Hdf5File, data: bytes) -> Iterator[HardLink]:
    """A link message: nothing comes of a soft one."""
    cursor = file.cursor(data, Hdf5Fault.OBJECT_HEADER, "a link")
    if cursor.number(1) != 1:
        raise UnsupportedFormatError(
            file.path, "has a link of a version that truename does not read", Hdf5Fault.UNSUPPORTED
        )
    flags = cursor.number(1)
    kind = cursor.number(1) if flags & 8 else _HARD
    cursor.take((8 if flags & 4 else 0) + (1 if flags & 0x10 else 0))
    name = link_name(file, cursor.take(cursor.number(1 << (flags & 3))))
    if kind == _EXTERNAL:
        raise FormatError(
            file.path, Hdf5Fault.EXTERNAL_LINK, f"links {name[:120]!r} to another file, which is not followed"
        )
    if kind == _HARD:
        yield HardLink(name, cursor.address())
    elif kind != _SOFT:
        raise UnsupportedFormatError(
            file.path, f"has a link of kind {kind}, which only its own program can follow", Hdf5Fault.UNSUPPORTED
        )


def link_name(file: Hdf5File, raw: bytes) -> str:
    """A link's name as text.

    Raises:
        FormatError: it cannot be one.
    """
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise FormatError(file.path, Hdf5Fault.LINK_NAME, "has a link whose name is not UTF-8") from None
    if not name or len(raw) > MAX_NAME or "/" in name or "\0" in name or name in (".", ".."):
        raise FormatError(file.path, Hdf5Fault.LINK_NAME, f"has a link named {name[:120]!r}")
    return name


class _Symbols:
    """Walks the version-1 B-tree of one old group."""

    def __init__(self, file: Hdf5File, heap: tuple[int, int]) -> None:
        self._file = file
        self._heap = heap
        self._seen: set[int] = set()

    def tree(self, address: int, level: int | None = None) -> Iterator[HardLink]:
        """The links below the node at ``address``. Levels fall by one, so that no node can hold itself."""
        cursor = self._file.signed(address, 24 + 2 * self._file.offset_size, b"TREE", "index of a group")
        kind, own, entries = cursor.number(1), cursor.number(1), cursor.number(2)
        if kind != 0 or own > _MAX_LEVEL or entries > _MAX_NODE_ENTRIES or (level is not None and own != level):
            raise FormatError(self._file.path, Hdf5Fault.STRUCTURE, f"has no index of a group at byte {address:,}")
        if address in self._seen:
            raise FormatError(
                self._file.path, Hdf5Fault.LINK_CYCLE, f"has an index that leads to itself at byte {address:,}"
            )
        self._seen.add(address)
        cursor.address(), cursor.address()
        width = self._file.length_size + self._file.offset_size
        body = self._file.at(address + cursor.at, entries * width, Hdf5Fault.STRUCTURE, "an index of a group")
        for _ in range(entries):
            body.length()
            child = body.address()
            yield from self.tree(child, own - 1) if own else self._node(child)

    def _node(self, address: int) -> Iterator[HardLink]:
        cursor = self._file.signed(address, 8, b"SNOD", "symbol node")
        cursor.take(2)
        count = cursor.number(2)
        if count > _MAX_NODE_ENTRIES or address in self._seen:
            raise FormatError(
                self._file.path, Hdf5Fault.STRUCTURE, f"has a symbol node of {count:,} entries, or twice the same"
            )
        self._seen.add(address)
        width = 2 * self._file.offset_size + 24
        body = self._file.at(address + 8, count * width, Hdf5Fault.STRUCTURE, "a symbol node")
        for _ in range(count):
            offset, target = body.address(), body.address()
            kind = body.number(4)
            body.take(20)
            if kind != _SYMBOLIC:
                yield HardLink(link_name(self._file, heap_name(self._file, self._heap, offset)), target)
