"""Hand-built bad TensorFlow checkpoint indexes and SavedModels, each with its own named error."""

from __future__ import annotations

import pytest

from faults import assert_fault, raises_fault
from truename.blob import MemoryBlob
from truename.budget import Budget, BudgetFault
from truename.errors import Fault, WeightsError
from truename.formats.protobuf import ProtobufFault
from truename.formats.tensorflow import TensorflowFault, sstable
from truename.formats.tensorflow import bundle as tf_bundle
from truename.formats.tensorflow import saved_model as saved
from truename.formats.tensorflow.bundle import read_bundle_index
from truename.formats.tensorflow.saved_model import read_saved_model, read_tensorflow
from truename.testing.protobuf_files import message, saved_model, tf_shape, varint
from truename.testing.tensorflow_files import MAGIC, block, bundle_entry, bundle_index, footer, table

GOOD = bundle_index({f"layer_{number}/kernel": (1, (2, 3)) for number in range(20)})
HEADER = (b"", message((1, 1)))
PLAIN = bytes(5)  # how a block is packed, and a checksum


def one(value: bytes, name: bytes = b"a") -> bytes:
    return table([[HEADER, (name, value)]])


def raw_block(data: bytes, packing: bytes = PLAIN) -> bytes:
    """A table whose only block is ``data``."""
    index = block([(b"z", varint(0) + varint(len(data)))])
    start = len(data) + len(packing)
    return data + packing + index + PLAIN + footer(start, len(index))


def packed(data: bytes) -> bytes:
    return raw_block(data, b"\1" + bytes(4))


