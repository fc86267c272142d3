"""Read the central directory of a zip archive and single entries of it, by range and within bounds.

Only what weights need: one file, stored or deflated entries, 32 or 64 bits. Where readers of zips differ (bytes before
or behind the archive, entries that overlap, names that come twice) the archive is refused, so that nobody sees another
content than truename. The layout is that of PKWARE's APPNOTE 6.3.
"""

from __future__ import annotations

import struct
import zlib

import msgspec

from truename.blob import Blob
from truename.errors import FormatError
from truename.formats.archives import ZipFault

MAX_DIRECTORY_BYTES = 32_000_000
MAX_ENTRIES = 200_000
_UNPACKED_OF_STEP = 256  # bytes that cost as much to unpack as a step
_STEPS = 2  # what an entry of the directory costs
STORED, DEFLATED = 0, 8

_TAIL_BYTES = 65_557  # an end record with the longest comment; also holds most directories
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ALL_16, _ALL_32 = 0xFFFF, 0xFFFFFFFF
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_PADDING = 192  # writers align an entry's data by a padding in its own header


class ZipEntry(msgspec.Struct, frozen=True, gc=False):
    """One entry as the central directory gives it."""

    name: str
    offset: int  # of its local header
    compressed: int  # bytes in the file
    size: int  # bytes when unpacked
    method: int
    flags: int


def read_directory(blob: Blob) -> dict[str, ZipEntry]:
    """The entries of an archive by name, in the order of its directory; no entry is opened.

    Raises:
        FormatError: the archive is broken or ambiguous; its code says how.
    """
    tail_at = max(0, blob.size - _TAIL_BYTES)
    tail = blob.read(tail_at, _TAIL_BYTES)
    end = _find_end(blob.path, tail)
    count, size, offset, before = _end_record(blob, tail, tail_at, end)
    if size > MAX_DIRECTORY_BYTES or count > MAX_ENTRIES:
        problem = f"has a zip directory of {size:,} bytes and {count:,} entries; at most {MAX_DIRECTORY_BYTES:,} bytes"
        raise FormatError(blob.path, ZipFault.DIRECTORY_TOO_LARGE, f"{problem} and {MAX_ENTRIES:,} entries are read")
    blob.take_steps(_STEPS * count)
    if offset + size != before:
        problem = f"has a zip directory of {size:,} bytes at {offset:,}, which does not end at its end record"
        raise FormatError(blob.path, ZipFault.DIRECTORY_RANGE, problem)
    start = offset - tail_at
    directory = tail[start : start + size] if start >= 0 else blob.read(offset, size)
    entries = _entries(blob.path, directory, count)
    _check_names(blob.path, entries)
    _check_layout(blob.path, entries, offset)
    return {entry.name: entry for entry in entries}


def read_entry(blob: Blob, entry: ZipEntry, limit: int) -> bytes:
    """All bytes of one entry, unpacked.

    Raises:
        FormatError: it unpacks to more than ``limit`` bytes; or it cannot be read as what it says.
    """
    if entry.size > limit:
        problem = f"says that it has {entry.size:,} bytes; at most {limit:,} are read"
        raise FormatError(blob.path, ZipFault.ENTRY_TOO_LARGE, problem, part=("entry", entry.name))
    data = read_start(blob, entry, entry.size)
    if len(data) != entry.size:
        problem = f"has {len(data):,} bytes, not the {entry.size:,} that it says"
        raise FormatError(blob.path, ZipFault.ENTRY_SIZE, problem, part=("entry", entry.name))
    return data


