"""Hand-built bad safetensors files, each from literal bytes and each with its own named error."""

from __future__ import annotations

import struct

import pytest

from faults import assert_fault, raises_fault
from truename.blob import MemoryBlob
from truename.errors import Fault
from truename.formats.safetensors import SafetensorsFault
from truename.formats.safetensors.reader import MAX_HEADER_BYTES, MAX_READ_BYTES, MAX_TENSORS, read_safetensors


def file(header: bytes, data: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def many(count: int, entry: str = '"%x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}') -> bytes:
    return file(("{" + ",".join(entry % number for number in range(count)) + "}").encode())


ONE = b'{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}'

CASES: dict[str, tuple[bytes, Fault]] = {
    "nothing at all": (b"", SafetensorsFault.FILE_TOO_SHORT),
    "seven bytes": (b"\x02\0\0\0\0\0\0", SafetensorsFault.FILE_TOO_SHORT),
    "length above the limit": (file(b"{}", length=MAX_HEADER_BYTES + 1), SafetensorsFault.HEADER_TOO_LARGE),
    "length of 2^63": (b"\0\0\0\0\0\0\0\x80{}", SafetensorsFault.HEADER_TOO_LARGE),
    "length of 2^64 - 1": (b"\xff" * 8 + b"{}", SafetensorsFault.HEADER_TOO_LARGE),
    "length beyond the file": (file(b"{}", length=3), SafetensorsFault.HEADER_TRUNCATED),
    "more bytes than are read": (file(b"{" + b" " * MAX_READ_BYTES + b"}"), SafetensorsFault.HEADER_BOUND),
    "more tensors than are read": (many(MAX_TENSORS + 2), SafetensorsFault.HEADER_BOUND),
    "half as many that take the long way": (
        many(MAX_TENSORS // 2 + 2, '"\\"%x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}'),
        SafetensorsFault.HEADER_BOUND,
    ),
    "a shape of two million sizes": (
        file(ONE.replace(b"[4]", b"[" + b"9," * 2_000_000 + b"9]"), b"1234"),
        SafetensorsFault.HEADER_BOUND,
    ),
    "two million items of metadata": (
        file(('{"__metadata__":{' + ",".join(f'"{n:x}":""' for n in range(2_000_000)) + "}}").encode()),
        SafetensorsFault.HEADER_BOUND,
    ),
    "a million empty lists": (file(b'{"a":[' + b"[]," * 1_000_000 + b"[]]}"), SafetensorsFault.HEADER_BOUND),
    "only the length": (file(b"", length=100), SafetensorsFault.HEADER_TRUNCATED),
    "empty header": (file(b""), SafetensorsFault.HEADER_START),
    "starts with a space": (file(b" {}"), SafetensorsFault.HEADER_START),
    "starts with a list": (file(b"[]"), SafetensorsFault.HEADER_START),
    "a pickle": (file(b"\x80\x02}q\x00."), SafetensorsFault.HEADER_ENCODING),
    "invalid UTF-8 in a name": (file(ONE.replace(b"a", b"\xff", 1), b"1234"), SafetensorsFault.HEADER_ENCODING),
    "overlong UTF-8": (file(b'{"\xc0\xaf":{}}'), SafetensorsFault.HEADER_ENCODING),
    "cut off JSON": (file(ONE[:-1], b"1234"), SafetensorsFault.HEADER_JSON),
    "bytes after the object": (file(ONE + b"x", b"1234"), SafetensorsFault.HEADER_JSON),
    "zeros after the object": (file(ONE + b"\0\0", b"1234"), SafetensorsFault.HEADER_JSON),
    "trailing comma": (file(ONE[:-1] + b",}", b"1234"), SafetensorsFault.HEADER_JSON),
    "no comma after the metadata": (
        file(b'{"__metadata__":{"a":"b"}' + ONE[1:], b"1234"),
        SafetensorsFault.HEADER_JSON,
    ),
    "comma after the metadata alone": (file(b'{"__metadata__":{"a":"b"},}'), SafetensorsFault.HEADER_JSON),
    "NaN": (file(ONE.replace(b"[4]", b"[NaN]"), b"1234"), SafetensorsFault.HEADER_JSON),
    "lone surrogate": (file(ONE.replace(b'"a"', b'"\\ud800"'), b"1234"), SafetensorsFault.HEADER_JSON),
    "nested 100,000 deep": (file(b'{"a":' + b"[" * 100_000), SafetensorsFault.HEADER_JSON),
    "objects nested 100,000 deep": (file(b'{"a":' * 100_000), SafetensorsFault.HEADER_JSON),
    "number of 10,000 digits": (
        file(ONE.replace(b"[4]", b"[" + b"9" * 10_000 + b"]"), b"1234"),
        SafetensorsFault.HEADER_JSON,
    ),
    "tensor twice": (file(ONE[:-1] + b"," + ONE[1:], b"1234"), SafetensorsFault.DUPLICATE_KEY),
    "tensor twice, once escaped": (
        file(ONE[:-1] + b',"\\u0061":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', b"1234"),
        SafetensorsFault.DUPLICATE_KEY,
    ),
    "the last of 50,000 names twice": (
        file(many(50_000)[8:-1] + b',"c34f":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'),
        SafetensorsFault.DUPLICATE_KEY,
    ),
    "dtype twice": (file(ONE.replace(b'"dtype"', b'"dtype":"U8","dtype"'), b"1234"), SafetensorsFault.DUPLICATE_KEY),
    "metadata twice": (
        file(b'{"__metadata__":{"a":"b"},"__metadata__":{"a":"b"},' + ONE[1:], b"1234"),
        SafetensorsFault.DUPLICATE_KEY,
    ),
    "metadata key twice": (
        file(b'{"__metadata__":{"a":"b","a":"b"},' + ONE[1:], b"1234"),
        SafetensorsFault.DUPLICATE_KEY,
    ),
    "metadata is a list": (file(b'{"__metadata__":[],' + ONE[1:], b"1234"), SafetensorsFault.METADATA),
    "metadata holds a number": (file(b'{"__metadata__":{"step":3},' + ONE[1:], b"1234"), SafetensorsFault.METADATA),
    "metadata holds an object": (file(b'{"__metadata__":{"a":{}},' + ONE[1:], b"1234"), SafetensorsFault.METADATA),
    "entry is a list": (file(b'{"a":[]}'), SafetensorsFault.ENTRY_FORM),
    "entry is null": (file(b'{"a":null}'), SafetensorsFault.ENTRY_FORM),
    "no dtype": (file(b'{"a":{"shape":[4],"data_offsets":[0,4]}}', b"1234"), SafetensorsFault.ENTRY_FORM),
    "no shape": (file(b'{"a":{"dtype":"U8","data_offsets":[0,4]}}', b"1234"), SafetensorsFault.ENTRY_FORM),
    "no offsets": (file(b'{"a":{"dtype":"U8","shape":[4]}}', b"1234"), SafetensorsFault.ENTRY_FORM),
    "dtype is a number": (file(ONE.replace(b'"U8"', b"8"), b"1234"), SafetensorsFault.ENTRY_FORM),
    "shape is a number": (file(ONE.replace(b"[4]", b"4"), b"1234"), SafetensorsFault.ENTRY_FORM),
    "three offsets": (file(ONE.replace(b"[0,4]", b"[0,2,4]"), b"1234"), SafetensorsFault.ENTRY_FORM),
    "offset is a float": (file(ONE.replace(b"[0,4]", b"[0,4.0]"), b"1234"), SafetensorsFault.ENTRY_FORM),
    "offset is a truth value": (file(ONE.replace(b"[0,4]", b"[false,4]"), b"1234"), SafetensorsFault.ENTRY_FORM),
    "unknown dtype": (file(ONE.replace(b"U8", b"F12"), b"1234"), SafetensorsFault.UNKNOWN_DTYPE),
    "dtype in small letters": (file(ONE.replace(b"U8", b"u8"), b"1234"), SafetensorsFault.UNKNOWN_DTYPE),
    "negative size": (file(ONE.replace(b"[4]", b"[-4]"), b"1234"), SafetensorsFault.SHAPE),
    "two negative sizes": (file(ONE.replace(b"[4]", b"[-2,-2]"), b"1234"), SafetensorsFault.SHAPE),
    "fractional size": (file(ONE.replace(b"[4]", b"[4.5]"), b"1234"), SafetensorsFault.SHAPE),
    "size is a string": (file(ONE.replace(b"[4]", b'["4"]'), b"1234"), SafetensorsFault.SHAPE),
    "size above 2^64": (file(ONE.replace(b"[4]", b"[18446744073709551616]"), b"1234"), SafetensorsFault.SHAPE_OVERFLOW),
    "product above 2^64": (
        file(ONE.replace(b"[4]", b"[4294967296,4294967296]"), b"1234"),
        SafetensorsFault.SHAPE_OVERFLOW,
    ),
    "overflow behind a zero": (
        file(b'{"a":{"dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}'),
        SafetensorsFault.SHAPE_OVERFLOW,
    ),
    "ends before it begins": (file(ONE.replace(b"[0,4]", b"[4,0]"), b"1234"), SafetensorsFault.OFFSET_ORDER),
    "begins below zero": (file(ONE.replace(b"[0,4]", b"[-4,0]"), b"1234"), SafetensorsFault.OFFSET_ORDER),
    "ends out of the file": (file(ONE, b"123"), SafetensorsFault.OFFSET_RANGE),
    "far out of the file": (
        file(ONE.replace(b"[0,4]", b"[0,9223372036854775807]"), b"1"),
        SafetensorsFault.OFFSET_RANGE,
    ),
    "half a byte": (
        file(b'{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}', b"12"),
        SafetensorsFault.PARTIAL_BYTE,
    ),
    "too few bytes for its shape": (file(ONE.replace(b"U8", b"F32"), b"1234"), SafetensorsFault.TENSOR_SIZE),
    "bytes for an empty shape": (file(ONE.replace(b"[4]", b"[0]"), b"1234"), SafetensorsFault.TENSOR_SIZE),
    "six bits in eight": (file(ONE.replace(b"U8", b"F6_E2M3"), b"1234"), SafetensorsFault.TENSOR_SIZE),
    "overlap": (
        file(ONE[:-1] + b',"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}', b"123456"),
        SafetensorsFault.OVERLAP,
    ),
    "the same bytes twice": (
        file(ONE[:-1] + b',"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', b"1234"),
        SafetensorsFault.OVERLAP,
    ),
    "hole at the start": (file(ONE.replace(b"[0,4]", b"[1,5]"), b"12345"), SafetensorsFault.HOLE),
    "hole in the middle": (
        file(ONE[:-1] + b',"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}', b"123456"),
        SafetensorsFault.HOLE,
    ),
    "bytes at the end": (file(ONE, b"12345"), SafetensorsFault.TRAILING_DATA),
    "bytes and no tensor": (file(b"{}", b"1"), SafetensorsFault.TRAILING_DATA),
}


@pytest.mark.parametrize(("data", "code"), CASES.values(), ids=CASES)
def test_a_bad_file_has_its_own_code(data: bytes, code: Fault) -> None:
    with raises_fault(SafetensorsFault) as caught:
        read_safetensors(MemoryBlob("bad.safetensors", data))
    assert_fault(caught.value, code)
    assert str(caught.value).startswith("bad.safetensors: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_every_code_has_a_case() -> None:
    assert set(SafetensorsFault) == {code for _, code in CASES.values()}


def test_a_header_that_is_too_large_is_not_read() -> None:
    blob = MemoryBlob("bad.safetensors", file(b"{}", length=MAX_HEADER_BYTES + 1))
    with raises_fault(SafetensorsFault.HEADER_TOO_LARGE):
        read_safetensors(blob)
    assert blob.bytes_read == 8
