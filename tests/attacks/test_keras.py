"""Hand-built bad Keras archives and files, each with its own named error."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from faults import assert_fault
from truename.blob import MemoryBlob
from truename.errors import Fault, WeightsError
from truename.formats.archives import ZipFault
from truename.formats.keras import Hdf5Fault, KerasFault
from truename.formats.keras import reader as keras
from truename.formats.keras.reader import read_keras
from truename.testing.hdf5_files import Data, Group, hdf5_file

LAYERS = Group({"dense": Group({"vars": Group({"0": Data((2, 3)), "1": Data((3,))}, {"name": "up"})})})
WEIGHTS = hdf5_file(Group({"layers": LAYERS}))
CONFIG = b'{"class_name": "Functional"}'


def archive(entries: dict[str, bytes], packing: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as file:
        for name, data in entries.items():
            file.writestr(zipfile.ZipInfo(name), data, packing)
    return out.getvalue()


GOOD = archive({"metadata.json": b"{}", "config.json": CONFIG, "model.weights.h5": WEIGHTS})
END = GOOD.rindex(b"PK\x05\x06")
DIRECTORY = GOOD.index(b"PK\x01\x02")
LAST = GOOD.rindex(b"PK\x01\x02")
LOCAL = GOOD.index(b"PK\x03\x04", GOOD.index(CONFIG))


def patched(at: int, data: bytes, file: bytes = GOOD) -> bytes:
    return file[:at] + data + file[at + len(data) :]


def with_config(config: bytes, packing: int = zipfile.ZIP_STORED) -> bytes:
    """The weights stay stored; only the configuration is packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(zipfile.ZipInfo("config.json"), config, packing)
        file.writestr(zipfile.ZipInfo("model.weights.h5"), WEIGHTS, zipfile.ZIP_STORED)
    return out.getvalue()


def with_weights(data: bytes) -> bytes:
    return archive({"config.json": CONFIG, "model.weights.h5": data})


