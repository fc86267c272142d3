"""Bad Flax msgpack files by hand: each has its named error, and none takes time or memory."""

from __future__ import annotations

import struct

import pytest

from faults import assert_fault, raises_fault
from truename.blob import Blob, MemoryBlob
from truename.errors import Fault, WeightsError
from truename.formats.flax import FlaxFault
from truename.formats.flax.reader import CHUNKED, MAX_DEPTH, MAX_KEY_BYTES, read_flax
from truename.testing.flax_files import array, mapping, text

ONE = array("float32", (2, 3))


def extension(body: bytes, code: int = 1) -> bytes:
    return struct.pack(">BIb", 0xC9, len(body), code) + body


def array_of(shape: bytes, dtype: bytes = b"\xa7float32", data: bytes = b"\xc4\x08" + bytes(8)) -> bytes:
    return mapping({"a": extension(b"\x93" + shape + dtype + data)})


def sizes(*numbers: int) -> bytes:
    return b"\xdc" + struct.pack(">H", len(numbers)) + b"".join(b"\xcf" + struct.pack(">Q", n) for n in numbers)


def chunked(shape: bytes, chunks: bytes, flag: bytes = b"\xc3", key: str = "chunks") -> bytes:
    return mapping({"a": mapping({CHUNKED: flag, "shape": shape, key: chunks})})


def deep(levels: int, tree: bytes) -> bytes:
    """A tree behind as many keys of 63 signs of four bytes."""
    for _ in range(levels):
        tree = mapping({"\U0001f600" * 63: tree})
    return tree


