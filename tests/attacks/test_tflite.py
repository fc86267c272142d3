"""Hand-built bad TFLite files, each with its own named error."""

from __future__ import annotations

import struct

import pytest

from faults import assert_fault, raises_fault
from truename.blob import Blob, MemoryBlob
from truename.errors import Fault, WeightsError
from truename.formats.tflite import FlatBufferFault, TfliteFault
from truename.formats.tflite import flatbuffer as layout
from truename.formats.tflite import reader as tflite
from truename.formats.tflite.reader import read_tflite
from truename.testing.tflite_files import (
    Bytes,
    Number,
    Part,
    Table,
    Tables,
    flatbuffer,
    numbers,
    tflite_model,
    tflite_tensor,
)

MODEL = tflite_model([("a", (2, 3), 0), ("b", (3,), 9)], [(9, (0, 1, -1), (1,))])
GOOD = flatbuffer(MODEL)
ROOT = struct.unpack_from("<I", GOOD)[0]
PLACES = ROOT - struct.unpack_from("<i", GOOD, ROOT)[0]


def patched(at: int, data: bytes, file: bytes = GOOD) -> bytes:
    return file[:at] + data + file[at + len(data) :]


def with_fields(**fields: Part) -> bytes:
    """The good model with other parts: version, codes, graphs, buffers."""
    names = {"version": 0, "codes": 1, "graphs": 2, "buffers": 4}
    return flatbuffer(Table({**MODEL.fields, **{names[name]: part for name, part in fields.items()}}))


def tensor(made: Table, held: int = 24) -> bytes:
    """A model of one tensor in a buffer of ``held`` bytes."""
    return with_fields(
        graphs=Tables((Table({0: Tables((made,))}),)),
        buffers=Tables((Table({}), Table({0: Bytes(bytes(held))}))),
    )


def operator(**fields: Part) -> bytes:
    names = {"code": 0, "inputs": 1}
    made = Table({names[name]: part for name, part in fields.items()})
    return with_fields(graphs=Tables((Table({0: Tables((tflite_tensor("a", (2,)),)), 3: Tables((made,))}),)))


def field_at(number: int, file: bytes = GOOD) -> int:
    """Where the root keeps its field of this number."""
    return ROOT + int(struct.unpack_from("<H", file, PLACES + 4 + 2 * number)[0])


def start_of(number: int) -> int:
    """Where what the root refers to in this field lies."""
    at = field_at(number)
    return at + int(struct.unpack_from("<I", GOOD, at)[0])


