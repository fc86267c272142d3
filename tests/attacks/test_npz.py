"""Hand-built bad archives of NumPy: broken zips and broken arrays, each with its own named error."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence

import pytest

from arrays import array, npz
from truename.blob import MemoryBlob
from truename.errors import WeightsError
from truename.formats.archives import zip_errors
from truename.formats.archives.zip import MAX_DIRECTORY_BYTES
from truename.formats.numpy import reader as arrays
from truename.formats.numpy import reader as numpy_archive
from truename.formats.numpy.reader import read_npz

ONE = npz({"a.npy": array("<f4", (2, 3))})
TWO = npz({"a.npy": array("<f4", (2, 3)), "b.npy": array("<f4", (2, 3))})
EOCD = ONE.rindex(b"PK\x05\x06")
DIRECTORY = ONE.index(b"PK\x01\x02")
GOOD = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"


def changed(data: bytes, at: int, form: str, *values: int) -> bytes:
    """``data`` with other numbers at one place."""
    new = struct.pack(f"<{form}", *values)
    return data[:at] + new + data[at + len(new) :]


def one(*args: object, **options: object) -> bytes:
    return npz({"a.npy": array(*args, **options)})  # type: ignore[arg-type]


def header(text: str) -> bytes:
    return one("<f4", (2, 3), header=text, data=bytes(24))


def deflated(data: bytes, says: int) -> bytes:
    """An entry whose stream unpacks to something else than it says."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    return raw(("a.npy", packed, says, 8, 0))


def raw(*entries: tuple[str, bytes, int, int, int], names: Sequence[str] = (), count: int | None = None) -> bytes:
    """A zip of (name, bytes, size, method, flags); ``names`` stand in the directory instead of the entries' own."""
    body, directory = b"", b""
    for number, (name, data, size, method, flags) in enumerate(entries):
        listed = (names[number] if number < len(names) else name).encode()
        sizes = struct.pack("<3L", 0, len(data), size)
        at = len(body)
        body += b"PK\3\4" + struct.pack("<5H", 20, flags, method, 0, 0) + sizes
        body += struct.pack("<2H", len(name.encode()), 0) + name.encode() + data
        directory += b"PK\1\2" + struct.pack("<6H", 20, 20, flags, method, 0, 0) + sizes
        directory += struct.pack("<5H2L", len(listed), 0, 0, 0, 0, 0, at) + listed
    held = len(entries) if count is None else count
    return body + directory + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, held, held, len(directory), len(body), 0)


def named(name: str) -> bytes:
    data = array("<f4", (1,))
    return raw((name, data, len(data), 0, 0))


def zip64(at: int, disks: int = 1, *, length: int = 44, magic: bytes = b"PK\6\6") -> bytes:
    """ONE with 64-bit end records: where the locator points, and of how many disks."""
    head = ONE[:EOCD]
    record = magic + struct.pack("<Q2H2L4Q", length, 45, 45, 0, 0, 1, 1, EOCD - DIRECTORY, DIRECTORY)
    locator = b"PK\6\7" + struct.pack("<LQL", 0, at, disks)
    return head + record + locator + ONE[EOCD:]


ARRAY = array("<f4", (2, 3))
BOMB = deflated(array("<f4", (2, 3)) + bytes(50_000_000), len(ARRAY))