def read_start(blob: Blob, entry: ZipEntry, length: int) -> bytes:
    """The first ``length`` bytes of one entry, unpacked; fewer where it ends. The caller bounds ``length``.

    Raises:
        FormatError: it cannot be read as what it says.
    """
    if entry.flags & _ENCRYPTED:
        raise FormatError(blob.path, ZipFault.ENTRY_ENCRYPTED, "is encrypted", part=("entry", entry.name))
    if entry.method == STORED:
        if entry.size != entry.compressed:
            problem = f"is stored in {entry.compressed:,} bytes and says that it has {entry.size:,}"
            raise FormatError(blob.path, ZipFault.ENTRY_SIZE, problem, part=("entry", entry.name))
        return _packed(blob, entry, length)
    if entry.method != DEFLATED:
        raise FormatError(
            blob.path, ZipFault.ENTRY_COMPRESSION, f"is packed with method {entry.method}", part=("entry", entry.name)
        )
    blob.take_steps(length // _UNPACKED_OF_STEP)
    # A deflated stream is never much longer than what it unpacks to.
    return _inflate(blob.path, entry, _packed(blob, entry, length + length // 1000 + 1024), length)


def _inflate(path: str, entry: ZipEntry, packed: bytes, length: int) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = stream.decompress(packed, length + 1)
    except zlib.error:
        raise FormatError(
            path, ZipFault.ENTRY_COMPRESSION, "has a broken deflate stream", part=("entry", entry.name)
        ) from None
    if length >= entry.size and (len(data) != entry.size or not stream.eof):
        problem = f"does not unpack to the {entry.size:,} bytes that it says"
        raise FormatError(path, ZipFault.ENTRY_SIZE, problem, part=("entry", entry.name))
    return data[:length]


def _packed(blob: Blob, entry: ZipEntry, length: int) -> bytes:
    """The first bytes of an entry as they lie in the file; its local header must agree with the directory."""
    wanted = min(length, entry.compressed)
    name = entry.name.encode()
    data = blob.read(entry.offset, _LOCAL.size + len(name) + _PADDING + wanted)
    if len(data) < _LOCAL.size + len(name) or data[:4] != b"PK\x03\x04":
        raise FormatError(
            blob.path,
            ZipFault.LOCAL_HEADER,
            "has no header of its own where the directory says",
            part=("entry", entry.name),
        )
    fields = _LOCAL.unpack_from(data)
    flags, method, name_length, extra = fields[2], fields[3], fields[9], fields[10]
    if data[_LOCAL.size : _LOCAL.size + name_length] != name or method != entry.method or flags & _ENCRYPTED:
        raise FormatError(
            blob.path, ZipFault.LOCAL_HEADER, "has a header that contradicts the directory", part=("entry", entry.name)
        )
    start = _LOCAL.size + name_length + extra
    if entry.offset + start + entry.compressed > blob.size:
        raise FormatError(blob.path, ZipFault.ENTRY_RANGE, "reaches out of the file", part=("entry", entry.name))
    if start + wanted > len(data):
        data += blob.read(entry.offset + len(data), start + wanted - len(data))
    return data[start : start + wanted]


def _find_end(path: str, tail: bytes) -> int:
    """Where the end record begins in the tail; its comment must end with the file."""
    at = len(tail)
    while (at := tail.rfind(b"PK\x05\x06", 0, at)) >= 0:
        if len(tail) - at >= _END.size and at + _END.size + int.from_bytes(tail[at + 20 : at + 22], "little") == len(
            tail
        ):
            return at
    raise FormatError(path, ZipFault.NO_DIRECTORY, "does not end like a zip archive; is it cut off?")


def _end_record(blob: Blob, tail: bytes, tail_at: int, end: int) -> tuple[int, int, int, int]:
    """Number of entries, size and offset of the directory, and where the record behind the directory begins."""
    _, disk, first_disk, here, count, size, offset, _ = _END.unpack_from(tail, end)
    locator = end - _LOCATOR_64.size
    if locator >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
        return _end_record_64(blob, _LOCATOR_64.unpack_from(tail, locator), tail_at + locator)
    if disk or first_disk or here != count:
        raise FormatError(blob.path, ZipFault.MULTI_DISK, "is one part of a zip archive of several files")
    if count == _ALL_16 or _ALL_32 in (size, offset):
        raise FormatError(blob.path, ZipFault.ZIP64, "lacks the 64-bit end record that its end record refers to")
    return count, size, offset, tail_at + end


def _end_record_64(blob: Blob, locator: tuple[bytes, int, int, int], locator_at: int) -> tuple[int, int, int, int]:
    _, disk, at, disks = locator
    data = blob.read(at, _END_64.size) if at + _END_64.size <= locator_at else b""
    if len(data) < _END_64.size or data[:4] != b"PK\x06\x06":
        raise FormatError(blob.path, ZipFault.ZIP64, "has no 64-bit end record where its locator says")
    _, length, _, _, here_disk, first_disk, here, count, size, offset = _END_64.unpack(data)
    if at + 12 + length != locator_at:
        raise FormatError(blob.path, ZipFault.ZIP64, "has a 64-bit end record that does not end at its locator")
    if disk or disks > 1 or here_disk or first_disk or here != count:
        raise FormatError(blob.path, ZipFault.MULTI_DISK, "is one part of a zip archive of several files")
    return count, size, offset, at


def _entries(path: str, directory: bytes, count: int) -> list[ZipEntry]:
    entries: list[ZipEntry] = []
    at, end, unpack = 0, len(directory), _ENTRY.unpack_from
    while at < end:
        if at + 46 > end or len(entries) >= count:
            break
        # signature, versions, flags, method, time, date, crc, sizes, lengths, disk, attributes, offset
        (signature, _, _, flags, method, _, _, _, compressed, size, name, extra, comment, disk, _, _, offset) = unpack(
            directory, at
        )
        after = at + 46 + name + extra + comment
        if signature != b"PK\x01\x02" or after > end:
            raise FormatError(
                path, ZipFault.DIRECTORY_ENTRY, f"has a broken zip directory at its entry {len(entries) + 1:,}"
            )
        try:
            text = directory[at + 46 : at + 46 + name].decode()
        except UnicodeDecodeError:
            raw = directory[at + 46 : at + 46 + name].decode("latin-1")
            raise FormatError(path, ZipFault.ENTRY_NAME, "has a name that is no UTF-8", part=("entry", raw)) from None
        if _ALL_32 in (compressed, size, offset):
            fields = directory[at + 46 + name : at + 46 + name + extra]
            size, compressed, offset = _sizes_64(path, text, fields, size, compressed, offset)
        if disk not in (0, _ALL_16):
            raise FormatError(path, ZipFault.MULTI_DISK, "is one part of a zip archive of several files")
        entries.append(ZipEntry(text, offset, compressed, size, method, flags))
        at = after
    if at != end or len(entries) != count:
        found = f"{len(entries):,}{' or more' if at != end else ''}"
        raise FormatError(
            path, ZipFault.ENTRY_COUNT, f"says that it holds {count:,} entries, and its directory holds {found}"
        )
    return entries


def _sizes_64(path: str, name: str, extra: bytes, *sizes: int) -> list[int]:
    """The 64-bit values of those sizes that are all ones, in the order of the extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            wanted = sum(size == _ALL_32 for size in sizes)
            if length < 8 * wanted or at + 4 + length > len(extra):
                break
            values = iter(struct.unpack_from(f"<{wanted}Q", extra, at + 4))
            return [next(values) if size == _ALL_32 else size for size in sizes]
        at += 4 + length
    raise FormatError(path, ZipFault.ZIP64, f"lacks the 64-bit sizes of entry {name[:120]!r}")


def _check_names(path: str, entries: list[ZipEntry]) -> None:
    names = [entry.name for entry in entries]
    joined = "/".join(names)
    if ".." in joined or "\\" in joined or "\0" in joined or "//" in joined or joined[:1] == "/" or "" in names:
        for name in names:
            if not name or name[0] == "/" or "\\" in name or "\0" in name or ".." in name.split("/"):
                raise FormatError(
                    path, ZipFault.ENTRY_NAME, "has a name that is no path inside of an archive", part=("entry", name)
                )
    if len(set(names)) != len(names):
        seen: set[str] = set()
        twice = next(name for name in names if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise FormatError(path, ZipFault.DUPLICATE_ENTRY, "is there twice", part=("entry", twice))


def _check_layout(path: str, entries: list[ZipEntry], directory_at: int) -> None:
    """No two entries share bytes, and none reaches into the directory."""
    position, previous = 0, ""
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if entry.offset < position:
            raise FormatError(
                path, ZipFault.ENTRY_OVERLAP, f"shares bytes with {previous[:120]!r}", part=("entry", entry.name)
            )
        position = entry.offset + 30 + len(entry.name.encode()) + entry.compressed
        if position > directory_at:
            raise FormatError(
                path, ZipFault.ENTRY_RANGE, "reaches out of the archive's data", part=("entry", entry.name)
            )
        previous = entry.name