FOUR = mapping({"0": b"\x04"})
BAD: dict[str, tuple[bytes, Fault]] = {
    "empty": (b"", FlaxFault.TRUNCATED),
    "a number at the top": (b"\x05", FlaxFault.ROOT),
    "a list at the top": (b"\x91\x01", FlaxFault.ROOT),
    "an array at the top": (ONE, FlaxFault.ROOT),
    "a zip": (b"PK\x03\x04" + bytes(40), FlaxFault.ROOT),
    "0xc1 for a map": (b"\xc1", FlaxFault.RESERVED_BYTE),
    "0xc1 for a value": (b"\x81\xa1a\xc1", FlaxFault.RESERVED_BYTE),
    "a map of 2^32 - 1": (b"\xdf\xff\xff\xff\xff", FlaxFault.COUNT),
    "a map in a map of 2^31": (mapping({"a": b"\xdf\x80\0\0\0" + bytes(100)}), FlaxFault.COUNT),
    "a list of 2^32 - 1": (mapping({"a": b"\xdd\xff\xff\xff\xff"}), FlaxFault.COUNT),
    "two million items": (mapping({"a": b"\xdd\0\x1e\x84\x80" + bytes(2_000_000)}), FlaxFault.COUNT),
    "maps nested too deep": (b"\x81\xa1a" * (MAX_DEPTH + 1) + b"\xc0", FlaxFault.NESTING),
    "maps nested 100,000 deep": (b"\x81\xa1a" * 100_000, FlaxFault.NESTING),
    "lists nested 100,000 deep": (b"\x81\xa1a" + b"\x91" * 100_000, FlaxFault.NESTING),
    "a key that is a map": (b"\x81\x80\x01", FlaxFault.KEY_FORM),
    "a key that is nothing": (b"\x81\xc0\x01", FlaxFault.KEY_FORM),
    "a key of 2^32 - 1": (b"\x81\xdb\xff\xff\xff\xff", FlaxFault.KEY_FORM),
    "a key too long": (b"\x81\xda" + struct.pack(">H", MAX_KEY_BYTES + 1) + bytes(2000), FlaxFault.KEY_FORM),
    "a key that is not UTF-8": (b"\x81\xa2\xc3\x28\x01", FlaxFault.KEY_FORM),
    "a path too long": (b"\x81\xd9\xc8" + b"a" * 200 + (b"\x81\xd9\xc8" + b"a" * 200) * 12, FlaxFault.KEY_FORM),
    "paths too long in all": (
        deep(16, mapping({str(number): array("float32", (0,)) for number in range(8_192)})),
        FlaxFault.COUNT,
    ),
    "bytes behind the tree": (mapping({"a": ONE}) + b"\0", FlaxFault.TRAILING_DATA),
    "a second tree": (mapping({"a": ONE}) * 2, FlaxFault.TRAILING_DATA),
    "extension type 4": (mapping({"a": extension(b"\xc0", 4)}), FlaxFault.EXTENSION),
    "a timestamp": (mapping({"a": b"\xd6\xff" + bytes(4)}), FlaxFault.EXTENSION),
    "an array that is a number": (mapping({"a": extension(b"\x05")}), FlaxFault.ARRAY_FORM),
    "an array of two parts": (mapping({"a": extension(b"\x92\x90\xa7float32")}), FlaxFault.ARRAY_FORM),
    "a shape that is a text": (array_of(b"\xa1x"), FlaxFault.ARRAY_FORM),
    "a dtype that is a number": (array_of(b"\x91\x02", b"\x07"), FlaxFault.ARRAY_FORM),
    "a dtype of 200 bytes": (array_of(b"\x91\x02", text("x" * 200)), FlaxFault.ARRAY_FORM),
    "data longer than its array": (array_of(b"\x91\x02", data=b"\xc4\xff" + bytes(8)), FlaxFault.ARRAY_FORM),
    "data shorter than its array": (array_of(b"\x91\x02", data=b"\xc4\x04" + bytes(8)), FlaxFault.ARRAY_FORM),
    "an array longer than the file": (mapping({"a": ONE})[:-1], FlaxFault.TRUNCATED),
    "an array of 4 GiB": (b"\x81\xa1a\xc9\xff\xff\xff\xff\x01\x93", FlaxFault.TRUNCATED),
    "an unknown dtype": (array_of(b"\x91\x02", b"\xa7float99"), FlaxFault.DTYPE),
    "objects": (array_of(b"\x91\x02", b"\xa6object"), FlaxFault.DTYPE),
    "a negative size": (array_of(b"\x91\xff"), FlaxFault.SHAPE),
    "a size that is no whole number": (array_of(b"\x91\xcb" + struct.pack(">d", 2.0)), FlaxFault.SHAPE),
    "a size that is true": (array_of(b"\x91\xc3"), FlaxFault.SHAPE),
    "33 dimensions": (array_of(sizes(*[1] * 33)), FlaxFault.SHAPE),
    "65,535 dimensions": (array_of(b"\xdc\xff\xff"), FlaxFault.SHAPE),
    "sizes that overflow": (array_of(sizes(2**63, 2)), FlaxFault.SHAPE_OVERFLOW),
    "zero times an overflow": (array_of(sizes(0, 2**63, 4)), FlaxFault.SHAPE_OVERFLOW),
    "a shape of other bytes": (array_of(b"\x91\x03"), FlaxFault.ARRAY_SIZE),
    "an array twice": (b"\x82" + (text("a") + ONE) * 2, FlaxFault.DUPLICATE_ARRAY),
    "one path in two ways": (
        mapping({"a.b": ONE, "a": mapping({"b": ONE})}),
        FlaxFault.DUPLICATE_ARRAY,
    ),
    "chunks without a shape": (mapping({"a": mapping({CHUNKED: b"\xc3", "chunks": mapping({})})}), FlaxFault.CHUNK),
    "chunks that are too few": (chunked(FOUR, mapping({"0": array("float32", (3,))})), FlaxFault.CHUNK),
    "chunks of two dtypes": (
        chunked(FOUR, mapping({"0": array("float32", (2,)), "1": array("float16", (2,))})),
        FlaxFault.CHUNK,
    ),
    "a chunk that is a number": (chunked(FOUR, mapping({"0": b"\x01"})), FlaxFault.CHUNK),
    "chunks that are a list": (chunked(FOUR, b"\x91" + ONE), FlaxFault.CHUNK),
    "chunks under another key": (chunked(FOUR, mapping({}), key="parts"), FlaxFault.CHUNK),
    "cut within a number": (b"\x81\xa1a\xcf\0\0", FlaxFault.TRUNCATED),
    "cut within a text": (b"\x81\xa9abc", FlaxFault.TRUNCATED),
    "cut before a value": (b"\x81\xa1a", FlaxFault.TRUNCATED),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_has_its_own_code(name: str) -> None:
    data, code = BAD[name]
    with pytest.raises(WeightsError) as caught:
        read_flax(MemoryBlob("m.msgpack", data))
    assert_fault(caught.value, code)
    sentence = str(caught.value)
    assert sentence.startswith("m.msgpack: ")
    assert len(sentence) < 400


def test_there_are_enough_of_them() -> None:
    assert len(BAD) >= 25
    assert set(FlaxFault) == {code for _, code in BAD.values()}


def test_cut_anywhere_it_is_an_error() -> None:
    data = mapping({"params": mapping({"kernel": ONE, "bias": array("bfloat16", (3,))}), "step": b"\xcd\1\2"})
    assert len(read_flax(MemoryBlob("m", data)).tensors) == 2
    for length in range(len(data)):
        with raises_fault(FlaxFault):
            read_flax(MemoryBlob("m", data[:length]))


class Endless(Blob):
    """A terabyte of one byte behind a front."""

    def __init__(self, front: bytes, rest: bytes) -> None:
        super().__init__("m.msgpack", 2**40)
        self._front, self._rest = front, rest
        self.largest = 0

    def _read(self, offset: int, length: int) -> bytes:
        self.largest = max(self.largest, length)
        return self._front[offset : offset + length].ljust(length, self._rest)


@pytest.mark.parametrize("rest", [b"\0", b"\x81", b"\x91", b"\xa0", b"\xc0", b"\xdf", b"\xff"])
def test_a_file_of_a_tebibyte_takes_little(rest: bytes) -> None:
    for front in (b"\xdf\0\x03\x0d\x3f", b"\x81\xa1a\xdd\0\x03\x0d\x3f", b"\x81\xa1a"):
        blob = Endless(front, rest)
        with raises_fault(FlaxFault):
            read_flax(blob)
        assert blob.largest <= 1 << 17
        assert blob.bytes_read <= 1 << 23
