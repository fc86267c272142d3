"""Hand-built bad safetensors files, each from literal bytes and each with its own named error."""

from __future__ import annotations

import struct

import pytest

from truename.blob import MemoryBlob
from truename.formats.safetensors import errors as faults
from truename.formats.safetensors.reader import MAX_HEADER_BYTES, MAX_READ_BYTES, MAX_TENSORS, read_safetensors


def file(header: bytes, data: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def many(count: int, entry: str = '"%x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}') -> bytes:
    return file(("{" + ",".join(entry % number for number in range(count)) + "}").encode())


ONE = b'{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}'

CASES: dict[str, tuple[bytes, type[faults.SafetensorsError]]] = {
    "nothing at all": (b"", faults.FileTooShortError),
    "seven bytes": (b"\x02\0\0\0\0\0\0", faults.FileTooShortError),
    "length above the limit": (file(b"{}", length=MAX_HEADER_BYTES + 1), faults.HeaderTooLargeError),
    "length of 2^63": (b"\0\0\0\0\0\0\0\x80{}", faults.HeaderTooLargeError),
    "length of 2^64 - 1": (b"\xff" * 8 + b"{}", faults.HeaderTooLargeError),
    "length beyond the file": (file(b"{}", length=3), faults.HeaderTruncatedError),
    "more bytes than are read": (file(b"{" + b" " * MAX_READ_BYTES + b"}"), faults.HeaderBoundError),
    "more tensors than are read": (many(MAX_TENSORS + 2), faults.HeaderBoundError),
    "half as many that take the long way": (
        many(MAX_TENSORS // 2 + 2, '"\\"%x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}'),
        faults.HeaderBoundError,
    ),
    "a shape of two million sizes": (
        file(ONE.replace(b"[4]", b"[" + b"9," * 2_000_000 + b"9]"), b"1234"),
        faults.HeaderBoundError,
    ),
    "two million items of metadata": (
        file(('{"__metadata__":{' + ",".join(f'"{n:x}":""' for n in range(2_000_000)) + "}}").encode()),
        faults.HeaderBoundError,
    ),
    "a million empty lists": (file(b'{"a":[' + b"[]," * 1_000_000 + b"[]]}"), faults.HeaderBoundError),
    "only the length": (file(b"", length=100), faults.HeaderTruncatedError),
    "empty header": (file(b""), faults.HeaderStartError),
    "starts with a space": (file(b" {}"), faults.HeaderStartError),
    "starts with a list": (file(b"[]"), faults.HeaderStartError),
    "a pickle": (file(b"\x80\x02}q\x00."), faults.HeaderEncodingError),
    "invalid UTF-8 in a name": (file(ONE.replace(b"a", b"\xff", 1), b"1234"), faults.HeaderEncodingError),
    "overlong UTF-8": (file(b'{"\xc0\xaf":{}}'), faults.HeaderEncodingError),
    "cut off JSON": (file(ONE[:-1], b"1234"), faults.HeaderJsonError),
    "bytes after the object": (file(ONE + b"x", b"1234"), faults.HeaderJsonError),
    "zeros after the object": (file(ONE + b"\0\0", b"1234"), faults.HeaderJsonError),
    "trailing comma": (file(ONE[:-1] + b",}", b"1234"), faults.HeaderJsonError),
    "no comma after the metadata": (
        file(b'{"__metadata__":{"a":"b"}' + ONE[1:], b"1234"),
        faults.HeaderJsonError,
    ),
    "comma after the metadata alone": (file(b'{"__metadata__":{"a":"b"},}'), faults.HeaderJsonError),
    "NaN": (file(ONE.replace(b"[4]", b"[NaN]"), b"1234"), faults.HeaderJsonError),
    "lone surrogate": (file(ONE.replace(b'"a"', b'"\\ud800"'), b"1234"), faults.HeaderJsonError),
    "nested 100,000 deep": (file(b'{"a":' + b"[" * 100_000), faults.HeaderJsonError),
    "objects nested 100,000 deep": (file(b'{"a":' * 100_000), faults.HeaderJsonError),
    "number of 10,000 digits": (
        file(ONE.replace(b"[4]", b"[" + b"9" * 10_000 + b"]"), b"1234"),
        faults.HeaderJsonError,
    ),
    "tensor twice": (file(ONE[:-1] + b"," + ONE[1:], b"1234"), faults.DuplicateKeyError),
    "tensor twice, once escaped": (
        file(ONE[:-1] + b',"\\u0061":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', b"1234"),
        faults.DuplicateKeyError,
    ),
    "the last of 50,000 names twice": (
        file(many(50_000)[8:-1] + b',"c34f":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'),
        faults.DuplicateKeyError,
    ),
    "dtype twice": (file(ONE.replace(b'"dtype"', b'"dtype":"U8","dtype"'), b"1234"), faults.DuplicateKeyError),
    "metadata twice": (
        file(b'{"__metadata__":{"a":"b"},"__metadata__":{"a":"b"},' + ONE[1:], b"1234"),
        faults.DuplicateKeyError,
    ),
    "metadata key twice": (
        file(b'{"__metadata__":{"a":"b","a":"b"},' + ONE[1:], b"1234"),
        faults.DuplicateKeyError,
    ),
    "metadata is a list": (file(b'{"__metadata__":[],' + ONE[1:], b"1234"), faults.MetadataError),
    "metadata holds a number": (file(b'{"__metadata__":{"step":3},' + ONE[1:], b"1234"), faults.MetadataError),
    "metadata holds an object": (file(b'{"__metadata__":{"a":{}},' + ONE[1:], b"1234"), faults.MetadataError),
    "entry is a list": (file(b'{"a":[]}'), faults.EntryFormError),
    "entry is null": (file(b'{"a":null}'), faults.EntryFormError),
    "no dtype": (file(b'{"a":{"shape":[4],"data_offsets":[0,4]}}', b"1234"), faults.EntryFormError),
    "no shape": (file(b'{"a":{"dtype":"U8","data_offsets":[0,4]}}', b"1234"), faults.EntryFormError),
    "no offsets": (file(b'{"a":{"dtype":"U8","shape":[4]}}', b"1234"), faults.EntryFormError),
    "dtype is a number": (file(ONE.replace(b'"U8"', b"8"), b"1234"), faults.EntryFormError),
    "shape is a number": (file(ONE.replace(b"[4]", b"4"), b"1234"), faults.EntryFormError),
    "three offsets": (file(ONE.replace(b"[0,4]", b"[0,2,4]"), b"1234"), faults.EntryFormError),
    "offset is a float": (file(ONE.replace(b"[0,4]", b"[0,4.0]"), b"1234"), faults.EntryFormError),
    "offset is a truth value": (file(ONE.replace(b"[0,4]", b"[false,4]"), b"1234"), faults.EntryFormError),
    "unknown dtype": (file(ONE.replace(b"U8", b"F12"), b"1234"), faults.UnknownDtypeError),
    "dtype in small letters": (file(ONE.replace(b"U8", b"u8"), b"1234"), faults.UnknownDtypeError),
    "negative size": (file(ONE.replace(b"[4]", b"[-4]"), b"1234"), faults.ShapeError),
    "two negative sizes": (file(ONE.replace(b"[4]", b"[-2,-2]"), b"1234"), faults.ShapeError),
    "fractional size": (file(ONE.replace(b"[4]", b"[4.5]"), b"1234"), faults.ShapeError),
    "size is a string": (file(ONE.replace(b"[4]", b'["4"]'), b"1234"), faults.ShapeError),
    "size above 2^64": (file(ONE.replace(b"[4]", b"[18446744073709551616]"), b"1234"), faults.ShapeOverflowError),
    "product above 2^64": (
        file(ONE.replace(b"[4]", b"[4294967296,4294967296]"), b"1234"),
        faults.ShapeOverflowError,
    ),
    "overflow behind a zero": (
        file(b'{"a":{"dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}'),
        faults.ShapeOverflowError,
    ),
    "ends before it begins": (file(ONE.replace(b"[0,4]", b"[4,0]"), b"1234"), faults.OffsetOrderError),
    "begins below zero": (file(ONE.replace(b"[0,4]", b"[-4,0]"), b"1234"), faults.OffsetOrderError),
    "ends out of the file": (file(ONE, b"123"), faults.OffsetRangeError),
    "far out of the file": (file(ONE.replace(b"[0,4]", b"[0,9223372036854775807]"), b"1"), faults.OffsetRangeError),
    "half a byte": (
        file(b'{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}', b"12"),
        faults.PartialByteError,
    ),
    "too few bytes for its shape": (file(ONE.replace(b"U8", b"F32"), b"1234"), faults.TensorSizeError),
    "bytes for an empty shape": (file(ONE.replace(b"[4]", b"[0]"), b"1234"), faults.TensorSizeError),
    "six bits in eight": (file(ONE.replace(b"U8", b"F6_E2M3"), b"1234"), faults.TensorSizeError),
    "overlap": (
        file(ONE[:-1] + b',"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}', b"123456"),
        faults.OverlapError,
    ),
    "the same bytes twice": (
        file(ONE[:-1] + b',"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', b"1234"),
        faults.OverlapError,
    ),
    "hole at the start": (file(ONE.replace(b"[0,4]", b"[1,5]"), b"12345"), faults.HoleError),
    "hole in the middle": (
        file(ONE[:-1] + b',"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}', b"123456"),
        faults.HoleError,
    ),
    "bytes at the end": (file(ONE, b"12345"), faults.TrailingDataError),
    "bytes and no tensor": (file(b"{}", b"1"), faults.TrailingDataError),
}


@pytest.mark.parametrize(("data", "error"), CASES.values(), ids=CASES)
def test_a_bad_file_has_its_own_error(data: bytes, error: type[faults.SafetensorsError]) -> None:
    with pytest.raises(faults.SafetensorsError) as caught:
        read_safetensors(MemoryBlob("bad.safetensors", data))
    assert type(caught.value) is error
    assert str(caught.value).startswith("bad.safetensors: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_every_error_has_a_case() -> None:
    leaves = {c for c in vars(faults).values() if isinstance(c, type) and issubclass(c, faults.SafetensorsError)}
    leaves = {c for c in leaves if not c.__subclasses__()}
    assert leaves == {error for _, error in CASES.values()}


def test_a_header_that_is_too_large_is_not_read() -> None:
    blob = MemoryBlob("bad.safetensors", file(b"{}", length=MAX_HEADER_BYTES + 1))
    with pytest.raises(faults.HeaderTooLargeError):
        read_safetensors(blob)
    assert blob.bytes_read == 8
