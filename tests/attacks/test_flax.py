"""Bad Flax msgpack files by hand: each has its named error, and none takes time or memory."""

from __future__ import annotations

import struct

import pytest

from truename.blob import Blob, MemoryBlob
from truename.formats.flax import errors as faults
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
BAD: dict[str, tuple[bytes, type[faults.FlaxError]]] = {
    "empty": (b"", faults.TruncatedError),
    "a number at the top": (b"\x05", faults.RootError),
    "a list at the top": (b"\x91\x01", faults.RootError),
    "an array at the top": (ONE, faults.RootError),
    "a zip": (b"PK\x03\x04" + bytes(40), faults.RootError),
    "0xc1 for a map": (b"\xc1", faults.ReservedByteError),
    "0xc1 for a value": (b"\x81\xa1a\xc1", faults.ReservedByteError),
    "a map of 2^32 - 1": (b"\xdf\xff\xff\xff\xff", faults.CountError),
    "a map in a map of 2^31": (mapping({"a": b"\xdf\x80\0\0\0" + bytes(100)}), faults.CountError),
    "a list of 2^32 - 1": (mapping({"a": b"\xdd\xff\xff\xff\xff"}), faults.CountError),
    "two million items": (mapping({"a": b"\xdd\0\x1e\x84\x80" + bytes(2_000_000)}), faults.CountError),
    "maps nested too deep": (b"\x81\xa1a" * (MAX_DEPTH + 1) + b"\xc0", faults.NestingError),
    "maps nested 100,000 deep": (b"\x81\xa1a" * 100_000, faults.NestingError),
    "lists nested 100,000 deep": (b"\x81\xa1a" + b"\x91" * 100_000, faults.NestingError),
    "a key that is a map": (b"\x81\x80\x01", faults.KeyFormError),
    "a key that is nothing": (b"\x81\xc0\x01", faults.KeyFormError),
    "a key of 2^32 - 1": (b"\x81\xdb\xff\xff\xff\xff", faults.KeyFormError),
    "a key too long": (b"\x81\xda" + struct.pack(">H", MAX_KEY_BYTES + 1) + bytes(2000), faults.KeyFormError),
    "a key that is not UTF-8": (b"\x81\xa2\xc3\x28\x01", faults.KeyFormError),
    "a path too long": (b"\x81\xd9\xc8" + b"a" * 200 + (b"\x81\xd9\xc8" + b"a" * 200) * 12, faults.KeyFormError),
    "paths too long in all": (
        deep(16, mapping({str(number): array("float32", (0,)) for number in range(8_192)})),
        faults.CountError,
    ),
    "bytes behind the tree": (mapping({"a": ONE}) + b"\0", faults.TrailingDataError),
    "a second tree": (mapping({"a": ONE}) * 2, faults.TrailingDataError),
    "extension type 4": (mapping({"a": extension(b"\xc0", 4)}), faults.ExtensionError),
    "a timestamp": (mapping({"a": b"\xd6\xff" + bytes(4)}), faults.ExtensionError),
    "an array that is a number": (mapping({"a": extension(b"\x05")}), faults.ArrayFormError),
    "an array of two parts": (mapping({"a": extension(b"\x92\x90\xa7float32")}), faults.ArrayFormError),
    "a shape that is a text": (array_of(b"\xa1x"), faults.ArrayFormError),
    "a dtype that is a number": (array_of(b"\x91\x02", b"\x07"), faults.ArrayFormError),
    "a dtype of 200 bytes": (array_of(b"\x91\x02", text("x" * 200)), faults.ArrayFormError),
    "data longer than its array": (array_of(b"\x91\x02", data=b"\xc4\xff" + bytes(8)), faults.ArrayFormError),
    "data shorter than its array": (array_of(b"\x91\x02", data=b"\xc4\x04" + bytes(8)), faults.ArrayFormError),
    "an array longer than the file": (mapping({"a": ONE})[:-1], faults.TruncatedError),
    "an array of 4 GiB": (b"\x81\xa1a\xc9\xff\xff\xff\xff\x01\x93", faults.TruncatedError),
    "an unknown dtype": (array_of(b"\x91\x02", b"\xa7float99"), faults.DtypeError),
    "objects": (array_of(b"\x91\x02", b"\xa6object"), faults.DtypeError),
    "a negative size": (array_of(b"\x91\xff"), faults.ShapeError),
    "a size that is no whole number": (array_of(b"\x91\xcb" + struct.pack(">d", 2.0)), faults.ShapeError),
    "a size that is true": (array_of(b"\x91\xc3"), faults.ShapeError),
    "33 dimensions": (array_of(sizes(*[1] * 33)), faults.ShapeError),
    "65,535 dimensions": (array_of(b"\xdc\xff\xff"), faults.ShapeError),
    "sizes that overflow": (array_of(sizes(2**63, 2)), faults.ShapeOverflowError),
    "zero times an overflow": (array_of(sizes(0, 2**63, 4)), faults.ShapeOverflowError),
    "a shape of other bytes": (array_of(b"\x91\x03"), faults.ArraySizeError),
    "an array twice": (b"\x82" + (text("a") + ONE) * 2, faults.DuplicateArrayError),
    "one path in two ways": (
        mapping({"a.b": ONE, "a": mapping({"b": ONE})}),
        faults.DuplicateArrayError,
    ),
    "chunks without a shape": (mapping({"a": mapping({CHUNKED: b"\xc3", "chunks": mapping({})})}), faults.ChunkError),
    "chunks that are too few": (chunked(FOUR, mapping({"0": array("float32", (3,))})), faults.ChunkError),
    "chunks of two dtypes": (
        chunked(FOUR, mapping({"0": array("float32", (2,)), "1": array("float16", (2,))})),
        faults.ChunkError,
    ),
    "a chunk that is a number": (chunked(FOUR, mapping({"0": b"\x01"})), faults.ChunkError),
    "chunks that are a list": (chunked(FOUR, b"\x91" + ONE), faults.ChunkError),
    "chunks under another key": (chunked(FOUR, mapping({}), key="parts"), faults.ChunkError),
    "cut within a number": (b"\x81\xa1a\xcf\0\0", faults.TruncatedError),
    "cut within a text": (b"\x81\xa9abc", faults.TruncatedError),
    "cut before a value": (b"\x81\xa1a", faults.TruncatedError),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_has_its_named_error(name: str) -> None:
    data, error = BAD[name]
    with pytest.raises(error) as caught:
        read_flax(MemoryBlob("m.msgpack", data))
    assert type(caught.value) is error
    sentence = str(caught.value)
    assert sentence.startswith("m.msgpack: ")
    assert len(sentence) < 400


def test_there_are_enough_of_them() -> None:
    assert len(BAD) >= 25
    everything = {e for e in vars(faults).values() if isinstance(e, type) and issubclass(e, faults.FlaxError)}
    leaves = {e for e in everything if not any(o is not e and issubclass(o, e) for o in everything)}
    assert leaves == {error for _, error in BAD.values()}


def test_cut_anywhere_it_is_an_error() -> None:
    data = mapping({"params": mapping({"kernel": ONE, "bias": array("bfloat16", (3,))}), "step": b"\xcd\1\2"})
    assert len(read_flax(MemoryBlob("m", data)).tensors) == 2
    for length in range(len(data)):
        with pytest.raises(faults.FlaxError):
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
        with pytest.raises(faults.FlaxError):
            read_flax(blob)
        assert blob.largest <= 1 << 17
        assert blob.bytes_read <= 1 << 23