CASES: dict[str, tuple[bytes, Fault]] = {
    "nothing at all": (b"", Hdf5Fault.NO_HDF5),
    "only PK": (b"PK", ZipFault.NO_DIRECTORY),
    "cut off in the middle": (GOOD[: len(GOOD) // 2], ZipFault.NO_DIRECTORY),
    "cut off by a byte": (GOOD[:-1], ZipFault.NO_DIRECTORY),
    "bytes behind the archive": (GOOD + b"x", ZipFault.NO_DIRECTORY),
    "a directory elsewhere": (patched(END + 16, b"\0\0\0\0"), ZipFault.DIRECTORY_RANGE),
    "a directory of 4 GB": (patched(END + 12, b"\xf0\xff\xff\xff"), ZipFault.DIRECTORY_TOO_LARGE),
    "60,000 entries": (patched(END + 8, b"\x60\xea\x60\xea"), ZipFault.ENTRY_COUNT),
    "one part of several": (patched(END + 4, b"\1\0"), ZipFault.MULTI_DISK),
    "an entry above the folder": (archive({"../model.weights.h5": WEIGHTS}), ZipFault.ENTRY_NAME),
    "an absolute entry": (archive({"/model.weights.h5": WEIGHTS}), ZipFault.ENTRY_NAME),
    "two entries over each other": (patched(LAST + 42, b"\0\0\0\0"), ZipFault.ENTRY_OVERLAP),
    "an entry that reaches out": (patched(LAST + 20, b"\xf0\xff\xff\x7f"), ZipFault.ENTRY_RANGE),
    "an entry that is encrypted": (patched(LAST + 8, b"\1\0"), ZipFault.ENTRY_ENCRYPTED),
    "an entry without a header": (patched(LOCAL, b"XX"), ZipFault.LOCAL_HEADER),
    "an entry whose header has another name": (patched(LOCAL + 30, b"M"), ZipFault.LOCAL_HEADER),
    "no weights": (archive({"config.json": CONFIG}), KerasFault.NO_WEIGHTS),
    "weights under another name": (archive({"weights.h5": WEIGHTS}), KerasFault.NO_WEIGHTS),
    "weights in a format that is not read": (archive({"model.weights.npz": b""}), KerasFault.ARCHIVE_KIND),
    "weights that are packed": (archive({"model.weights.h5": WEIGHTS}, zipfile.ZIP_DEFLATED), KerasFault.COMPRESSED),
    "weights that are no HDF5": (with_weights(b"x" * 100), Hdf5Fault.NO_HDF5),
    "weights of no bytes": (with_weights(b""), Hdf5Fault.NO_HDF5),
    "weights that are cut off": (with_weights(WEIGHTS[:-9]), Hdf5Fault.FILE_CUT),
    "weights whose root lies outside": (
        with_weights(patched(64, struct.pack("<Q", 2**40), WEIGHTS)),
        Hdf5Fault.ADDRESS,
    ),
    "weights whose root lies in the archive, not in the file": (
        with_weights(patched(64, struct.pack("<Q", len(WEIGHTS) + 40), WEIGHTS)),
        Hdf5Fault.ADDRESS,
    ),
    "weights with no variable": (with_weights(hdf5_file(Group({"layers": Group({})}))), KerasFault.NO_WEIGHTS),
    "weights of an optimizer alone": (
        with_weights(hdf5_file(Group({"optimizer": LAYERS}))),
        KerasFault.NO_WEIGHTS,
    ),
    "a configuration that is a list": (with_config(b"[1]"), KerasFault.CONFIG),
    "a configuration that is cut off": (with_config(CONFIG[:-1]), KerasFault.CONFIG),
    "a configuration that is empty": (with_config(b""), KerasFault.CONFIG),
    "a configuration that is not UTF-8": (with_config(b'{"a": "\xff"}'), KerasFault.CONFIG),
    "a configuration 100,000 deep": (with_config(b'{"a":' * 100_000 + b"1" + b"}" * 100_000), KerasFault.CONFIG),
    "a configuration that unpacks to 17 MB": (
        with_config(bytes(keras.MAX_CONFIG_BYTES + 1), zipfile.ZIP_DEFLATED),
        ZipFault.ENTRY_TOO_LARGE,
    ),
    "a configuration packed in another way": (with_config(CONFIG, zipfile.ZIP_BZIP2), ZipFault.ENTRY_COMPRESSION),
    "a configuration in the weights that is none": (
        hdf5_file(Group({"a": Data((2,))}, {"model_config": "{"})),
        KerasFault.CONFIG,
    ),
}


@pytest.mark.parametrize(("data", "code"), CASES.values(), ids=CASES)
def test_a_bad_file_has_its_own_code(data: bytes, code: Fault) -> None:
    with pytest.raises(WeightsError) as caught:
        read_keras(MemoryBlob("bad.keras", data))
    assert_fault(caught.value, code)
    assert str(caught.value).startswith("bad.keras: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_every_code_has_a_case() -> None:
    assert set(KerasFault) <= {code for _, code in CASES.values()}


def test_the_archive_that_all_others_are_made_of_is_good() -> None:
    found = read_keras(MemoryBlob("good.keras", GOOD))
    assert {name: tensor.shape for name, tensor in found.tensors.items()} == {"up/kernel": (2, 3), "up/bias": (3,)}
    assert found.metadata["model_config"] == CONFIG.decode()


def test_cut_off_anywhere() -> None:
    for length in range(0, len(GOOD), 5):
        with pytest.raises(WeightsError):
            read_keras(MemoryBlob("bad.keras", GOOD[:length]))


def test_a_layer_named_like_a_path_stays_in_its_place() -> None:
    group = Group({"dense": Group({"vars": Group({"0": Data((2, 3))}, {"name": "../../other"})})})
    found = read_keras(MemoryBlob("odd.h5", hdf5_file(Group({"layers": group}))))
    assert list(found.tensors) == ["dense/kernel"]
