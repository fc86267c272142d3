"""Hand-built bad archives of NumPy: broken zips and broken arrays, each with its own named error."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence

import pytest

from arrays import array, npz
from faults import assert_fault, raises_fault
from truename.blob import MemoryBlob
from truename.errors import Fault, WeightsError
from truename.formats.archives import ZipFault
from truename.formats.archives.zip import MAX_DIRECTORY_BYTES
from truename.formats.numpy import NumpyFault
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

CASES: dict[str, tuple[bytes, Fault]] = {
    "nothing at all": (b"", ZipFault.NO_DIRECTORY),
    "no end record": (ONE[:-1], ZipFault.NO_DIRECTORY),
    "bytes behind the archive": (ONE + b"x", ZipFault.NO_DIRECTORY),
    "a comment that says more than there is": (changed(ONE, EOCD + 20, "H", 9), ZipFault.NO_DIRECTORY),
    "bytes before the archive": (b"x" + ONE, ZipFault.DIRECTORY_RANGE),
    "a directory beyond the end": (changed(ONE, EOCD + 16, "L", 2**31), ZipFault.DIRECTORY_RANGE),
    "a directory that is longer": (changed(ONE, EOCD + 12, "L", 2**20), ZipFault.DIRECTORY_RANGE),
    "a directory of 4 GB": (
        changed(ONE, EOCD + 12, "L", MAX_DIRECTORY_BYTES + 1),
        ZipFault.DIRECTORY_TOO_LARGE,
    ),
    "a directory without a signature": (changed(ONE, DIRECTORY, "L", 0), ZipFault.DIRECTORY_ENTRY),
    "a name longer than the directory": (changed(ONE, DIRECTORY + 28, "H", 999), ZipFault.DIRECTORY_ENTRY),
    "fewer entries than it says": (changed(ONE, EOCD + 8, "2H", 2, 2), ZipFault.ENTRY_COUNT),
    "more entries than it says": (changed(TWO, len(TWO) - 14, "2H", 1, 1), ZipFault.ENTRY_COUNT),
    "no entries and a directory": (changed(ONE, EOCD + 8, "2H", 0, 0), ZipFault.ENTRY_COUNT),
    "65,535 entries and no 64-bit record": (changed(ONE, EOCD + 8, "2H", 65535, 65535), ZipFault.ZIP64),
    "a locator that points nowhere": (zip64(2**60), ZipFault.ZIP64),
    "a locator that points at something else": (zip64(EOCD, magic=b"PK\6\5"), ZipFault.ZIP64),
    "a 64-bit record of another length": (zip64(EOCD, length=2**40), ZipFault.ZIP64),
    "64-bit sizes that are not there": (
        changed(ONE, DIRECTORY + 20, "2L", 2**32 - 1, 2**32 - 1),
        ZipFault.ZIP64,
    ),
    "64-bit records of two disks": (zip64(EOCD, 2), ZipFault.MULTI_DISK),
    "the second of two disks": (changed(ONE, EOCD + 4, "2H", 1, 1), ZipFault.MULTI_DISK),
    "an entry on another disk": (changed(ONE, DIRECTORY + 34, "H", 1), ZipFault.MULTI_DISK),
    "a name that climbs": (named("../a.npy"), ZipFault.ENTRY_NAME),
    "a name that climbs inside": (named("a/../../a.npy"), ZipFault.ENTRY_NAME),
    "an absolute name": (named("/etc/a.npy"), ZipFault.ENTRY_NAME),
    "a name of Windows": (named("c:\\a.npy"), ZipFault.ENTRY_NAME),
    "a name with a zero byte": (named("a\0.npy"), ZipFault.ENTRY_NAME),
    "no name": (named(""), ZipFault.ENTRY_NAME),
    "a name that is no UTF-8": (ONE.replace(b"a.npy", b"\xff.npy"), ZipFault.ENTRY_NAME),
    "a name twice": (TWO.replace(b"b.npy", b"a.npy"), ZipFault.DUPLICATE_ENTRY),
    "an encrypted entry": (raw(("a.npy", ARRAY, len(ARRAY), 0, 1)), ZipFault.ENTRY_ENCRYPTED),
    "two entries in one place": (
        changed(TWO, TWO.rindex(b"PK\1\2") + 42, "L", 0),
        ZipFault.ENTRY_OVERLAP,
    ),
    "an entry that reaches into the directory": (
        changed(ONE, DIRECTORY + 20, "2L", 10**6, 10**6),
        ZipFault.ENTRY_RANGE,
    ),
    "an entry behind the end": (changed(ONE, DIRECTORY + 42, "L", 2**31), ZipFault.ENTRY_RANGE),
    "a local header that pushes the data out": (changed(ONE, 28, "H", 60_000), ZipFault.ENTRY_RANGE),
    "packed with LZMA": (raw(("a.npy", ARRAY, len(ARRAY), 14, 0)), ZipFault.ENTRY_COMPRESSION),
    "a broken deflate stream": (raw(("a.npy", b"\xff" * 50, 200, 8, 0)), ZipFault.ENTRY_COMPRESSION),
    "stored in more bytes than it says": (raw(("a.npy", ARRAY, 10, 0, 0)), ZipFault.ENTRY_SIZE),
    "unpacks to less than it says": (deflated(ARRAY[:100], 300), ZipFault.ENTRY_SIZE),
    "a bomb of 50 MB": (BOMB, ZipFault.ENTRY_SIZE),
    "no header of its own": (changed(ONE, 0, "L", 0), ZipFault.LOCAL_HEADER),
    "another name in its own header": (
        raw(("x.npy", ARRAY, len(ARRAY), 0, 0), names=["a.npy"]),
        ZipFault.LOCAL_HEADER,
    ),
    "another method in its own header": (changed(ONE, 8, "H", 8), ZipFault.LOCAL_HEADER),
    "no arrays": (npz({"readme.txt": b""}), NumpyFault.NO_ARRAYS),
    "an empty archive": (npz({}), NumpyFault.NO_ARRAYS),
    "an empty array": (npz({"a.npy": b""}), NumpyFault.MAGIC),
    "a pickle": (npz({"a.npy": b"\x80\x04N."}), NumpyFault.MAGIC),
    "version 9": (npz({"a.npy": ARRAY[:6] + b"\x09" + ARRAY[7:]}), NumpyFault.MAGIC),
    "no length": (npz({"a.npy": ARRAY[:8]}), NumpyFault.TRUNCATED),
    "cut within its header": (npz({"a.npy": ARRAY[:40]}), NumpyFault.TRUNCATED),
    "a header of 4 GB": (npz({"a.npy": b"\x93NUMPY\2\0" + b"\xff" * 4}), NumpyFault.HEADER_TOO_LARGE),
    "a header of 60,000 bytes": (header(GOOD + " " * 60_000), NumpyFault.HEADER_TOO_LARGE),
    "a header that is a call": (header("__import__('os').system('true')"), NumpyFault.HEADER),
    "a header with a call inside": (header(GOOD.replace("False", "exit()")), NumpyFault.HEADER),
    "a header nested 5,000 deep": (header("{'shape': " + "(" * 5_000 + ")" * 4_900), NumpyFault.HEADER),
    "a key twice": (header(GOOD[:-2] + "'descr': '<f4'}"), NumpyFault.HEADER),
    "no shape": (header("{'descr': '<f4', 'fortran_order': False}"), NumpyFault.HEADER),
    "another key": (header(GOOD[:-2] + "'more': True}"), NumpyFault.HEADER),
    "a shape below zero": (header(GOOD.replace("2", "-2")), NumpyFault.HEADER),
    "a shape that is a number": (header(GOOD.replace("(2, 3)", "(2)")), NumpyFault.HEADER),
    "a size of 50 digits": (header(GOOD.replace("2", "9" * 50)), NumpyFault.HEADER),
    "an order that is a number": (header(GOOD.replace("False", "'C'")), NumpyFault.HEADER),
    "a unit that is none": (header(GOOD.replace("<f4", "<M8[D")), NumpyFault.DTYPE),
    "a dtype that is none": (header(GOOD.replace("<f4", "<q9")), NumpyFault.DTYPE),
    "more elements than 63 bits": (header(GOOD.replace("(2,", "(2, 9999999999, 9999999999,")), NumpyFault.SHAPE),
    "100 dimensions": (header(GOOD.replace("(2,", "(" + "1, " * 98 + "2,")), NumpyFault.SHAPE),
    "a 70B model in 24 bytes": (header(GOOD.replace("(2,", "(70000000000,")), NumpyFault.SIZE),
    "less data than its shape": (one("<f4", (2, 3), data=bytes(23)), NumpyFault.SIZE),
    "more data than its shape": (one("<f4", (2, 3), data=bytes(25)), NumpyFault.SIZE),
}


@pytest.mark.parametrize(("data", "code"), CASES.values(), ids=CASES)
def test_a_bad_file_has_its_own_code(data: bytes, code: Fault) -> None:
    blob = MemoryBlob("bad.npz", data)
    with pytest.raises(WeightsError) as caught:
        read_npz(blob)
    assert_fault(caught.value, code)
    assert str(caught.value).startswith("bad.npz: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert blob.bytes_read < 200_000


def test_every_code_has_a_case() -> None:
    # two are for formats that read whole entries: see test_pytorch; of good files two more in tests/formats
    elsewhere = {ZipFault.ENTRY_TOO_LARGE, ZipFault.ENTRY_MISSING, NumpyFault.TOO_MANY_ARRAYS}
    elsewhere |= {NumpyFault.NO_NUMBERS, NumpyFault.PICKLED_OBJECTS}
    assert {*NumpyFault, *ZipFault} - elsewhere == {code for _, code in CASES.values()}


def test_more_arrays_than_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numpy_archive, "MAX_ARRAYS", 1)
    with raises_fault(NumpyFault.TOO_MANY_ARRAYS, match=r"bad\.npz: array 'a\.npy' is one of 2 arrays; at most 1 "):
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
