"""read_npz: the header of each array, from bytes of our own and from NumPy's own writer."""

from __future__ import annotations

import io

import pytest

from arrays import array, npz
from faults import raises_fault
from truename.blob import MemoryBlob
from truename.formats import Tensor, read_file
from truename.formats.numpy import NumpyFault
from truename.formats.numpy.dtypes import numpy_dtype
from truename.formats.numpy.reader import read_npz, read_numpy

TABLE = [
    (array("<f4", (2, 3)), Tensor("F32", (2, 3), 24)),
    (array("<f2", (4,)), Tensor("F16", (4,), 8)),
    (array(">f8", ()), Tensor("F64", (), 8)),
    (array("|b1", (0, 5)), Tensor("BOOL", (0, 5), 0)),
    (array("<i8", (2,), version=2), Tensor("I64", (2,), 16)),
    (array("<u2", (2,), version=3), Tensor("U16", (2,), 4)),
    (array("|V2", (3,)), Tensor("V2", (3,), 6)),  # what NumPy makes of bfloat16
    (
        array("<f4", (), header="{'shape': (2L,), 'descr': '<f4', 'fortran_order': True}", data=bytes(8)),
        Tensor("F32", (2,), 8),
    ),
]


@pytest.mark.parametrize(("data", "expected"), TABLE)
def test_table(data: bytes, expected: Tensor) -> None:
    header = read_npz(MemoryBlob("weights.npz", npz({"layers/0/weight.npy": data, "readme.txt": b"x"})))
    assert header.tensors == {"layers/0/weight": expected}
    assert (header.format, header.files) == ("numpy", ("weights.npz",))


@pytest.mark.parametrize("compressed", [False, True])
def test_what_the_library_writes(compressed: bool) -> None:
    numpy = pytest.importorskip("numpy")
    kinds = ("float16", "float32", "float64", "int8", "uint8", "int32", "int64", "bool", "complex64", "uint16")
    arrays = {f"{kind}.{n}": numpy.zeros(shape, kind) for kind in kinds for n, shape in enumerate([(), (3,), (40, 50)])}
    arrays["fortran"] = numpy.asfortranarray(numpy.zeros((3, 4)))
    buffer = io.BytesIO()
    (numpy.savez_compressed if compressed else numpy.savez)(buffer, **arrays)
    header = read_npz(MemoryBlob("weights.npz", buffer.getvalue()))
    assert list(header.tensors) == [name for name, made in arrays.items() if made.shape or made.dtype.kind not in "iu"]
    for name, found in header.tensors.items():
        assert (found.shape, found.stored_bytes) == (arrays[name].shape, arrays[name].nbytes)


RECORDS = "{'descr': [('a', '<f4'), ('b', '<i8', (2,))], 'fortran_order': False, 'shape': (3,), }"
NO_WEIGHTS = {
    "a text": (array("<U8", (), data=bytes(32)), "text"),
    "texts": (array("|S5", (3,)), "text"),
    "dates": (array("<M8[D]", (2,), data=bytes(16)), "dates"),
    "times": (array("<m8[ns]", (), data=bytes(8)), "times"),
    "an object": (array("|O", (), data=b"\x80\x04N."), "objects"),
    "records": (array("", (), header=RECORDS, data=bytes(60)), "records"),
    "a step": (array("<i8", ()), "a whole number"),
}


@pytest.mark.parametrize(("data", "what"), NO_WEIGHTS.values(), ids=NO_WEIGHTS)
def test_what_is_no_weight_is_left_out(data: bytes, what: str) -> None:
    weights = array("<f4", (2, 3))
    header = read_npz(MemoryBlob("weights.npz", npz({"a.npy": weights, "b.npy": data, "scale.npy": array("<f4", ())})))
    assert header.tensors == {"a": Tensor("F32", (2, 3), 24), "scale": Tensor("F32", (), 4)}
    assert header.metadata == {"left_out": f"b ({what})"}
    with raises_fault(NumpyFault.NO_NUMBERS, match="no arrays of numbers"):
        read_npz(MemoryBlob("weights.npz", npz({"b.npy": data})))


def test_weights_in_a_pickled_object_are_not_counted_without_it() -> None:
    archive = npz({"epoch.npy": array("<f4", ()), "params.npy": array("|O", (), data=bytes(1000))})
    with raises_fault(NumpyFault.PICKLED_OBJECTS, match=r"pickled objects.* params \(objects\)"):
        read_npz(MemoryBlob("weights.npz", archive))


def test_one_array() -> None:
    blob = MemoryBlob("folder/embeddings.npy", array("<f4", (2, 3)))
    assert read_numpy(blob).tensors == {"embeddings": Tensor("F32", (2, 3), 24)}
    assert read_file(blob).format == "numpy"


def test_only_headers_are_read() -> None:
    blob = MemoryBlob("weights.npz", npz({f"{n}.npy": array("<f4", (500_000,)) for n in range(3)}))
    assert len(read_npz(blob).tensors) == 3
    assert blob.bytes_read < 70_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<f4", ("F32", 4)),
        ("|u1", ("U8", 1)),
        ("?", ("BOOL", 1)),
        ("<U10", ("str10", 40)),
        ("<U8", ("str8", 32)),  # U8 is a whole number of a byte
        ("|S5", ("S5", 5)),
        ("|O", ("O", 8)),
        ("<M8", ("M8", 8)),
        ("<M8[D]", ("M8", 8)),
        ("<m8[25us]", ("m8", 8)),
        ("<f8[D]", None),
        ("<f3", None),
        ("f", None),
        ("", None),
        ("<f4x", None),
        ("|S9999999999", None),
    ],
)
def test_dtypes(text: str, expected: tuple[str, int] | None) -> None:
    assert numpy_dtype(text) == expected
