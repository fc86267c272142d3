"""Hand-built bad TensorFlow checkpoint indexes and SavedModels, each with its own named error."""

from __future__ import annotations

import pytest

from truename.blob import MemoryBlob
from truename.errors import UnsupportedFormatError, WeightsError
from truename.formats import protobuf
from truename.formats.tensorflow import bundle as tf_bundle
from truename.formats.tensorflow import saved_model as saved
from truename.formats.tensorflow import snappy, sstable
from truename.formats.tensorflow import variables as tf_variables
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
INDEX: dict[str, tuple[bytes, type[WeightsError]]] = {
    "nothing at all": (b"", sstable.NoTableError),
    "only the magic": (MAGIC, sstable.NoTableError),
    "a JSON file": (b'{"weight_map": {}}' + bytes(60), sstable.NoTableError),
    "cut off in the middle": (GOOD[: len(GOOD) // 2], sstable.NoTableError),
    "an index outside of the file": (bytes(8) + footer(2**40, 10), sstable.BlockRangeError),
    "an index of 2^60 bytes": (bytes(8) + footer(0, 2**60), sstable.BlockRangeError),
    "an index over the footer": (bytes(8) + footer(4, 20), sstable.BlockRangeError),
    "a place of 2^70": (bytes(8) + (b"\xff" * 30).ljust(40, b"\xff") + MAGIC, sstable.BlockEntryError),
    "an index of two bytes": (bytes(20) + footer(0, 2), sstable.BlockEntryError),
    "a block with 2^32 restarts": (raw_block(b"\xff" * 8), sstable.BlockEntryError),
    "a block packed in way 7": (raw_block(block([HEADER]), b"\7" + bytes(4)), sstable.BlockPackingError),
    "a packed block that is none": (packed(b"\x05\xff\xff"), sstable.BlockPackingError),
    "a packed block of 4 GB": (packed(varint(2**32 - 1) + b"\0a"), sstable.BlockPackingError),
    "a packed block that copies from before its start": (packed(b"\x20\x02\x09\0"), sstable.BlockPackingError),
    "a packed block that is too short": (packed(b"\x20\x00a"), sstable.BlockPackingError),
    "a packed block without a length": (packed(b"\xff" * 8), sstable.BlockPackingError),
    "an entry that shares more than there is": (raw_block(b"\x05\0\0" + END), sstable.BlockEntryError),
    "an entry that reaches out of its block": (raw_block(b"\0\0\x7f" + END), sstable.BlockEntryError),
    "an entry with a number without an end": (raw_block(b"\xff" * 12 + END), sstable.BlockEntryError),
    "the same block over and over": (
        (lambda index: block([]) + PLAIN + index + PLAIN + footer(len(block([])) + 5, len(index)))(
            block([(b"%03d" % n, varint(0) + varint(len(block([])))) for n in range(90)])
        ),
        sstable.BlockRangeError,
    ),
    "keys out of order": (
        table([[HEADER, (b"b", bundle_entry(1, (2,))), (b"a", bundle_entry(1, (2,)))]]),
        sstable.KeyOrderError,
    ),
    "a key twice": (
        table([[HEADER, (b"a", bundle_entry(1, (2,)))], [(b"a", bundle_entry(1, (2,)))]]),
        sstable.KeyOrderError,
    ),
    "no entry": (table([[]]), tf_bundle.BundleHeaderError),
    "no header": (table([[(b"a", bundle_entry(1, (2,)))]]), tf_bundle.BundleHeaderError),
    "no data files": (table([[(b"", message((1, 0)))]]), tf_bundle.BundleHeaderError),
    "2^40 data files": (table([[(b"", message((1, 2**40)))]]), tf_bundle.BundleHeaderError),
    "a header that is no message": (table([[(b"", b"\xff")]]), protobuf.VarintError),
    "an entry that is no message": (one(b"\x0f"), protobuf.WireTypeError),
    "a shape that is a number": (one(message((1, 1), (2, 5))), protobuf.FieldKindError),
    "a shape that reaches out of its entry": (one(b"\x08\x01\x12\x50"), protobuf.FieldRangeError),
    "data type 99": (one(bundle_entry(99, (2,))), tf_variables.VariableDtypeError),
    "data type 0": (one(bundle_entry(0, (2,))), tf_variables.VariableDtypeError),
    "a negative size": (one(bundle_entry(1, (-2,), size=8)), tf_variables.VariableShapeError),
    "2^80 elements": (one(bundle_entry(1, (2**40, 2**40), size=8)), tf_variables.VariableShapeError),
    "400 dimensions": (one(bundle_entry(1, (1,) * 400)), tf_variables.VariableShapeError),
    "100 dimensions": (one(bundle_entry(1, (1,) * 100)), tf_variables.VariableShapeError),
    "a shape of unknown rank": (one(message((1, 1), (2, message((3, 1))))), tf_variables.VariableShapeError),
    "too few bytes": (one(bundle_entry(1, (2, 3), size=20)), tf_variables.VariableSizeError),
    "a negative number of bytes": (one(bundle_entry(1, (2,), size=-8)), tf_variables.VariableSizeError),
    "a negative place": (one(bundle_entry(1, (2,), offset=-8)), tf_variables.VariableSizeError),
    "a data file that is not there": (one(bundle_entry(1, (2,), shard=7)), tf_bundle.BundleShardError),
    "a data file below zero": (one(bundle_entry(1, (2,), shard=-1)), tf_bundle.BundleShardError),
    "a name that is not UTF-8": (one(bundle_entry(1, (2,)), b"\xff\xfe"), tf_variables.VariableNameError),
    "a name of 10,000 bytes": (one(bundle_entry(1, (2,)), b"a" * 10_000), tf_variables.VariableNameError),
}

VARIABLE = message((1, 1), (2, tf_shape((2, 3))), (6, "a/kernel"))
SAVED: dict[str, tuple[bytes, type[WeightsError]]] = {
    "nothing at all": (b"", saved.NoSavedModelError),
    "an ONNX model": (message((1, 8), (7, b"")), saved.NoSavedModelError),
    "a pickle": (b"\x80\x02}q\x00.", protobuf.FieldRangeError),
    "a meta graph that is a number": (message((2, 1)), protobuf.FieldKindError),
    "objects that are a number": (message((2, message((7, 1)))), protobuf.FieldKindError),
    "a graph that reaches out of the file": (b"\x12" + varint(2**40), protobuf.FieldRangeError),
    "no objects: TensorFlow 1": (message((2, message((2, b"")))), UnsupportedFormatError),
    "data type 99": (saved_model([("a", 99, (2,))]), tf_variables.VariableDtypeError),
    "a negative size": (saved_model([("a", 1, (-2,))]), tf_variables.VariableShapeError),
    "2^80 elements": (saved_model([("a", 1, (2**40, 2**40))]), tf_variables.VariableShapeError),
    "300 dimensions": (saved_model([("a", 1, (1,) * 300)]), tf_variables.VariableShapeError),
    "a name of 64 KB": (saved_model([("a" * 65_000, 1, (2,))]), protobuf.TextError),
    "a name that is a number": (
        message((2, message((7, message((1, message((7, message((6, 4)))))))))),
        protobuf.FieldKindError,
    ),
}


@pytest.mark.parametrize(("data", "error"), INDEX.values(), ids=INDEX)
def test_a_bad_index_has_its_own_error(data: bytes, error: type[WeightsError]) -> None:
    with pytest.raises(WeightsError) as caught:
        read_bundle_index(MemoryBlob("bad.index", data))
    assert type(caught.value) is error, caught.value
    assert str(caught.value).startswith("bad.index: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(("data", "error"), SAVED.values(), ids=SAVED)
def test_a_bad_saved_model_has_its_own_error(data: bytes, error: type[WeightsError]) -> None:
    with pytest.raises(WeightsError) as caught:
        read_tensorflow(MemoryBlob("saved_model.pb", data))
    assert type(caught.value) is error, caught.value
    assert str(caught.value).startswith("saved_model.pb: ")


def test_every_error_has_a_case() -> None:
    leaves = {
        error
        for module in (sstable, tf_bundle, tf_variables, saved)
        for error in vars(module).values()
        if isinstance(error, type) and issubclass(error, WeightsError) and error.__module__ == module.__name__
    }
    leaves = {error for error in leaves if not error.__subclasses__()}
    beside = {sstable.TableTooLargeError, saved.SavedModelTooLargeError}  # below
    assert leaves - beside == {error for _, error in (*INDEX.values(), *SAVED.values())} & leaves


def test_counts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sstable, "MAX_ENTRIES", 5)
    with pytest.raises(sstable.TableTooLargeError):
        read_bundle_index(MemoryBlob("bad.index", GOOD))
    monkeypatch.setattr(sstable, "MAX_TABLE_BYTES", 50)
    with pytest.raises(sstable.TableTooLargeError):
        read_bundle_index(MemoryBlob("bad.index", GOOD))
    monkeypatch.setattr(saved, "MAX_OBJECTS", 5)
    with pytest.raises(saved.SavedModelTooLargeError):
        read_saved_model(MemoryBlob("bad.pb", saved_model((f"v{number}", 1, (2,)) for number in range(9))))


@pytest.mark.parametrize("name", ["n", "n" * 4_000], ids=["short names", "long names"])
def test_the_entries_of_an_index_have_one_bound_together(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tf_bundle, "MAX_FIELDS", 500)
    variables = {f"{name}{number:02}": (1, (2, 3)) for number in range(20)}
    if name == "n":
        assert len(read_bundle_index(MemoryBlob("good.index", bundle_index(variables))).tensors) == 20
        variables |= {f"{name}{number}": (1, (2, 3)) for number in range(100, 200)}
    with pytest.raises(protobuf.TooManyFieldsError):
        read_bundle_index(MemoryBlob("bad.index", bundle_index(variables)))


def test_names_of_a_saved_model_have_a_bound_together() -> None:
    data = saved_model((f"{'n' * 4_000}{number}", 1, (2, 3)) for number in range(9_000))
    with pytest.raises(protobuf.TooManyFieldsError):
        read_saved_model(MemoryBlob("saved_model.pb", data))


def test_cut_off_anywhere() -> None:
    for length in range(len(GOOD)):
        with pytest.raises(sstable.TableError):
            read_bundle_index(MemoryBlob("bad.index", GOOD[:length]))


def test_a_packed_block_that_grows_without_end_stops_at_its_size() -> None:
    bomb = varint(1_000) + b"\0a" + b"\xfe\1\0" * 100_000
    with pytest.raises(ValueError, match="does not unpack"):
        snappy.unpack_snappy(bomb, 2_000)
