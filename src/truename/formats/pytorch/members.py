"""The pickles of any file: whatever its suffix promises, and in a zip or an array of objects wherever they lie."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from truename.blob import Blob
from truename.errors import FormatError
from truename.formats.archives.zip import ZipEntry, read_directory, read_entry, read_start
from truename.formats.header import UnsafeGlobal
from truename.formats.numpy.header import MAGIC, ArrayHeader, read_header
from truename.formats.pytorch import (
    UNPACKED_STEP,
    PickledError,
    PyTorchError,
    Walked,
    opcodes_of_file,
    unpacked_steps,
)
from truename.formats.pytorch.feed import MAX_PICKLE_BYTES, HeldBlob
from truename.formats.pytorch.globals import GlobalTable
from truename.formats.pytorch.opcodes import begins_stream
from truename.formats.pytorch.packed import OLD_JOBLIB, is_packed, unpacked
from truename.formats.pytorch.walk import MAX_DEPTH, Walk, named
from truename.formats.views import PartBlob

MAX_LOOKED_AT = 64  # entries that nothing tells to be a pickle or not
_OF_ENTRY = 40  # opcodes that cost as much as a look at an entry
_ZIP = b"PK"
_PICKLES = re.compile(r".+\.(?:pkl|pickle|dill|joblib|npy)", re.IGNORECASE)
# What PyTorch's own archives hold beside the pickle, and no loader takes for one.
_NO_PICKLES = re.compile(
    r"(?:[^/]+/)?(?:(?:data|\.data|tensors|xl_model_weights)/.*|(?:code|extra)/.*\.(?:py|debug_pkl|json|txt)"
    r"|version|byteorder|\.format_version|\.storage_alignment|archive_format|archive_version|attributes)"
    r"|.*\.(?:py|json|txt|md|yaml|yml|so|pyi|debug_pkl|h5|weights)|.*/"
)


def walk_any(blob: Blob, *, objects: bool) -> Walked:
    """Walk all pickles of a file: see ``formats.pickle_files.walk_file``."""
    head = blob.read(0, 8)
    if head.startswith(_ZIP):
        return walk_archive(blob, opcodes_of_file())
    if head.startswith(MAGIC):
        return _walk_array(blob, opcodes_of_file())
    table = GlobalTable(blob.path, blob.path)
    packed = is_packed(head)
    try:
        whole = unpacked(blob, unpacked_steps()) if packed else blob
        return _walk(whole, table, opcodes_of_file(), sure=packed and objects)
    except PickledError:
        unsure = head.startswith(OLD_JOBLIB) and not objects  # two letters, which numbers may begin with as well
        return Walked() if unsure else Walked(table.unsafe, unwalked=True, pickles=1)


def walk_archive(blob: Blob, opcodes: Iterator[None], depth: int = 0) -> Walked:
    """Walk the pickles of a zip, whatever it is.

    Raises:
        FormatError: it is broken or ambiguous.
    """
    return walk_members(blob, read_directory(blob), opcodes, (), depth)


def walk_members(
    blob: Blob, entries: Mapping[str, ZipEntry], opcodes: Iterator[None], done: Collection[str] = (), depth: int = 0
) -> Walked:
    """Walk the pickles among ``entries`` but for those that are ``done``: by their names, and by how they begin."""
    found: dict[str, UnsafeGlobal] = {}
    unwalked, pickles, looked_at = False, 0, 0
    steps = unpacked_steps()
    for entry in entries.values():
        name = entry.name
        if name in done or (name[-1:].isdigit() and "/data/" in name):  # most are storages, which have numbers
            continue
        listed = _PICKLES.fullmatch(name) is not None
        if not listed:
            if _NO_PICKLES.fullmatch(name) or not entry.size:
                continue
            looked_at += 1
            if looked_at > MAX_LOOKED_AT:
                unwalked = True
                continue
        if next(islice(opcodes, _OF_ENTRY - 1, None), entry) is entry:  # none left: what comes is not looked at
            unwalked = True
            break
        try:
            if not listed and not begins_stream(start := read_start(blob, entry, 2)) and start != _ZIP:
                continue
            one = _walk_entry(blob, entry, opcodes, steps, depth)
        except (FormatError, PickledError):
            one = Walked(unwalked=True, pickles=1)
        for unsafe in one.unsafe:
            found.setdefault(unsafe.name, unsafe)
        unwalked |= one.unwalked
        pickles += one.pickles
    return Walked(tuple(found.values()), unwalked, pickles)


def _walk_entry(blob: Blob, entry: ZipEntry, opcodes: Iterator[None], steps: Iterator[None], depth: int) -> Walked:
    name = entry.name
    if name.endswith(".npy") and not _holds_objects(entry, read_start(blob, entry, min(entry.size, 16_384))):
        return Walked()
    for _ in range(-(-entry.size // UNPACKED_STEP)):
        if next(steps, entry) is entry:
            return Walked(unwalked=True, pickles=1)
    part = HeldBlob(blob.path, read_entry(blob, entry, MAX_PICKLE_BYTES))
    if part.read(0, len(MAGIC)) == MAGIC:
        return _walk_array(part, opcodes, name)
    if part.read(0, len(_ZIP)) == _ZIP:
        return walk_archive(part, opcodes, depth + 1) if depth < MAX_DEPTH else Walked(unwalked=True, pickles=1)
    return _walk(part, GlobalTable(blob.path, name), opcodes, sure=True, depth=depth)


def _holds_objects(entry: ZipEntry, head: bytes) -> bool:
    """Whether an array holds objects; also where that cannot be told."""
    try:
        return read_header(entry.name, entry.name, head).pickled
    except FormatError:
        return True


def _walk_array(blob: Blob, opcodes: Iterator[None], stream: str | None = None) -> Walked:
    """The pickle of an array of objects; nothing for one of numbers."""
    name = stream or blob.path
    header: ArrayHeader = read_header(blob.path, name, blob.read(0, 16_384))
    if not header.pickled:
        return Walked()
    part = PartBlob(blob, blob.path, header.data, blob.size - header.data)
    table = GlobalTable(blob.path, name)
    table.base = header.data
    return _walk(part, table, opcodes, sure=True)


def _walk(blob: Blob, table: GlobalTable, opcodes: Iterator[None], *, sure: bool, depth: int = 0) -> Walked:
    """Walk the streams of ``blob``; where it is not ``sure`` that it holds pickles, what they import shows it."""
    walk = Walk(blob, table, opcodes, walk_archive, lenient=True, depth=depth)
    broken = False
    try:
        walk.program()
        walk.rest()
    except PyTorchError:
        broken = True
    except PickledError:
        return Walked(table.unsafe, unwalked=True, pickles=1)
    if broken and not sure and not walk.position and not begins_stream(blob.read(0, 2)):
        found = tuple(named(table.unsafe))
        return Walked(found, unwalked=bool(found), pickles=int(bool(found)))
    return Walked(table.unsafe, unwalked=broken or walk.unwalked, pickles=1)
