"""Hand-built bad HDF5 files, each with its own named error."""

from __future__ import annotations

import io

import pytest

from faults import assert_fault, raises_fault
from truename.blob import Blob, MemoryBlob
from truename.errors import Fault, WeightsError
from truename.formats.keras import Hdf5Fault, hdf5
from truename.formats.keras import hdf5_file as files
from truename.formats.keras.hdf5 import read_hdf5
from truename.testing.hdf5_files import UNDEFINED, Data, Group, attribute, dataspace, hdf5_file, number, object_header

WANTED = frozenset(("keras_version",))
GOOD = hdf5_file(Group({"a": Data((2, 3)), "b": Group({"c": Data((4,), "i1")})}, {"keras_version": "3.0"}))
ROOT = int.from_bytes(GOOD[64:72], "little")
FLOAT = b"\x11\x20\x1f\0\4\0\0\0\0\0\x20\0\x17\x08\0\x17\x7f\0\0\0"


def patched(at: int, data: bytes, file: bytes = GOOD) -> bytes:
    return file[:at] + data + file[at + len(data) :]


def place(signature: bytes, number: int = 0) -> int:
    """Where the structure with this signature lies; those of inner groups come first."""
    at = -1
    for _ in range(number + 1):
        at = GOOD.index(signature, at + 1)
    return at


def dataset(shape: bytes = dataspace((2, 3)), kind: bytes = FLOAT, layout: bytes | None = None) -> bytes:
    messages = {0x01: shape, 0x03: kind} | ({} if layout is None else {0x08: layout})
    return hdf5_file(Group({"a": Data((2, 3), replace=messages)}))


def root_header(*messages: tuple[int, bytes]) -> bytes:
    """A file whose root group has just these messages."""
    start = len(GOOD)
    body = object_header(messages)
    file = patched(64, number(start)) + body
    return patched(40, number(len(file)), file)


def link(name: bytes, *, kind: int = 0, value: bytes = number(8), size: int | None = None) -> tuple[int, bytes]:
    flags = 8
    return 0x06, bytes((1, flags, kind, len(name) if size is None else size)) + name + value


def shared_root(name: bytes) -> bytes:
    return root_header(link(name, value=number(len(GOOD))))


TREE, SNOD, HEAP = place(b"TREE", 1), place(b"SNOD", 1), place(b"HEAP", 1)
LONG = b"\1\0\1\0\1\0\0\0" + number(0x7FFFFFFF, 4) + bytes(4)

