"""Bad GGUF files by hand: each has its named error, and none takes time or memory."""

from __future__ import annotations

import contextlib
import struct

import pytest

from faults import assert_fault, raises_fault
from truename.blob import Blob, MemoryBlob
from truename.errors import Fault, UnsupportedFormatError, WeightsError
from truename.formats.gguf import GgufFault
from truename.formats.gguf.reader import MAX_STRINGS, read_gguf
from truename.testing import gguf_bytes


def u32(number: int) -> bytes:
    return struct.pack("<I", number)


def u64(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}Q", *numbers)


def text(value: bytes) -> bytes:
    return u64(len(value)) + value


def start(tensors: int = 0, keys: int = 0) -> bytes:
    return b"GGUF" + u32(3) + u64(tensors, keys)


def key(name: bytes, kind: int, value: bytes) -> bytes:
    return text(name) + u32(kind) + value


def tensor(name: bytes, sizes: tuple[int, ...] = (32,), kind: int = 0, offset: int = 0) -> bytes:
    return text(name) + u32(len(sizes)) + u64(*sizes) + u32(kind) + u64(offset)


def file(*parts: bytes, hole: int = 4096) -> bytes:
    data = b"".join(parts)
    return data + bytes(-len(data) % 32 + hole)


BAD: dict[str, tuple[bytes, Fault]] = {
    "empty": (b"", GgufFault.MAGIC),
    "another magic": (b"GGJT" + bytes(100), GgufFault.MAGIC),
    "magic alone": (b"GGUF", GgufFault.TRUNCATED),
    "half a version": (b"GGUF\x03\0", GgufFault.TRUNCATED),
    "no counts": (b"GGUF\x03\0\0\0" + bytes(7), GgufFault.TRUNCATED),
    "version 1": (b"GGUF\x01\0\0\0" + bytes(40), GgufFault.VERSION),
    "version of the future": (b"GGUF" + u32(77) + bytes(40), GgufFault.VERSION),
    "2^63 tensors": (file(start(2**63, 0)), GgufFault.COUNT),
    "2^64 - 1 keys": (file(start(0, 2**64 - 1)), GgufFault.COUNT),
    "more tensors than bytes": (file(start(5_000, 0)), GgufFault.COUNT),
    "more keys than bytes": (file(start(0, 5_000)), GgufFault.COUNT),
    "a key without a name": (file(start(0, 1), key(b"", 0, b"x")), GgufFault.KEY_NAME),
    "a key of 2^60 bytes": (file(start(0, 1), u64(2**60)), GgufFault.KEY_NAME),
    "a key that is not UTF-8": (file(start(0, 1), key(b"\xff\xfe", 0, b"x")), GgufFault.KEY_NAME),
    "a key twice": (file(start(0, 2), key(b"a", 0, b"x"), key(b"a", 0, b"x")), GgufFault.DUPLICATE_KEY),
    "our own key": (file(start(0, 1), key(b"GGUF.version", 0, b"x")), GgufFault.DUPLICATE_KEY),
    "a value of type 13": (file(start(0, 1), key(b"a", 13, bytes(8))), GgufFault.VALUE_TYPE),
    "a string of 2^60": (file(start(0, 1), key(b"a", 8, u64(2**60))), GgufFault.STRING_LENGTH),
    "a string one byte too long": (file(start(0, 1), key(b"a", 8, u64(100)), hole=0)[:-1], GgufFault.STRING_LENGTH),
    "an array of 2^60 bytes": (file(start(0, 1), key(b"a", 9, u32(0) + u64(2**60))), GgufFault.ARRAY_LENGTH),
    "an array of 2^61 doubles": (file(start(0, 1), key(b"a", 9, u32(12) + u64(2**61))), GgufFault.ARRAY_LENGTH),
    "an array of 2^60 strings": (file(start(0, 1), key(b"a", 9, u32(8) + u64(2**60))), GgufFault.ARRAY_LENGTH),
    "an array of type 13": (file(start(0, 1), key(b"a", 9, u32(13) + u64(1))), GgufFault.VALUE_TYPE),
    "an array of arrays": (
        file(start(0, 1), key(b"a", 9, u32(9) + u64(1) + u32(9) + u64(1))),
        GgufFault.NESTED_ARRAY,
    ),
    "a long string among many": (
        file(start(0, 1), key(b"a", 9, u32(8) + u64(100) + text(b"x") * 50 + u64(2**63))),
        GgufFault.STRING_LENGTH,
    ),
    "strings that end in the hole": (
        file(start(0, 1), key(b"a", 9, u32(8) + u64(60) + u64(4_000) + bytes(100)), hole=600),
        GgufFault.STRING_LENGTH,
    ),
    "more strings than any vocabulary": (
        start(0, 1) + key(b"a", 9, u32(8) + u64(MAX_STRINGS + 1)) + bytes(8 * MAX_STRINGS + 8),
        GgufFault.ARRAY_LENGTH,
    ),
    "alignment 0": (file(start(0, 1), key(b"general.alignment", 4, u32(0))), GgufFault.ALIGNMENT),
    "alignment 24": (file(start(0, 1), key(b"general.alignment", 4, u32(24))), GgufFault.ALIGNMENT),
    "alignment as text": (file(start(0, 1), key(b"general.alignment", 8, text(b"32"))), GgufFault.ALIGNMENT),
    "a tensor without a name": (file(start(1), tensor(b"")), GgufFault.TENSOR_NAME),
    "a tensor's name of 2^40": (file(start(1), u64(2**40), bytes(40)), GgufFault.TENSOR_NAME),
    "a tensor's name not UTF-8": (file(start(1), tensor(b"\xc3\x28")), GgufFault.TENSOR_NAME),
    "a tensor twice": (file(start(2), tensor(b"a"), tensor(b"a", offset=128)), GgufFault.DUPLICATE_TENSOR),
    "five dimensions": (file(start(1), tensor(b"a", (1,) * 5)), GgufFault.RANK),
    "2^32 - 1 dimensions": (file(start(1), text(b"a"), u32(2**32 - 1), bytes(40)), GgufFault.RANK),
    "dimensions that overflow": (file(start(1), tensor(b"a", (2**32, 2**31, 2))), GgufFault.SHAPE_OVERFLOW),
    "zero times an overflow": (file(start(1), tensor(b"a", (0, 2**60, 2**60))), GgufFault.SHAPE_OVERFLOW),
    "bytes that overflow": (file(start(1), tensor(b"a", (2**62,), kind=0)), GgufFault.SHAPE_OVERFLOW),
    "type 4, which ggml dropped": (file(start(1), tensor(b"a", kind=4)), GgufFault.TENSOR_TYPE),
    "type 2^31": (file(start(1), tensor(b"a", kind=2**31)), GgufFault.TENSOR_TYPE),
    "half a block": (file(start(1), tensor(b"a", (48,), kind=2)), GgufFault.BLOCK),
    "a row of half blocks": (file(start(1), tensor(b"a", (128, 4), kind=12)), GgufFault.BLOCK),
    "an offset beside the alignment": (file(start(1), tensor(b"a", offset=8)), GgufFault.OFFSET_ALIGNMENT),
    "an offset behind the file": (file(start(1), tensor(b"a", offset=2**40)), GgufFault.OFFSET_RANGE),
    "an offset that wraps around": (file(start(1), tensor(b"a", offset=2**64 - 32)), GgufFault.OFFSET_RANGE),
    "a tensor longer than the file": (file(start(1), tensor(b"a", (2**20,))), GgufFault.OFFSET_RANGE),
    "tensors that overlap": (file(start(2), tensor(b"a"), tensor(b"b", offset=64)), GgufFault.OVERLAP),
    "tensors at one place": (file(start(2), tensor(b"a"), tensor(b"b")), GgufFault.OVERLAP),
    "zeros for a tensor": (file(start(1)), GgufFault.TENSOR_NAME),
    "cut in a tensor's entry": ((start(1) + tensor(b"a"))[:-4], GgufFault.TRUNCATED),
}


