"""Hand-built bad HDF5 files, each with its own named error."""

from __future__ import annotations

import io

import pytest

from truename.blob import Blob, MemoryBlob
from truename.errors import WeightsError
from truename.formats.keras import hdf5
from truename.formats.keras import hdf5_errors as faults
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

CASES: dict[str, tuple[bytes, type[WeightsError]]] = {
    "nothing at all": (b"", faults.NoHdf5Error),
    "a zip": (b"PK\3\4" + bytes(100), faults.NoHdf5Error),
    "only the signature": (GOOD[:8], faults.SuperblockError),
    "a superblock that is cut off": (GOOD[:60], faults.SuperblockError),
    "superblock of version 9": (patched(8, b"\x09"), faults.Hdf5UnsupportedError),
    "addresses of 3 bytes": (patched(13, b"\3"), faults.SuperblockError),
    "lengths of 255 bytes": (patched(14, b"\xff"), faults.SuperblockError),
    "begins elsewhere": (patched(24, number(512)), faults.SuperblockError),
    "cut off in the middle": (GOOD[: len(GOOD) // 2], faults.FileCutError),
    "ends a byte early": (GOOD[:-1], faults.FileCutError),
    "an end of 2^60": (patched(40, number(2**60)), faults.FileCutError),
    "the root is nowhere": (patched(64, UNDEFINED), faults.AddressError),
    "the root lies behind the end": (patched(64, number(len(GOOD) + 8)), faults.AddressError),
    "the root is the superblock": (patched(64, number(0)), faults.ObjectHeaderError),
    "the root is a dataset's data": (patched(64, number(96)), faults.ObjectHeaderError),
    "an object header of 2 GB": (patched(ROOT, LONG), faults.ObjectHeaderError),
    "an object header that reaches out of the file": (patched(ROOT + 8, number(1_000, 4)), faults.AddressError),
    "a message that reaches out of its header": (patched(ROOT + 18, b"\xf0\xff"), faults.ObjectHeaderError),
    "a header that continues itself": (
        root_header((0x10, number(len(GOOD) + 16) + number(24))),
        faults.ObjectHeaderError,
    ),
    "a header that continues outside": (root_header((0x10, number(2**40) + number(64))), faults.AddressError),
    "a header that continues in 2 GB": (root_header((0x10, number(0) + number(2**31))), faults.ObjectHeaderError),
    "a root without links": (root_header((0x05, bytes(8))), faults.StructureError),
    "the root's index is nowhere": (root_header((0x11, UNDEFINED + UNDEFINED)), faults.AddressError),
    "the root's heap is its index": (root_header((0x11, number(TREE) + number(TREE))), faults.StructureError),
    "an index that is no index": (patched(TREE, b"TREF"), faults.StructureError),
    "an index of chunks": (patched(TREE + 4, b"\1"), faults.StructureError),
    "an index of 200 levels": (patched(TREE + 5, b"\xc8"), faults.StructureError),
    "an index that holds itself": (patched(TREE + 32, number(TREE), patched(TREE + 5, b"\1")), faults.StructureError),
    "an index of 65,535 entries": (patched(TREE + 6, b"\xff\xff"), faults.StructureError),
    "an index that leads out of the file": (patched(TREE + 32, number(2**50)), faults.AddressError),
    "an index that leads to the heap": (patched(TREE + 32, number(HEAP)), faults.StructureError),
    "a symbol node of 60,000 entries": (patched(SNOD + 6, b"\x60\xea"), faults.StructureError),
    "a name outside of its heap": (patched(SNOD + 8, number(2**40)), faults.HeapError),
    "an empty name": (patched(SNOD + 8, number(0)), faults.LinkNameError),
    "two links of one name": (patched(SNOD + 48, GOOD[SNOD + 8 : SNOD + 16]), faults.LinkNameError),
    "an object outside of the file": (patched(SNOD + 16, number(2**40)), faults.AddressError),
    "an object that is the index": (patched(SNOD + 16, number(TREE)), faults.ObjectHeaderError),
    "a group within itself": (patched(SNOD + 56, number(ROOT)), faults.LinkCycleError),
    "a heap that lies outside": (patched(HEAP + 24, number(2**40)), faults.AddressError),
    "a heap of 2^60 bytes": (patched(HEAP + 8, number(2**60)), faults.AddressError),
    "a heap whose names do not end": (
        patched(int.from_bytes(GOOD[HEAP + 24 : HEAP + 32], "little"), b"a" * 24),
        faults.HeapError,
    ),
    "a link to another file": (
        root_header(link(b"a", kind=64, value=b"\x0c\0\0../x.h5\0/a\0")),
        faults.ExternalLinkError,
    ),
    "a link that only its program can follow": (root_header(link(b"a", kind=200)), faults.Hdf5UnsupportedError),
    "a link to itself": (shared_root(b"a"), faults.LinkCycleError),
    "a link with a slash": (root_header(link(b"../a")), faults.LinkNameError),
    "a link named ..": (root_header(link(b"..")), faults.LinkNameError),
    "a link that is not UTF-8": (root_header(link(b"\xff\xfe")), faults.LinkNameError),
    "a link that ends in its name": (root_header(link(b"a", size=200)), faults.ObjectHeaderError),
    "a link of version 7": (root_header((0x06, b"\7\0\1a" + number(8))), faults.Hdf5UnsupportedError),
    "33 dimensions": (dataset(dataspace((1,) * 33)), faults.DataspaceError),
    "a shape that is cut off": (dataset(b"\1\x08" + bytes(14)), faults.DataspaceError),
    "a shape of version 9": (dataset(b"\x09\0" + bytes(14)), faults.Hdf5UnsupportedError),
    "a shape of 2^80 elements": (dataset(dataspace((2**40, 2**40))), faults.DataspaceError),
    "an overflow behind a zero": (dataset(dataspace((0, 2**40, 2**40))), faults.DataspaceError),
    "a type of no size": (dataset(kind=FLOAT[:4] + bytes(16)), faults.DatatypeError),
    "a type of 4 GB": (dataset(kind=FLOAT[:4] + b"\xff" * 4 + FLOAT[8:]), faults.DatatypeError),
    "a type of class 14": (dataset(kind=b"\x1e" + FLOAT[1:]), faults.Hdf5UnsupportedError),
    "a type that is cut off": (dataset(kind=FLOAT[:8]), faults.DatatypeError),
    "data of another size": (dataset(dataspace((2, 4))), faults.DataLayoutError),
    "data outside of the file": (dataset(layout=b"\3\1" + number(2**40) + number(24)), faults.DataLayoutError),
    "data of a layout that does not exist": (dataset(layout=b"\3\x09" + bytes(16)), faults.DataLayoutError),
    "a layout of version 77": (dataset(layout=b"\x4d\1" + bytes(16)), faults.Hdf5UnsupportedError),
    "a virtual dataset": (dataset(layout=b"\4\3" + bytes(16)), faults.ExternalLinkError),
    "data in another file": (
        hdf5_file(Group({"a": Data((2, 3), replace={0x07: bytes(16)})})),
        faults.ExternalLinkError,
    ),
    "an attribute that is cut off": (
        root_header((0x0C, attribute("keras_version", "3")[:10]), (0x06, link(b"a")[1])),
        faults.ObjectHeaderError,
    ),
    "an attribute of version 9": (root_header((0x0C, b"\x09" + bytes(15))), faults.Hdf5UnsupportedError),
    "a dense group whose heap is none": (
        root_header((0x02, b"\0\0" + number(96) + number(96))),
        faults.StructureError,
    ),
    "a dense group outside of the file": (
        root_header((0x02, b"\0\0" + number(2**40) + number(2**40))),
        faults.AddressError,
    ),
}


@pytest.mark.parametrize(("data", "error"), CASES.values(), ids=CASES)
def test_a_bad_file_has_its_own_error(data: bytes, error: type[WeightsError]) -> None:
    with pytest.raises(WeightsError) as caught:
        read_hdf5(MemoryBlob("bad.h5", data), WANTED)
    assert type(caught.value) is error, caught.value
    assert str(caught.value).startswith("bad.h5: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_every_error_has_a_case() -> None:
    leaves = {c for c in vars(faults).values() if isinstance(c, type) and issubclass(c, WeightsError)}
    leaves = {c for c in leaves if not c.__subclasses__() and c.__module__ == faults.__name__}
    beside = {faults.GroupDepthError, faults.TooManyObjectsError}  # below
    assert leaves - beside == {error for _, error in CASES.values()}


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
    with pytest.raises(faults.GroupDepthError):
        read_hdf5(MemoryBlob("bad.h5", hdf5_file(group)), WANTED)


def test_too_many_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    file = hdf5_file(Group({f"d{number}": Data((1,)) for number in range(8)}))
    with monkeypatch.context() as patch:
        patch.setattr(hdf5, "MAX_OBJECTS", 5)
        with pytest.raises(faults.TooManyObjectsError):
            read_hdf5(MemoryBlob("bad.h5", file), WANTED)
    monkeypatch.setattr(files, "MAX_BLOCKS", 9)
    with pytest.raises(faults.TooManyObjectsError):
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
    with pytest.raises(faults.Hdf5UnsupportedError, match="shares the group"):
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
    with pytest.raises(faults.ObjectHeaderError, match="share their bytes"):
        read_hdf5(MemoryBlob("bad.h5", patched(40, number(len(file)), file)), WANTED)


def test_cut_off_anywhere() -> None:
    for length in range(0, len(GOOD), 7):
        with pytest.raises(WeightsError):
            read_hdf5(MemoryBlob("bad.h5", GOOD[:length]), WANTED)


def test_a_file_that_shrinks_while_it_is_read() -> None:
    class Shrinking(Blob):
        def _read(self, offset: int, length: int) -> bytes:
            return GOOD[offset : min(offset + length, 1_030)]

    with pytest.raises(faults.Hdf5Error):
        read_hdf5(Shrinking("bad.h5", len(GOOD)), WANTED)