CASES: dict[str, tuple[bytes, Fault]] = {
    "nothing at all": (b"", Hdf5Fault.NO_HDF5),
    "a zip": (b"PK\3\4" + bytes(100), Hdf5Fault.NO_HDF5),
    "only the signature": (GOOD[:8], Hdf5Fault.SUPERBLOCK),
    "a superblock that is cut off": (GOOD[:60], Hdf5Fault.SUPERBLOCK),
    "superblock of version 9": (patched(8, b"\x09"), Hdf5Fault.UNSUPPORTED),
    "addresses of 3 bytes": (patched(13, b"\3"), Hdf5Fault.SUPERBLOCK),
    "lengths of 255 bytes": (patched(14, b"\xff"), Hdf5Fault.SUPERBLOCK),
    "begins elsewhere": (patched(24, number(512)), Hdf5Fault.SUPERBLOCK),
    "cut off in the middle": (GOOD[: len(GOOD) // 2], Hdf5Fault.FILE_CUT),
    "ends a byte early": (GOOD[:-1], Hdf5Fault.FILE_CUT),
    "an end of 2^60": (patched(40, number(2**60)), Hdf5Fault.FILE_CUT),
    "the root is nowhere": (patched(64, UNDEFINED), Hdf5Fault.ADDRESS),
    "the root lies behind the end": (patched(64, number(len(GOOD) + 8)), Hdf5Fault.ADDRESS),
    "the root is the superblock": (patched(64, number(0)), Hdf5Fault.OBJECT_HEADER),
    "the root is a dataset's data": (patched(64, number(96)), Hdf5Fault.OBJECT_HEADER),
    "an object header of 2 GB": (patched(ROOT, LONG), Hdf5Fault.OBJECT_HEADER),
    "an object header that reaches out of the file": (patched(ROOT + 8, number(1_000, 4)), Hdf5Fault.ADDRESS),
    "a message that reaches out of its header": (patched(ROOT + 18, b"\xf0\xff"), Hdf5Fault.OBJECT_HEADER),
    "a header that continues itself": (
        root_header((0x10, number(len(GOOD) + 16) + number(24))),
        Hdf5Fault.OBJECT_HEADER,
    ),
    "a header that continues outside": (root_header((0x10, number(2**40) + number(64))), Hdf5Fault.ADDRESS),
    "a header that continues in 2 GB": (root_header((0x10, number(0) + number(2**31))), Hdf5Fault.OBJECT_HEADER),
    "a root without links": (root_header((0x05, bytes(8))), Hdf5Fault.STRUCTURE),
    "the root's index is nowhere": (root_header((0x11, UNDEFINED + UNDEFINED)), Hdf5Fault.ADDRESS),
    "the root's heap is its index": (root_header((0x11, number(TREE) + number(TREE))), Hdf5Fault.STRUCTURE),
    "an index that is no index": (patched(TREE, b"TREF"), Hdf5Fault.STRUCTURE),
    "an index of chunks": (patched(TREE + 4, b"\1"), Hdf5Fault.STRUCTURE),
    "an index of 200 levels": (patched(TREE + 5, b"\xc8"), Hdf5Fault.STRUCTURE),
    "an index that holds itself": (patched(TREE + 32, number(TREE), patched(TREE + 5, b"\1")), Hdf5Fault.STRUCTURE),
    "an index of 65,535 entries": (patched(TREE + 6, b"\xff\xff"), Hdf5Fault.STRUCTURE),
    "an index that leads out of the file": (patched(TREE + 32, number(2**50)), Hdf5Fault.ADDRESS),
    "an index that leads to the heap": (patched(TREE + 32, number(HEAP)), Hdf5Fault.STRUCTURE),
    "a symbol node of 60,000 entries": (patched(SNOD + 6, b"\x60\xea"), Hdf5Fault.STRUCTURE),
    "a name outside of its heap": (patched(SNOD + 8, number(2**40)), Hdf5Fault.HEAP),
    "an empty name": (patched(SNOD + 8, number(0)), Hdf5Fault.LINK_NAME),
    "two links of one name": (patched(SNOD + 48, GOOD[SNOD + 8 : SNOD + 16]), Hdf5Fault.LINK_NAME),
    "an object outside of the file": (patched(SNOD + 16, number(2**40)), Hdf5Fault.ADDRESS),
    "an object that is the index": (patched(SNOD + 16, number(TREE)), Hdf5Fault.OBJECT_HEADER),
    "a group within itself": (patched(SNOD + 56, number(ROOT)), Hdf5Fault.LINK_CYCLE),
    "a heap that lies outside": (patched(HEAP + 24, number(2**40)), Hdf5Fault.ADDRESS),
    "a heap of 2^60 bytes": (patched(HEAP + 8, number(2**60)), Hdf5Fault.ADDRESS),
    "a heap whose names do not end": (
        patched(int.from_bytes(GOOD[HEAP + 24 : HEAP + 32], "little"), b"a" * 24),
        Hdf5Fault.HEAP,
    ),
    "a link to another file": (
        root_header(link(b"a", kind=64, value=b"\x0c\0\0../x.h5\0/a\0")),
        Hdf5Fault.EXTERNAL_LINK,
    ),
    "a link that only its program can follow": (root_header(link(b"a", kind=200)), Hdf5Fault.UNSUPPORTED),
    "a link to itself": (shared_root(b"a"), Hdf5Fault.LINK_CYCLE),
    "a link with a slash": (root_header(link(b"../a")), Hdf5Fault.LINK_NAME),
    "a link named ..": (root_header(link(b"..")), Hdf5Fault.LINK_NAME),
    "a link that is not UTF-8": (root_header(link(b"\xff\xfe")), Hdf5Fault.LINK_NAME),
    "a link that ends in its name": (root_header(link(b"a", size=200)), Hdf5Fault.OBJECT_HEADER),
    "a link of version 7": (root_header((0x06, b"\7\0\1a" + number(8))), Hdf5Fault.UNSUPPORTED),
    "33 dimensions": (dataset(dataspace((1,) * 33)), Hdf5Fault.DATASPACE),
    "a shape that is cut off": (dataset(b"\1\x08" + bytes(14)), Hdf5Fault.DATASPACE),
    "a shape of version 9": (dataset(b"\x09\0" + bytes(14)), Hdf5Fault.UNSUPPORTED),
    "a shape of 2^80 elements": (dataset(dataspace((2**40, 2**40))), Hdf5Fault.DATASPACE),
    "an overflow behind a zero": (dataset(dataspace((0, 2**40, 2**40))), Hdf5Fault.DATASPACE),
    "a type of no size": (dataset(kind=FLOAT[:4] + bytes(16)), Hdf5Fault.DATATYPE),
    "a type of 4 GB": (dataset(kind=FLOAT[:4] + b"\xff" * 4 + FLOAT[8:]), Hdf5Fault.DATATYPE),
    "a type of class 14": (dataset(kind=b"\x1e" + FLOAT[1:]), Hdf5Fault.UNSUPPORTED),
    "a type that is cut off": (dataset(kind=FLOAT[:8]), Hdf5Fault.DATATYPE),
    "data of another size": (dataset(dataspace((2, 4))), Hdf5Fault.DATA_LAYOUT),
    "data outside of the file": (dataset(layout=b"\3\1" + number(2**40) + number(24)), Hdf5Fault.DATA_LAYOUT),
    "data of a layout that does not exist": (dataset(layout=b"\3\x09" + bytes(16)), Hdf5Fault.DATA_LAYOUT),
    "a layout of version 77": (dataset(layout=b"\x4d\1" + bytes(16)), Hdf5Fault.UNSUPPORTED),
    "a virtual dataset": (dataset(layout=b"\4\3" + bytes(16)), Hdf5Fault.EXTERNAL_LINK),
    "data in another file": (
        hdf5_file(Group({"a": Data((2, 3), replace={0x07: bytes(16)})})),
        Hdf5Fault.EXTERNAL_LINK,
    ),
    "an attribute that is cut off": (
        root_header((0x0C, attribute("keras_version", "3")[:10]), (0x06, link(b"a")[1])),
        Hdf5Fault.OBJECT_HEADER,
    ),
    "an attribute of version 9": (root_header((0x0C, b"\x09" + bytes(15))), Hdf5Fault.UNSUPPORTED),
    "a dense group whose heap is none": (
        root_header((0x02, b"\0\0" + number(96) + number(96))),
        Hdf5Fault.STRUCTURE,
    ),
    "a dense group outside of the file": (
        root_header((0x02, b"\0\0" + number(2**40) + number(2**40))),
        Hdf5Fault.ADDRESS,
    ),
}


@pytest.mark.parametrize(("data", "code"), CASES.values(), ids=CASES)
def test_a_bad_file_has_its_own_code(data: bytes, code: Fault) -> None:
    with pytest.raises(WeightsError) as caught:
        read_hdf5(MemoryBlob("bad.h5", data), WANTED)
    assert_fault(caught.value, code)
    assert str(caught.value).startswith("bad.h5: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_every_code_has_a_case() -> None:
    beside = {Hdf5Fault.GROUP_DEPTH, Hdf5Fault.TOO_MANY_OBJECTS}  # below
    assert set(Hdf5Fault) - beside == {code for _, code in CASES.values()}


def test_the_file_that_all_others_are_made_of_is_good() -> None:
    found = read_hdf5(MemoryBlob("good.h5", GOOD), WANTED)
    assert {path: data.shape for path, data in found.datasets.items()} == {"a": (2, 3), "b/c": (4,)}
    assert found.attributes == {"": {"keras_version": "3.0"}}
    h5py = pytest.importorskip("h5py", reason="the reference reader is not installed")
    with h5py.File(io.BytesIO(GOOD)) as theirs:
        assert theirs["b/c"].shape == (4,)


def test_deep_groups() -> None:
    group = Group({"a": Data((1,))})
    for _ in range(hdf5.MAX_DEPTH + 2):
        group = Group({"a": group})
    with raises_fault(Hdf5Fault.GROUP_DEPTH):
        read_hdf5(MemoryBlob("bad.h5", hdf5_file(group)), WANTED)


def test_too_many_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    file = hdf5_file(Group({f"d{number}": Data((1,)) for number in range(8)}))
    with monkeypatch.context() as patch:
        patch.setattr(hdf5, "MAX_OBJECTS", 5)
        with raises_fault(Hdf5Fault.TOO_MANY_OBJECTS):
            read_hdf5(MemoryBlob("bad.h5", file), WANTED)
    monkeypatch.setattr(files, "MAX_BLOCKS", 9)
    with raises_fault(Hdf5Fault.TOO_MANY_OBJECTS):
        read_hdf5(MemoryBlob("bad.h5", file), WANTED)


def test_groups_that_share_groups_do_not_multiply() -> None:
    """Each of 60 groups holds the next one twice: 2^60 paths in a few kilobytes."""
    size = len(object_header([link(b"a"), link(b"b")]))
    start = len(GOOD)
    body = b""
    for level in range(60):
        below = number(start + (level + 1) * size)
        body += object_header([link(b"a", value=below), link(b"b", value=below)])
    body += object_header([(0x02, b"\0\0" + UNDEFINED + UNDEFINED)])
    file = patched(64, number(start)) + body
    with raises_fault(Hdf5Fault.UNSUPPORTED, match="shares the group"):
        read_hdf5(MemoryBlob("bad.h5", patched(40, number(len(file)), file)), WANTED)


def test_headers_that_share_their_bytes_are_refused() -> None:
    """Many small objects whose headers all continue in one large block."""
    block = len(GOOD)
    large = b"\0\0" + number(60_000, 2) + bytes(60_004)
    head = object_header([(0x10, number(block) + number(len(large)))])
    start = block + len(large)
    links = [link(b"%04d" % n, value=number(start + n * len(head))) for n in range(2_000)]
    file = GOOD + large + head * 2_000
    file = patched(64, number(len(file)), file) + object_header(links)
    with raises_fault(Hdf5Fault.OBJECT_HEADER, match="share their bytes"):
        read_hdf5(MemoryBlob("bad.h5", patched(40, number(len(file)), file)), WANTED)


def test_cut_off_anywhere() -> None:
    for length in range(0, len(GOOD), 7):
        with pytest.raises(WeightsError):
            read_hdf5(MemoryBlob("bad.h5", GOOD[:length]), WANTED)


def test_a_file_that_shrinks_while_it_is_read() -> None:
    class Shrinking(Blob):
        def _read(self, offset: int, length: int) -> bytes:
            return GOOD[offset : min(offset + length, 1_030)]

    with raises_fault(Hdf5Fault):
        read_hdf5(Shrinking("bad.h5", len(GOOD)), WANTED)
