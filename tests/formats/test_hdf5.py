"""read_hdf5: every layout of groups that the format's own library writes."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from faults import raises_fault
from truename.blob import MemoryBlob
from truename.formats.keras import Hdf5Fault
from truename.formats.keras.hdf5 import Hdf5Contents, read_hdf5

h5py = pytest.importorskip("h5py", reason="the reference library is not installed")
WANTED = frozenset({"text", "fixed", "long", "numbers", "other"})
WRITERS: dict[str, dict[str, Any]] = {
    "earliest": {},
    "latest": {"libver": "latest"},
    "v108": {"libver": ("earliest", "v108")},
    "in order": {"track_order": True},
    "latest in order": {"libver": "latest", "track_order": True},
    "behind a user block": {"userblock_size": 512},
}


def read(fill: Any, **options: Any) -> tuple[Hdf5Contents, MemoryBlob]:
    out = io.BytesIO()
    with h5py.File(out, "w", **options) as file:
        fill(file)
    blob = MemoryBlob("m.h5", out.getvalue())
    return read_hdf5(blob, WANTED), blob


@pytest.mark.parametrize("options", WRITERS.values(), ids=WRITERS)
def test_groups_of_any_size(options: dict[str, Any]) -> None:
    """One link, some, and so many that their index has several levels."""
    expected = {}

    def fill(file: Any) -> None:
        for count in (1, 8, 9, 40, 700):
            group = file.create_group(f"of{count}/in", track_order=options.get("track_order"))
            for number in range(count):
                name = f"weight_{number}" + "_of_a_long_name" * (number % 7)
                group.create_dataset(name, data=np.zeros((number % 3, 2), "f4"))
                expected[f"of{count}/in/{name}"] = (number % 3, 2)

    contents, _ = read(fill, **options)
    assert {path: data.shape for path, data in contents.datasets.items()} == expected


@pytest.mark.parametrize("options", WRITERS.values(), ids=WRITERS)
def test_dtypes_and_what_is_no_number(options: dict[str, Any]) -> None:
    kinds = {"f2": "F16", "f4": "F32", "f8": "F64", "i1": "I8", "u1": "U8", "i2": "I16", "u4": "U32", "i8": "I64",
             "?": "BOOL", ">f4": "F32"}  # fmt: skip

    def fill(file: Any) -> None:
        for kind in kinds:
            file.create_dataset(f"d{kind}", data=np.zeros((2, 3), kind))
        file["text"] = "words"
        file.create_dataset("texts", data=np.array([b"a", b"b"]))
        file.create_dataset("record", data=np.zeros(2, [("a", "f4"), ("b", "i4")]))
        file.create_dataset("nothing", data=h5py.Empty("f4"))
        file.create_dataset("scalar", data=np.float32(1))
        file.create_dataset("packed", data=np.zeros((40, 40), "f4"), chunks=(10, 10), compression="gzip")
        file.create_dataset("never written", shape=(5,), dtype="f4")
        file["alias"] = h5py.SoftLink("/scalar")
        file["second name"] = file["scalar"]

    contents, _ = read(fill, **options)
    found = {path: (data.dtype, data.shape, data.stored_bytes) for path, data in contents.datasets.items()}
    assert found == {f"d{kind}": (word, (2, 3), 6 * np.dtype(kind).itemsize) for kind, word in kinds.items()} | {
        "scalar": ("F32", (), 4),
        "second name": ("F32", (), 4),
        "packed": ("F32", (40, 40), 6400),
        "never written": ("F32", (5,), 20),
    }
    assert contents.datasets["scalar"].address == contents.datasets["second name"].address


@pytest.mark.parametrize("options", WRITERS.values(), ids=WRITERS)
def test_attributes(options: dict[str, Any]) -> None:
    def fill(file: Any) -> None:
        for number in range(20):
            file.attrs[f"filler{number}"] = number
        file.attrs["text"] = "of variable length, ä"
        file.attrs["fixed"] = np.bytes_(b"of fixed length")
        file.attrs["numbers"] = [1, 2]
        file.attrs["long"] = "x" * 50_000
        file.create_dataset("d", data=[1.0]).attrs["other"] = ""

    contents, _ = read(fill, **options)
    assert contents.attributes == {
        "": {"text": "of variable length, ä", "fixed": "of fixed length", "numbers": "", "long": "x" * 50_000},
        "d": {"other": ""},
    }


def test_no_byte_of_the_data_is_read() -> None:
    contents, blob = read(lambda file: file.create_dataset("w", data=np.zeros((1000, 1000), "f4")))
    assert contents.datasets["w"].stored_bytes == 4_000_000
    assert blob.bytes_read < 20_000


@pytest.mark.parametrize("name", ["external.h5", "../../etc/passwd"])
def test_links_to_other_files_are_refused(name: str) -> None:
    with raises_fault(Hdf5Fault.EXTERNAL_LINK, match="another file"):
        read(lambda file: file.__setitem__("a", h5py.ExternalLink(name, "/a")))


def test_data_in_other_files_is_refused(tmp_path: Any) -> None:
    def outside(file: Any) -> None:
        file.create_dataset("a", shape=(4,), dtype="f4", external=[(str(tmp_path / "a.raw"), 0, 16)])

    def virtual(file: Any) -> None:
        layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
        layout[:] = h5py.VirtualSource("other.h5", "a", shape=(4,))
        file.create_virtual_dataset("a", layout)

    for fill in (outside, virtual):
        with raises_fault(Hdf5Fault.EXTERNAL_LINK, match="file"):
            read(fill)
