"""read_npz: the header of each array, from bytes of our own and from NumPy's own writer."""

from __future__ import annotations

import io

import pytest

from arrays import array, npz
from truename.blob import MemoryBlob
from truename.weights import Tensor
from truename.weights.numpy_archive import read_npz
from truename.weights.numpy_dtypes import numpy_dtype

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
    assert list(header.tensors) == list(arrays)
    for name, found in header.tensors.items():
        assert (found.shape, found.stored_bytes) == (arrays[name].shape, arrays[name].nbytes)


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
        ("<U10", ("U10", 40)),
        ("|S5", ("S5", 5)),
        ("|O", ("O", 8)),
        ("<M8", ("M8", 8)),
        ("<f3", None),
        ("f", None),
        ("", None),
        ("<f4x", None),
        ("|S9999999999", None),
    ],
)
def test_dtypes(text: str, expected: tuple[str, int] | None) -> None:
    assert numpy_dtype(text) == expected