U32 = struct.Struct("<I").pack
CASES: dict[str, tuple[bytes, Fault]] = {
    "nothing at all": (b"", TfliteFault.NO_TFLITE),
    "another identifier": (patched(4, b"TFL2"), TfliteFault.NO_TFLITE),
    "a zip": (b"PK\3\4" + bytes(60), TfliteFault.NO_TFLITE),
    "only the identifier": (GOOD[:8], FlatBufferFault.OFFSET),
    "a root outside of the file": (patched(0, U32(2**31)), FlatBufferFault.OFFSET),
    "a root of 2^32": (patched(0, U32(2**32 - 1)), FlatBufferFault.OFFSET),
    "a root that is the reference itself": (patched(0, U32(0)), FlatBufferFault.OFFSET),
    "a list of fields outside of the file": (patched(ROOT, struct.pack("<i", -(2**30))), FlatBufferFault.OFFSET),
    "a list of fields before the file": (patched(ROOT, struct.pack("<i", 2**30)), FlatBufferFault.OFFSET),
    "a list of fields that is its table": (patched(ROOT, U32(0)), FlatBufferFault.TABLE_LAYOUT),
    "a list of fields of 65,535 bytes": (patched(PLACES, b"\xff\xff"), FlatBufferFault.TABLE_LAYOUT),
    "a list of fields of 2 bytes": (patched(PLACES, b"\2\0"), FlatBufferFault.TABLE_LAYOUT),
    "a list of fields of an odd size": (patched(PLACES, b"\7\0"), FlatBufferFault.TABLE_LAYOUT),
    "a table of 65,535 bytes": (patched(PLACES + 2, b"\xff\xff"), FlatBufferFault.TABLE_LAYOUT),
    "a table of no bytes": (patched(PLACES + 2, b"\0\0"), FlatBufferFault.TABLE_LAYOUT),
    "a field outside of its table": (patched(PLACES + 4, b"\xf0\0"), FlatBufferFault.TABLE_LAYOUT),
    "a field in the table's own head": (patched(PLACES + 4, b"\2\0"), FlatBufferFault.TABLE_LAYOUT),
    "version 2": (with_fields(version=Number(2)), TfliteFault.VERSION),
    "version 2^32 - 1": (with_fields(version=Number(2**32 - 1)), TfliteFault.VERSION),
    "graphs that lead nowhere": (patched(field_at(2), U32(0)), FlatBufferFault.OFFSET),
    "graphs that lead back": (patched(field_at(2), U32(2**32 - 64)), FlatBufferFault.OFFSET),
    "2^31 graphs": (patched(start_of(2), U32(2**31)), FlatBufferFault.VECTOR),
    "graphs that reach out of the file": (patched(start_of(2), U32(900)), FlatBufferFault.VECTOR),
    "2^30 buffers": (patched(start_of(4), U32(2**30)), FlatBufferFault.VECTOR),
    "a graph that leads back to the model": (
        patched(start_of(2) + 4, U32((ROOT - start_of(2) - 4) % 2**32)),
        FlatBufferFault.OFFSET,
    ),
    "a description of 4 GB": (patched(start_of(3), U32(2**32 - 1)), FlatBufferFault.VECTOR),
    "a buffer that reaches out of the file": (
        with_fields(buffers=Tables((Table({}), Table({0: Bytes(b"", 2**31)}), Table({})))),
        FlatBufferFault.VECTOR,
    ),
    "a buffer behind the end": (
        with_fields(buffers=Tables((Table({}), Table({1: Number(2**40, 8), 2: Number(24, 8)}), Table({})))),
        TfliteFault.INDEX,
    ),
    "a buffer of 2^63 bytes behind the end": (
        with_fields(buffers=Tables((Table({}), Table({1: Number(8, 8), 2: Number(2**63, 8)}), Table({})))),
        TfliteFault.INDEX,
    ),
    "a buffer that is not there": (tensor(tflite_tensor("a", (2, 3), buffer=7)), TfliteFault.INDEX),
    "a type that does not exist": (tensor(tflite_tensor("a", (2, 3), 99, 1)), TfliteFault.TYPE),
    "a negative size": (tensor(tflite_tensor("a", (2, -3), 0, 1)), TfliteFault.TENSOR),
    "too many elements": (tensor(tflite_tensor("a", (2**31 - 1,) * 3, 0, 1)), TfliteFault.TENSOR),
    "an overflow behind a zero": (tensor(tflite_tensor("a", (0, *(2**31 - 1,) * 3), 0, 1)), TfliteFault.TENSOR),
    "data of another size": (tensor(tflite_tensor("a", (2, 4), 0, 1)), TfliteFault.TENSOR),
    "four bits, and bytes for eight": (tensor(tflite_tensor("a", (24,), 17, 1)), TfliteFault.TENSOR),
    "200 dimensions": (tensor(tflite_tensor("a", (1,) * 200, 0, 1)), FlatBufferFault.VECTOR),
    "a name of 100 KB": (tensor(tflite_tensor("a" * 100_000, (2, 3), 0, 1)), FlatBufferFault.VECTOR),
    "an operator whose code is not there": (operator(code=Number(9)), TfliteFault.INDEX),
    "an operator whose input is not there": (operator(inputs=numbers([5])), TfliteFault.INDEX),
    "an operator whose input is -2": (operator(inputs=numbers([-2])), TfliteFault.INDEX),
    "an operator of 2^30 inputs": (operator(inputs=Bytes(b"", 2**30)), FlatBufferFault.VECTOR),
}


@pytest.mark.parametrize(("data", "code"), CASES.values(), ids=CASES)
def test_a_bad_file_has_its_own_code(data: bytes, code: Fault) -> None:
    with pytest.raises(WeightsError) as caught:
        read_tflite(MemoryBlob("bad.tflite", data))
    assert_fault(caught.value, code)
    assert str(caught.value).startswith("bad.tflite: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_every_code_has_a_case() -> None:
    beside = {FlatBufferFault.TOO_MANY_READS, TfliteFault.LIMIT}  # below
    assert {*FlatBufferFault, *TfliteFault} - beside == {code for _, code in CASES.values()}


@pytest.mark.parametrize(
    ("module", "limit", "code"),
    [
        (layout, "MAX_READS", FlatBufferFault.TOO_MANY_READS),
        (tflite, "MAX_TENSORS", FlatBufferFault.VECTOR),
        (tflite, "MAX_OPERATORS", FlatBufferFault.VECTOR),
        (tflite, "_MAX_VALUES", TfliteFault.LIMIT),
        (tflite, "_MAX_TEXT_BYTES", TfliteFault.LIMIT),
    ],
)
def test_counts_are_bounded(module: object, limit: str, code: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, limit, 0)
    with raises_fault(code):
        read_tflite(MemoryBlob("bad.tflite", GOOD))


def test_tensors_that_are_all_one_do_not_multiply(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vector whose elements all refer to one table: many graphs of many tensors in a small file."""
    monkeypatch.setattr(tflite, "MAX_TENSORS", 10)
    graph = Table({0: Tables(tuple(tflite_tensor("a", (2,)) for _ in range(6)))})
    with raises_fault(TfliteFault.LIMIT):
        read_tflite(MemoryBlob("bad.tflite", with_fields(graphs=Tables((graph, graph)))))


def test_cut_off_anywhere() -> None:
    for length in range(len(GOOD) - 4):
        with pytest.raises(WeightsError):
            read_tflite(MemoryBlob("bad.tflite", GOOD[:length]))


def test_a_file_that_shrinks_while_it_is_read() -> None:
    class Shrinking(Blob):
        def _read(self, offset: int, length: int) -> bytes:
            return GOOD[offset : min(offset + length, 60)]

    with raises_fault(FlatBufferFault.OFFSET):
        read_tflite(Shrinking("bad.tflite", len(GOOD)))
