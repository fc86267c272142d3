"""Hand-built bad tars: of weights, and checkpoints that are tars themselves; each with its own named error."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
from collections.abc import Mapping

import pytest

import pickles as p
from faults import assert_fault
from truename.blob import MemoryBlob
from truename.errors import Fault, WeightsError
from truename.formats import READERS
from truename.formats.archives import TarFault
from truename.formats.archives.tar_members import MAX_MEMBERS
from truename.formats.pytorch import PyTorchFault

GOOD = p.tar({"model.ckpt": p.SMALL})


def summed(header: bytes) -> bytes:
    """A header with its checksum set right."""
    blank = header[:148] + b" " * 8 + header[156:]
    return blank[:148] + b"%06o\0 " % sum(blank) + blank[156:]


def changed(at: int, new: bytes, data: bytes = GOOD) -> bytes:
    """GOOD with other bytes in its first header."""
    head = data[:512]
    return summed(head[:at] + new + head[at + len(new) :]) + data[512:]


def linked(kind: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        entry = tarfile.TarInfo("model.ckpt")
        entry.type, entry.linkname = kind, "/etc/passwd"
        file.addfile(entry)
    return buffer.getvalue()


def pax(record: bytes, *, size: int | None = None) -> bytes:
    """An extended header before GOOD."""
    entry = tarfile.TarInfo("x")
    entry.type, entry.size = b"x", len(record) if size is None else size
    return entry.tobuf(tarfile.USTAR_FORMAT) + record + bytes(-len(record) % 512) + GOOD


def long_name(name: bytes, size: int | None = None) -> bytes:
    entry = tarfile.TarInfo("././@LongLink")
    entry.type, entry.size = b"L", len(name) if size is None else size
    return entry.tobuf(tarfile.USTAR_FORMAT) + name + bytes(-len(name) % 512) + GOOD


def old(members: Mapping[str, bytes | None]) -> bytes:
    """A checkpoint of before 0.2 with other members; None keeps the good one."""
    count = p.stream(p.number(1))
    storage = p.stream(p.many(p.number(0), p.text("cpu"), p.name("torch.FloatStorage")))
    tensor = p.stream(p.many(p.number(100), p.number(0), p.name("torch.FloatTensor")))
    good = {
        "storages": count + storage + struct.pack("<q", 6) + bytes(24),
        "tensors": count + tensor + struct.pack("<2i5q", 2, 0, 2, 3, 3, 1, 0),
        "pickle": p.stream(p.mapping({"a": p.number(100) + b"Q"})),
    }
    return p.tar({name: good[name] if members.get(name) is None else bytes(members[name] or b"") for name in good})


COUNT = p.stream(p.number(1))
STORAGE = p.stream(p.many(p.number(0), p.text("cpu"), p.name("torch.FloatStorage")))
TENSOR = p.stream(p.many(p.number(100), p.number(0), p.name("torch.FloatTensor")))

CASES: dict[str, tuple[bytes, Fault]] = {
    "nothing at all": (b"", TarFault.NO_WEIGHTS),
    "zeros": (bytes(1024), TarFault.NO_WEIGHTS),
    "half a header": (GOOD[:300], TarFault.TRUNCATED),
    "cut within a member": (GOOD[:1000], TarFault.TRUNCATED),
    "a member of 8 GB": (changed(124, b"77777777777\0"), TarFault.TRUNCATED),
    "a member of 2^88 bytes": (changed(124, b"\x80" + b"\xff" * 11), TarFault.TRUNCATED),
    "a checksum that is wrong": (GOOD[:10] + b"x" + GOOD[11:], TarFault.HEADER),
    "text": (b"not a tar " * 100, TarFault.NUMBER),
    "a size of letters": (changed(124, b"abcdefghijk\0"), TarFault.NUMBER),
    "a size below zero": (changed(124, b"\xff" * 12), TarFault.NUMBER),
    "an extended size of letters": (pax(b"13 size=abcd\n"), TarFault.NUMBER),
    "an extended size below zero": (pax(b"11 size=-1\n"), TarFault.NUMBER),
    "an absolute name": (changed(0, b"/etc/x.ckpt\0"), TarFault.NAME),
    "a name that climbs": (changed(0, b"../x.ckpt\0"), TarFault.NAME),
    "a name that climbs inside": (changed(0, b"a/../../x.ckpt\0"), TarFault.NAME),
    "a name of Windows": (changed(0, b"a\\..\\x.ckpt\0"), TarFault.NAME),
    "a name that is no UTF-8": (changed(0, b"\xff.ckpt\0"), TarFault.NAME),
    "an extended name that climbs": (pax(b"18 path=../a.ckpt\n"), TarFault.NAME),
    "an extended name that is no UTF-8": (pax(b"13 path=\xff\xff\xff\xff\n"), TarFault.NAME),
    "a long name that climbs": (long_name(b"../" * 50 + b"a.ckpt\0"), TarFault.NAME),
    "a long name that is no UTF-8": (long_name(b"\xff" * 200), TarFault.NAME),
    "a symbolic link": (linked(tarfile.SYMTYPE), TarFault.LINK),
    "a hard link": (linked(tarfile.LNKTYPE), TarFault.LINK),
    "a device": (linked(tarfile.CHRTYPE), TarFault.LINK),
    "a pipe": (linked(tarfile.FIFOTYPE), TarFault.LINK),
    "a kind that does not exist": (changed(156, b"Z"), TarFault.LINK),
    "a record without its length": (pax(b"path=x\n"), TarFault.RECORD),
    "a record of length 0": (pax(b"0 path=x\n"), TarFault.RECORD),
    "a record beyond its header": (pax(b"999 path=x\n"), TarFault.RECORD),
    "a record without an end": (pax(b"10 path=xx"), TarFault.RECORD),
    "a sparse member": (pax(b"22 GNU.sparse.major=1\n"), TarFault.RECORD),
    "an extended header of 1 MB": (pax(bytes(1_000_000)), TarFault.RECORD),
    "a long name of 1 MB": (long_name(b"a" * 1_000_000), TarFault.RECORD),
    "extended headers of 2 MB in all": (pax(b"5 a=\n" * 13_107)[:66_048] * 32 + GOOD, TarFault.RECORD),
    "more members than are read": (
        (changed(124, b"00000000000\0")[:512]) * (MAX_MEMBERS + 1),
        TarFault.DUPLICATE_MEMBER,
    ),
    "more folders than are read": (
        summed(changed(124, b"00000000000\0")[:156] + b"5" + GOOD[157:512]) * (MAX_MEMBERS + 1),
        TarFault.TOO_MANY_MEMBERS,
    ),
    "a member under two spellings": (p.tar({"model.ckpt": b"", "./model.ckpt": b""}), TarFault.DUPLICATE_MEMBER),
    "no weights": (p.tar({"model_config.yaml": b"a: 1"}), TarFault.NO_WEIGHTS),
    "a tar inside": (p.tar({"model.ckpt": GOOD}), TarFault.TAR_IN_TAR),
    "compressed with gzip": (gzip.compress(GOOD), TarFault.COMPRESSED),
    "compressed with zstd": (b"\x28\xb5\x2f\xfd" + bytes(100), TarFault.COMPRESSED),
    "a broken checkpoint inside": (p.tar({"model.ckpt": b"\x80\x02}"}), PyTorchFault.PICKLE_TRUNCATED),
    "an old one without a count": (old({"storages": p.stream(p.text("1"))}), PyTorchFault.LEGACY),
    "an old one of 2^31 storages": (old({"storages": p.stream(p.number(2**31 - 1))}), PyTorchFault.LEGACY),
    "an old one of storages without a class": (
        old({"storages": COUNT + p.stream(p.many(b"N", b"N", b"N"))}),
        PyTorchFault.STORAGE_FORM,
    ),
    "an old one of a storage below zero": (
        old({"storages": COUNT + STORAGE + struct.pack("<q", -1)}),
        PyTorchFault.STORAGE_FORM,
    ),
    "an old one of a storage cut off": (
        old({"storages": COUNT + STORAGE + struct.pack("<q", 7) + bytes(24)}),
        PyTorchFault.STORAGE_SIZE,
    ),
    "an old one of a tensor cut off": (old({"tensors": COUNT + TENSOR + b"\2"}), PyTorchFault.LEGACY),
    "an old one of a tensor of 2^31 dimensions": (
        old({"tensors": COUNT + TENSOR + struct.pack("<2i", 2**31 - 1, 0)}),
        PyTorchFault.LEGACY,
    ),
    "an old one of a tensor below zero": (
        old({"tensors": COUNT + TENSOR + struct.pack("<2i5q", 2, 0, -2, -3, 3, 1, 0)}),
        PyTorchFault.TENSOR_SHAPE,
    ),
    "an old one of a tensor out of its storage": (
        old({"tensors": COUNT + TENSOR + struct.pack("<2i5q", 2, 0, 2, 4, 4, 1, 0)}),
        PyTorchFault.TENSOR_RANGE,
    ),
    "an old one of a tensor without a storage": (
        old({"storages": p.stream(p.number(0))}),
        PyTorchFault.STORAGE_MISSING,
    ),
    "an old one with another persistent id": (
        old({"pickle": p.stream(p.number(7) + b"Q")}),
        PyTorchFault.STORAGE_FORM,
    ),
    "an old one without an end": (old({"pickle": b"\x80\x02}"}), PyTorchFault.PICKLE_TRUNCATED),
}


@pytest.mark.parametrize(("data", "code"), CASES.values(), ids=CASES)
def test_a_bad_file_has_its_own_code(data: bytes, code: Fault) -> None:
    with pytest.raises(WeightsError) as caught:
        READERS["tar"](MemoryBlob("bad.nemo", data))
    assert_fault(caught.value, code)
    assert str(caught.value).startswith("bad.nemo")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_every_code_has_a_case() -> None:
    assert set(TarFault) <= {code for _, code in CASES.values()}


def test_only_headers_of_members_are_read() -> None:
    large = {"audio.wav": bytes(5_000_000), "model.ckpt": p.SMALL, "more.bin.txt": bytes(5_000_000)}
    blob = MemoryBlob("a.nemo", p.tar(large))
    assert READERS["tar"](blob).metadata["member"] == "model.ckpt"
    assert blob.bytes_read < 20_000


def test_a_payload_inside_is_named_and_not_run() -> None:
    data = p.stream(p.mapping({**p.WEIGHTS, "hook": p.call("os.system", p.text("true"))}))
    header = READERS["tar"](MemoryBlob("a.nemo", p.tar({"model.ckpt": p.archive(data, p.STORAGES)})))
    assert [one.name for one in header.unsafe_globals] == ["os.system"]