class Counting(MemoryBlob):
    """Refuses reads that a reader of headers has no use for."""

    def _read(self, offset: int, length: int) -> bytes:
        assert length <= 1 << 20
        return super()._read(offset, length)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_has_its_own_code(name: str) -> None:
    data, code = BAD[name]
    with pytest.raises(WeightsError) as caught:
        read_gguf(Counting("m.gguf", data))
    assert_fault(caught.value, code)
    sentence = str(caught.value)
    assert sentence.startswith("m.gguf: ")
    assert len(sentence) < 400


def test_there_are_enough_of_them() -> None:
    assert len(BAD) >= 25
    assert set(GgufFault) == {code for _, code in BAD.values()}


def test_what_is_only_too_new_is_no_fault_of_the_file() -> None:
    for name in ("version of the future", "type 2^31"):
        with pytest.raises(UnsupportedFormatError):
            read_gguf(MemoryBlob("bad.gguf", BAD[name][0]))


def test_cut_anywhere_it_is_an_error() -> None:
    metadata = {"general.architecture": "llama", "tags": ["a", "b"], "tokens": ["abc"] * 40, "list": [1] * 300}
    data, hole = gguf_bytes({"a": ("F16", (4, 32)), "b": ("Q4_K", (1, 256))}, metadata)
    whole = data + bytes(hole)
    assert len(read_gguf(MemoryBlob("m.gguf", whole)).tensors) == 2
    for length in range(len(whole) - 16):  # the last bytes are padding
        with raises_fault(GgufFault):
            read_gguf(MemoryBlob("m.gguf", whole[:length]))


class Sparse(Blob):
    """A file of a size that nobody has, of which only the front is not zero."""

    def __init__(self, front: bytes, size: int) -> None:
        super().__init__("m.gguf", size)
        self._front = front
        self.largest = 0

    def _read(self, offset: int, length: int) -> bytes:
        self.largest = max(self.largest, length)
        return (self._front[offset : offset + length]).ljust(length, b"\0")


@pytest.mark.parametrize(
    "front",
    [
        start(65_536, 0),
        start(0, 8_192),
        start(0, 1) + key(b"a", 9, u32(8) + u64(2**36)),
        start(0, 1) + key(b"a", 9, u32(8) + u64(MAX_STRINGS)),
        start(0, 1) + key(b"a", 9, u32(10) + u64(2**36)),
        start(0, 1) + key(b"a", 8, u64(2**39)),
        start(0, 1) + key(b"a", 9, u32(8) + u64(1000) + u64(2**39)),
    ],
)
def test_a_file_of_a_tebibyte_takes_little(front: bytes) -> None:
    blob = Sparse(front, 2**40)
    with contextlib.suppress(WeightsError):
        read_gguf(blob)
    assert blob.largest <= 1 << 20
    assert blob.bytes_read <= 8 * MAX_STRINGS + (1 << 20)