CASES: dict[str, tuple[bytes, type[WeightsError]]] = {
    "nothing at all": (b"", zip_errors.NoDirectoryError),
    "no end record": (ONE[:-1], zip_errors.NoDirectoryError),
    "bytes behind the archive": (ONE + b"x", zip_errors.NoDirectoryError),
    "a comment that says more than there is": (changed(ONE, EOCD + 20, "H", 9), zip_errors.NoDirectoryError),
    "bytes before the archive": (b"x" + ONE, zip_errors.DirectoryRangeError),
    "a directory beyond the end": (changed(ONE, EOCD + 16, "L", 2**31), zip_errors.DirectoryRangeError),
    "a directory that is longer": (changed(ONE, EOCD + 12, "L", 2**20), zip_errors.DirectoryRangeError),
    "a directory of 4 GB": (
        changed(ONE, EOCD + 12, "L", MAX_DIRECTORY_BYTES + 1),
        zip_errors.DirectoryTooLargeError,
    ),
    "a directory without a signature": (changed(ONE, DIRECTORY, "L", 0), zip_errors.DirectoryEntryError),
    "a name longer than the directory": (changed(ONE, DIRECTORY + 28, "H", 999), zip_errors.DirectoryEntryError),
    "fewer entries than it says": (changed(ONE, EOCD + 8, "2H", 2, 2), zip_errors.EntryCountError),
    "more entries than it says": (changed(TWO, len(TWO) - 14, "2H", 1, 1), zip_errors.EntryCountError),
    "no entries and a directory": (changed(ONE, EOCD + 8, "2H", 0, 0), zip_errors.EntryCountError),
    "65,535 entries and no 64-bit record": (changed(ONE, EOCD + 8, "2H", 65535, 65535), zip_errors.Zip64Error),
    "a locator that points nowhere": (zip64(2**60), zip_errors.Zip64Error),
    "a locator that points at something else": (zip64(EOCD, magic=b"PK\6\5"), zip_errors.Zip64Error),
    "a 64-bit record of another length": (zip64(EOCD, length=2**40), zip_errors.Zip64Error),
    "64-bit sizes that are not there": (
        changed(ONE, DIRECTORY + 20, "2L", 2**32 - 1, 2**32 - 1),
        zip_errors.Zip64Error,
    ),
    "64-bit records of two disks": (zip64(EOCD, 2), zip_errors.MultiDiskError),
    "the second of two disks": (changed(ONE, EOCD + 4, "2H", 1, 1), zip_errors.MultiDiskError),
    "an entry on another disk": (changed(ONE, DIRECTORY + 34, "H", 1), zip_errors.MultiDiskError),
    "a name that climbs": (named("../a.npy"), zip_errors.EntryNameError),
    "a name that climbs inside": (named("a/../../a.npy"), zip_errors.EntryNameError),
    "an absolute name": (named("/etc/a.npy"), zip_errors.EntryNameError),
    "a name of Windows": (named("c:\\a.npy"), zip_errors.EntryNameError),
    "a name with a zero byte": (named("a\0.npy"), zip_errors.EntryNameError),
    "no name": (named(""), zip_errors.EntryNameError),
    "a name that is no UTF-8": (ONE.replace(b"a.npy", b"\xff.npy"), zip_errors.EntryNameError),
    "a name twice": (TWO.replace(b"b.npy", b"a.npy"), zip_errors.DuplicateEntryError),
    "an encrypted entry": (raw(("a.npy", ARRAY, len(ARRAY), 0, 1)), zip_errors.EntryEncryptedError),
    "two entries in one place": (
        changed(TWO, TWO.rindex(b"PK\1\2") + 42, "L", 0),
        zip_errors.EntryOverlapError,
    ),
    "an entry that reaches into the directory": (
        changed(ONE, DIRECTORY + 20, "2L", 10**6, 10**6),
        zip_errors.EntryRangeError,
    ),
    "an entry behind the end": (changed(ONE, DIRECTORY + 42, "L", 2**31), zip_errors.EntryRangeError),
    "a local header that pushes the data out": (changed(ONE, 28, "H", 60_000), zip_errors.EntryRangeError),
    "packed with LZMA": (raw(("a.npy", ARRAY, len(ARRAY), 14, 0)), zip_errors.EntryCompressionError),
    "a broken deflate stream": (raw(("a.npy", b"\xff" * 50, 200, 8, 0)), zip_errors.EntryCompressionError),
    "stored in more bytes than it says": (raw(("a.npy", ARRAY, 10, 0, 0)), zip_errors.EntrySizeError),
    "unpacks to less than it says": (deflated(ARRAY[:100], 300), zip_errors.EntrySizeError),
    "a bomb of 50 MB": (BOMB, zip_errors.EntrySizeError),
    "no header of its own": (changed(ONE, 0, "L", 0), zip_errors.LocalHeaderError),
    "another name in its own header": (
        raw(("x.npy", ARRAY, len(ARRAY), 0, 0), names=["a.npy"]),
        zip_errors.LocalHeaderError,
    ),
    "another method in its own header": (changed(ONE, 8, "H", 8), zip_errors.LocalHeaderError),
    "no arrays": (npz({"readme.txt": b""}), arrays.NoArraysError),
    "an empty archive": (npz({}), arrays.NoArraysError),
    "an empty array": (npz({"a.npy": b""}), arrays.NumpyMagicError),
    "a pickle": (npz({"a.npy": b"\x80\x04N."}), arrays.NumpyMagicError),
    "version 9": (npz({"a.npy": ARRAY[:6] + b"\x09" + ARRAY[7:]}), arrays.NumpyMagicError),
    "no length": (npz({"a.npy": ARRAY[:8]}), arrays.NumpyTruncatedError),
    "cut within its header": (npz({"a.npy": ARRAY[:40]}), arrays.NumpyTruncatedError),
    "a header of 4 GB": (npz({"a.npy": b"\x93NUMPY\2\0" + b"\xff" * 4}), arrays.NumpyHeaderTooLargeError),
    "a header of 60,000 bytes": (header(GOOD + " " * 60_000), arrays.NumpyHeaderTooLargeError),
    "a header that is a call": (header("__import__('os').system('true')"), arrays.NumpyHeaderError),
    "a header with a call inside": (header(GOOD.replace("False", "exit()")), arrays.NumpyHeaderError),
    "a header nested 5,000 deep": (header("{'shape': " + "(" * 5_000 + ")" * 4_900), arrays.NumpyHeaderError),
    "a key twice": (header(GOOD[:-2] + "'descr': '<f4'}"), arrays.NumpyHeaderError),
    "no shape": (header("{'descr': '<f4', 'fortran_order': False}"), arrays.NumpyHeaderError),
    "another key": (header(GOOD[:-2] + "'more': True}"), arrays.NumpyHeaderError),
    "a shape below zero": (header(GOOD.replace("2", "-2")), arrays.NumpyHeaderError),
    "a shape that is a number": (header(GOOD.replace("(2, 3)", "(2)")), arrays.NumpyHeaderError),
    "a size of 50 digits": (header(GOOD.replace("2", "9" * 50)), arrays.NumpyHeaderError),
    "an order that is a number": (header(GOOD.replace("False", "'C'")), arrays.NumpyHeaderError),
    "a unit that is none": (header(GOOD.replace("<f4", "<M8[D")), arrays.NumpyDtypeError),
    "a dtype that is none": (header(GOOD.replace("<f4", "<q9")), arrays.NumpyDtypeError),
    "more elements than 63 bits": (header(GOOD.replace("(2,", "(2, 9999999999, 9999999999,")), arrays.NumpyShapeError),
    "100 dimensions": (header(GOOD.replace("(2,", "(" + "1, " * 98 + "2,")), arrays.NumpyShapeError),
    "a 70B model in 24 bytes": (header(GOOD.replace("(2,", "(70000000000,")), arrays.NumpySizeError),
    "less data than its shape": (one("<f4", (2, 3), data=bytes(23)), arrays.NumpySizeError),
    "more data than its shape": (one("<f4", (2, 3), data=bytes(25)), arrays.NumpySizeError),
}


