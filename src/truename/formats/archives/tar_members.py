"""List the members of a tar by their headers, within bounds; nothing is unpacked.

The layout is that of POSIX.1-2001 (ustar and pax) and of GNU's long names. Every way to be wrong has its class:

"""

from __future__ import annotations

import msgspec

from truename.blob import Blob
from truename.errors import FormatError
from truename.formats.archives import TarFault

MAX_MEMBERS = 10_000
_COUNTED, _STEPS = 128, 8  # members that are counted at a time, and what each costs
MAX_EXTENDED_BYTES = 65_536  # of one extended header
MAX_ALL_EXTENDED_BYTES = 1_000_000  # of all; real ones have one or two hundred a member
BLOCK = 512

_REGULAR, _FOLDER = b"0\0" + b"7", b"5"
_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK = b"x", b"g", b"L", b"K"


class TarMember(msgspec.Struct, frozen=True):
    """One regular file in the archive."""

    name: str
    offset: int  # of its data
    size: int


def read_members(blob: Blob) -> dict[str, TarMember]:
    """The regular files of a tar by name, in its order. Folders are left out.

    Raises:
        FormatError: the archive is broken, or holds what no archive of weights needs; its code says how.
    """
    members: dict[str, TarMember] = {}
    position, count, extended_bytes = 0, 0, 0
    extended: dict[str, str] = {}
    while position < blob.size:
        header = blob.read(position, BLOCK)
        if len(header) < BLOCK:
            raise FormatError(
                blob.path, TarFault.TRUNCATED, f"ends within a header at byte {position:,}; is it cut off?"
            )
        if not any(header):
            return members
        count += 1
        if count % _COUNTED == 0:
            blob.take_steps(_STEPS * _COUNTED)
        if count > MAX_MEMBERS:
            raise FormatError(blob.path, TarFault.TOO_MANY_MEMBERS, f"has more than {MAX_MEMBERS:,} members")
        _check_sum(blob.path, header, position)
        kind = header[156:157]
        size = _number(blob.path, header[124:136], position)
        if (told := extended.get("size")) is not None and kind not in (_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK):
            size = _decimal(blob.path, told)
        data, position = position + BLOCK, position + BLOCK + (size + BLOCK - 1) // BLOCK * BLOCK
        if data + size > blob.size:
            raise FormatError(blob.path, TarFault.TRUNCATED, f"ends within a member of {size:,} bytes; is it cut off?")
        if kind in (_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK):
            extended_bytes += size
            if extended_bytes > MAX_ALL_EXTENDED_BYTES:
                problem = f"has more than {MAX_ALL_EXTENDED_BYTES:,} bytes of extended tar headers"
                raise FormatError(blob.path, TarFault.RECORD, problem)
            found = _extended(blob, kind, data, size)
            extended = {**extended, **found} if kind in (_PAX, _LONG_NAME) else extended
            continue
        name = extended.get("path") or _name(blob.path, header)
        extended = {}
        _add(blob.path, members, name, kind, data, size)
    return members


def _add(path: str, members: dict[str, TarMember], name: str, kind: bytes, data: int, size: int) -> None:
    shown = repr(name[:120])
    clean = name.removeprefix("./").rstrip("/")
    if name.startswith("/") or "\\" in name or "\0" in name or ".." in name.split("/"):
        raise FormatError(path, TarFault.NAME, f"has a member {shown}, which is no path inside of an archive")
    if kind == _FOLDER or clean in ("", "."):
        return
    if kind not in (b"0", b"\0", b"7"):
        raise FormatError(path, TarFault.LINK, f"has a member {shown} that is a link or a device; only files are read")
    if clean in members:
        raise FormatError(path, TarFault.DUPLICATE_MEMBER, f"has the member {shown} twice")
    members[clean] = TarMember(clean, data, size)


def _check_sum(path: str, header: bytes, position: int) -> None:
    told = _number(path, header[148:156], position)
    if told != sum(header) - sum(header[148:156]) + 8 * 32:
        raise FormatError(path, TarFault.HEADER, f"has a broken tar header at byte {position:,}")


def _number(path: str, field: bytes, position: int) -> int:
    """Octal digits, or GNU's base 256 with its first bit set."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if digits.strip(b"01234567") or field[:1] == b"\xff":
        raise FormatError(path, TarFault.NUMBER, f"has a tar header at byte {position:,} with a size that is no number")
    return int(digits or b"0", 8)


def _decimal(path: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise FormatError(path, TarFault.NUMBER, "has an extended tar header with a size that is no number")
    return int(text)


def _name(path: str, header: bytes) -> str:
    name, prefix = header[:100].split(b"\0")[0], header[345:500].split(b"\0")[0]
    raw = prefix + b"/" + name if prefix and header[257:263] == b"ustar\0" else name
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise FormatError(path, TarFault.NAME, f"has a member whose name is no UTF-8: {raw[:120]!r}") from None


def _extended(blob: Blob, kind: bytes, offset: int, size: int) -> dict[str, str]:
    """Path and size of the next member, as an extended header gives them."""
    if size > MAX_EXTENDED_BYTES:
        raise FormatError(blob.path, TarFault.RECORD, f"has an extended tar header of {size:,} bytes")
    data = blob.read(offset, size)
    try:
        if kind in (_LONG_NAME, _LONG_LINK):
            return {"path": data.split(b"\0")[0].decode()}
        return _records(blob.path, data)
    except UnicodeDecodeError:
        raise FormatError(blob.path, TarFault.NAME, "has an extended tar header with a name that is no UTF-8") from None


def _records(path: str, data: bytes) -> dict[str, str]:
    """``length key=value`` lines; only path and size matter here."""
    found: dict[str, str] = {}
    at = 0
    while at < len(data) and data[at]:
        space = data.find(b" ", at, at + 8)
        digits = data[at:space] if space > 0 else b""
        length = int(digits) if digits.isdigit() else 0
        line = data[space + 1 : at + length]
        if length < 5 or at + length > len(data) or line[-1:] != b"\n" or b"=" not in line:
            raise FormatError(path, TarFault.RECORD, "has an extended tar header that breaks its form")
        key, _, value = line[:-1].partition(b"=")
        if key in (b"path", b"size"):
            found[key.decode()] = value.decode()
        elif key.startswith(b"GNU.sparse"):
            raise FormatError(path, TarFault.RECORD, "has a sparse member, which is not read")
        at += length
    return found