END = (0).to_bytes(4, "little") + (1).to_bytes(4, "little")
INDEX: dict[str, tuple[bytes, Fault]] = {
    "nothing at all": (b"", TensorflowFault.NO_TABLE),
    "only the magic": (MAGIC, TensorflowFault.NO_TABLE),
    "a JSON file": (b'{"weight_map": {}}' + bytes(60), TensorflowFault.NO_TABLE),
    "cut off in the middle": (GOOD[: len(GOOD) // 2], TensorflowFault.NO_TABLE),
    "an index outside of the file": (bytes(8) + footer(2**40, 10), TensorflowFault.BLOCK_RANGE),
    "an index of 2^60 bytes": (bytes(8) + footer(0, 2**60), TensorflowFault.BLOCK_RANGE),
    "an index over the footer": (bytes(8) + footer(4, 20), TensorflowFault.BLOCK_RANGE),
    "a place of 2^70": (bytes(8) + (b"\xff" * 30).ljust(40, b"\xff") + MAGIC, TensorflowFault.BLOCK_ENTRY),
    "an index of two bytes": (bytes(20) + footer(0, 2), TensorflowFault.BLOCK_ENTRY),
    "a block with 2^32 restarts": (raw_block(b"\xff" * 8), TensorflowFault.BLOCK_ENTRY),
    "a block packed in way 7": (raw_block(block([HEADER]), b"\7" + bytes(4)), TensorflowFault.BLOCK_PACKING),
    "a packed block that is none": (packed(b"\x05\xff\xff"), TensorflowFault.BLOCK_PACKING),
    "a packed block of 4 GB": (packed(varint(2**32 - 1) + b"\0a"), TensorflowFault.BLOCK_PACKING),
    "a packed block that copies from before its start": (packed(b"\x20\x02\x09\0"), TensorflowFault.BLOCK_PACKING),
    "a packed block that is too short": (packed(b"\x20\x00a"), TensorflowFault.BLOCK_PACKING),
    "a packed block without a length": (packed(b"\xff" * 8), TensorflowFault.BLOCK_PACKING),
    "an entry that shares more than there is": (raw_block(b"\x05\0\0" + END), TensorflowFault.BLOCK_ENTRY),
    "an entry that reaches out of its block": (raw_block(b"\0\0\x7f" + END), TensorflowFault.BLOCK_ENTRY),
    "an entry with a number without an end": (raw_block(b"\xff" * 12 + END), TensorflowFault.BLOCK_ENTRY),
    "the same block over and over": (
        (lambda index: block([]) + PLAIN + index + PLAIN + footer(len(block([])) + 5, len(index)))(
            block([(b"%03d" % n, varint(0) + varint(len(block([])))) for n in range(90)])
        ),
        TensorflowFault.BLOCK_RANGE,
    ),
    "keys out of order": (
        table([[HEADER, (b"b", bundle_entry(1, (2,))), (b"a", bundle_entry(1, (2,)))]]),
        TensorflowFault.KEY_ORDER,
    ),
    "a key twice": (
        table([[HEADER, (b"a", bundle_entry(1, (2,)))], [(b"a", bundle_entry(1, (2,)))]]),
        TensorflowFault.KEY_ORDER,
    ),
    "no entry": (table([[]]), TensorflowFault.BUNDLE_HEADER),
    "no header": (table([[(b"a", bundle_entry(1, (2,)))]]), TensorflowFault.BUNDLE_HEADER),
    "no data files": (table([[(b"", message((1, 0)))]]), TensorflowFault.BUNDLE_HEADER),
    "2^40 data files": (table([[(b"", message((1, 2**40)))]]), TensorflowFault.BUNDLE_HEADER),
    "a header that is no message": (table([[(b"", b"\xff")]]), ProtobufFault.VARINT),
    "an entry that is no message": (one(b"\x0f"), ProtobufFault.WIRE_TYPE),
    "a shape that is a number": (one(message((1, 1), (2, 5))), ProtobufFault.FIELD_KIND),
    "a shape that reaches out of its entry": (one(b"\x08\x01\x12\x50"), ProtobufFault.FIELD_RANGE),
    "data type 99": (one(bundle_entry(99, (2,))), TensorflowFault.VARIABLE_DTYPE),
    "data type 0": (one(bundle_entry(0, (2,))), TensorflowFault.VARIABLE_DTYPE),
    "a negative size": (one(bundle_entry(1, (-2,), size=8)), TensorflowFault.VARIABLE_SHAPE),
    "2^80 elements": (one(bundle_entry(1, (2**40, 2**40), size=8)), TensorflowFault.VARIABLE_SHAPE),
    "400 dimensions": (one(bundle_entry(1, (1,) * 400)), TensorflowFault.VARIABLE_SHAPE),
    "100 dimensions": (one(bundle_entry(1, (1,) * 100)), TensorflowFault.VARIABLE_SHAPE),
    "a shape of unknown rank": (one(message((1, 1), (2, message((3, 1))))), TensorflowFault.VARIABLE_SHAPE),
    "too few bytes": (one(bundle_entry(1, (2, 3), size=20)), TensorflowFault.VARIABLE_SIZE),
    "a negative number of bytes": (one(bundle_entry(1, (2,), size=-8)), TensorflowFault.VARIABLE_SIZE),
    "a negative place": (one(bundle_entry(1, (2,), offset=-8)), TensorflowFault.VARIABLE_SIZE),
    "a data file that is not there": (one(bundle_entry(1, (2,), shard=7)), TensorflowFault.BUNDLE_SHARD),
    "a data file below zero": (one(bundle_entry(1, (2,), shard=-1)), TensorflowFault.BUNDLE_SHARD),
    "a name that is not UTF-8": (one(bundle_entry(1, (2,)), b"\xff\xfe"), TensorflowFault.VARIABLE_NAME),
    "a name of 10,000 bytes": (one(bundle_entry(1, (2,)), b"a" * 10_000), TensorflowFault.VARIABLE_NAME),
}

VARIABLE = message((1, 1), (2, tf_shape((2, 3))), (6, "a/kernel"))
SAVED: dict[str, tuple[bytes, Fault]] = {
    "nothing at all": (b"", TensorflowFault.NO_SAVED_MODEL),
    "an ONNX model": (message((1, 8), (7, b"")), TensorflowFault.NO_SAVED_MODEL),
    "a pickle": (b"\x80\x02}q\x00.", ProtobufFault.FIELD_RANGE),
    "a meta graph that is a number": (message((2, 1)), ProtobufFault.FIELD_KIND),
    "objects that are a number": (message((2, message((7, 1)))), ProtobufFault.FIELD_KIND),
    "a graph that reaches out of the file": (b"\x12" + varint(2**40), ProtobufFault.FIELD_RANGE),
    "no objects: TensorFlow 1": (message((2, message((2, b"")))), TensorflowFault.NO_VARIABLES),
    "data type 99": (saved_model([("a", 99, (2,))]), TensorflowFault.VARIABLE_DTYPE),
    "a negative size": (saved_model([("a", 1, (-2,))]), TensorflowFault.VARIABLE_SHAPE),
    "2^80 elements": (saved_model([("a", 1, (2**40, 2**40))]), TensorflowFault.VARIABLE_SHAPE),
    "300 dimensions": (saved_model([("a", 1, (1,) * 300)]), TensorflowFault.VARIABLE_SHAPE),
    "a name of 64 KB": (saved_model([("a" * 65_000, 1, (2,))]), ProtobufFault.TEXT),
    "a name that is a number": (
        message((2, message((7, message((1, message((7, message((6, 4)))))))))),
        ProtobufFault.FIELD_KIND,
    ),
}


@pytest.mark.parametrize(("data", "code"), INDEX.values(), ids=INDEX)
def test_a_bad_index_has_its_own_code(data: bytes, code: Fault) -> None:
    with pytest.raises(WeightsError) as caught:
        read_bundle_index(MemoryBlob("bad.index", data))
    assert_fault(caught.value, code)
    assert str(caught.value).startswith("bad.index: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(("data", "code"), SAVED.values(), ids=SAVED)
def test_a_bad_saved_model_has_its_own_code(data: bytes, code: Fault) -> None:
    with pytest.raises(WeightsError) as caught:
        read_tensorflow(MemoryBlob("saved_model.pb", data))
    assert_fault(caught.value, code)
    assert str(caught.value).startswith("saved_model.pb: ")


def test_every_code_has_a_case() -> None:
    beside = {TensorflowFault.TABLE_TOO_LARGE, TensorflowFault.SAVED_MODEL_TOO_LARGE}  # below
    codes = {code for _, code in (*INDEX.values(), *SAVED.values())}
    assert set(TensorflowFault) - beside == codes - set(ProtobufFault)


def test_counts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sstable, "MAX_ENTRIES", 5)
    with raises_fault(TensorflowFault.TABLE_TOO_LARGE):
        read_bundle_index(MemoryBlob("bad.index", GOOD))
    monkeypatch.setattr(sstable, "MAX_TABLE_BYTES", 50)
    with raises_fault(TensorflowFault.TABLE_TOO_LARGE):
        read_bundle_index(MemoryBlob("bad.index", GOOD))
    monkeypatch.setattr(saved, "MAX_OBJECTS", 5)
    with raises_fault(TensorflowFault.SAVED_MODEL_TOO_LARGE):
        read_saved_model(MemoryBlob("bad.pb", saved_model((f"v{number}", 1, (2,)) for number in range(9))))


@pytest.mark.parametrize("name", ["n", "n" * 4_000], ids=["short names", "long names"])
def test_the_entries_of_an_index_have_one_bound_together(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tf_bundle, "MAX_FIELDS", 500)
    variables = {f"{name}{number:02}": (1, (2, 3)) for number in range(20)}
    if name == "n":
        assert len(read_bundle_index(MemoryBlob("good.index", bundle_index(variables))).tensors) == 20
        variables |= {f"{name}{number}": (1, (2, 3)) for number in range(100, 200)}
    with raises_fault(ProtobufFault.TOO_MANY_FIELDS):
        read_bundle_index(MemoryBlob("bad.index", bundle_index(variables)))


def test_names_of_a_saved_model_have_a_bound_together() -> None:
    data = saved_model((f"{'n' * 4_000}{number}", 1, (2, 3)) for number in range(9_000))
    with raises_fault(ProtobufFault.TOO_MANY_FIELDS):
        read_saved_model(MemoryBlob("saved_model.pb", data))


def test_cut_off_anywhere() -> None:
    for length in range(len(GOOD)):
        with raises_fault(TensorflowFault):
            read_bundle_index(MemoryBlob("bad.index", GOOD[:length]))


def test_a_packed_block_that_grows_without_end_stops_at_its_size() -> None:
    bomb = varint(1_000) + b"\0a" + b"\xfe\1\0" * 100_000
    with pytest.raises(ValueError, match="does not unpack"):
        sstable.unpack_snappy(bomb, 2_000)


@pytest.mark.parametrize("first", [b"a", b"\0"], ids=["a variable", "a slice"])
def test_keys_that_grow_on_one_another_have_a_bound(first: bytes) -> None:
    """Each key is made of the one before: a long one, shared by a hundred thousand, would be copied as often."""
    name = first + b"x" * sstable.MAX_KEY
    data = varint(0) + varint(len(name)) + b"\0" + name + END
    with raises_fault(TensorflowFault.BLOCK_ENTRY, match=f"has a key of {len(name):,} bytes; at most"):
        read_bundle_index(MemoryBlob("x.ckpt.index", raw_block(data)))


@pytest.mark.parametrize("data", [b"\0a" * 60_000, b"\0a" + b"\x01\x01" * 60_000], ids=["literals", "copies"])
def test_packed_blocks_cost_steps_before_they_are_unpacked(data: bytes) -> None:
    blob = MemoryBlob("x.ckpt.index", packed(varint(10_000_000) + data))
    blob.stepper = Budget(steps=20_000).take_steps
    with raises_fault(BudgetFault.STEPS):
        read_bundle_index(blob)


def test_blocks_without_an_entry_cost_steps() -> None:
    blob = MemoryBlob("x.ckpt.index", table([[HEADER], *([[]] * 3_000)]))
    blob.stepper = Budget(steps=20_000).take_steps
    with raises_fault(BudgetFault.STEPS):
        read_bundle_index(blob)