@pytest.mark.parametrize(("data", "error"), CASES.values(), ids=CASES)
def test_a_bad_file_has_its_own_error(data: bytes, error: type[WeightsError]) -> None:
    blob = MemoryBlob("bad.npz", data)
    with pytest.raises(WeightsError) as caught:
        read_npz(blob)
    assert type(caught.value) is error
    assert str(caught.value).startswith("bad.npz: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert blob.bytes_read < 200_000


def test_every_error_has_a_case() -> None:
    known = {**vars(numpy_archive), **vars(zip_errors)}.values()
    bases = (numpy_archive.NumpyError, zip_errors.ZipError)
    leaves = {c for c in known if isinstance(c, type) and issubclass(c, bases) and not c.__subclasses__()}
    # two are for formats that read whole entries: see test_pytorch
    elsewhere = {zip_errors.EntryTooLargeError, zip_errors.EntryMissingError, arrays.TooManyArraysError}
    assert leaves - elsewhere == {e for _, e in CASES.values()}


def test_more_arrays_than_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numpy_archive, "MAX_ARRAYS", 1)
    with pytest.raises(arrays.TooManyArraysError, match=r"bad\.npz: array 'a\.npy' is one of 2 arrays; at most 1 "):
        read_npz(MemoryBlob("bad.npz", TWO))


def test_a_bomb_is_not_unpacked() -> None:
    """An archive that says the truth about a long member: only its first bytes are unpacked."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file, file.open("a.npy", "w") as member:
        member.write(array("|u1", (200_000_000,), data=b""))
        for _ in range(200):
            member.write(bytes(1_000_000))
    blob = MemoryBlob("big.npz", buffer.getvalue())
    (tensor,) = read_npz(blob).tensors.values()
    assert tensor.stored_bytes == 200_000_000
    assert blob.bytes_read < 70_000
