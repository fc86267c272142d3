"""Readers of pickles, zips and tars: whatever the bytes are, a header or a named error; and true values come back."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import pickles as p
from arrays import array, npz
from truename.blob import MemoryBlob
from truename.errors import NotDownloadedError, WeightsError
from truename.formats import READERS, Tensor, WeightsHeader
from truename.formats.numpy.reader import read_npz
from truename.formats.pytorch.reader import read_pytorch
from truename.formats.read import read_file

SEEDS: dict[str, tuple[Callable[..., WeightsHeader], bytes]] = {
    "zip": (read_pytorch, p.SMALL),
    "stream": (read_pytorch, p.SMALL_LEGACY),
    "npz": (read_npz, npz({"a.npy": array("<f4", (2, 3)), "b.npy": array("|u1", ())})),
    "deflated npz": (read_npz, npz({"a.npy": array("<f4", (2, 3))}, method=8)),
    "tar": (READERS["tar"], p.tar({"model.ckpt": p.SMALL})),
    "old tar": (READERS["tar"], p.old_tar({"a": (2, 3)})),
}


def survives(read: Callable[..., WeightsHeader], data: bytes) -> WeightsHeader | None:
    problem = None
    try:
        header = read(MemoryBlob("any", data))
    except (WeightsError, NotDownloadedError) as error:
        problem = str(error)
    if problem is not None:
        assert problem.startswith("any")
        assert "\n" not in problem
        return None
    for tensor in header.tensors.values():
        assert tensor.shape is not None
        assert all(size >= 0 for size in tensor.shape)
    return header


@given(st.binary(max_size=2_000))
@example(b"PK\3\4")
@example(b"\x80\x02")
def test_any_bytes(data: bytes) -> None:
    for read in (read_pytorch, read_npz, READERS["tar"]):
        survives(read, data)
    survives(read_file, data)


@given(st.binary(max_size=400))
def test_any_opcodes(data: bytes) -> None:
    survives(read_pytorch, p.archive(data, p.STORAGES))


@pytest.mark.parametrize("seed", SEEDS)
@given(data=st.data())
def test_changed_files(seed: str, data: st.DataObject) -> None:
    read, good = SEEDS[seed]
    changed = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at] = data.draw(st.integers(0, 255))
    survives(read, bytes(changed))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_way_to_be_cut_off(seed: str) -> None:
    read, good = SEEDS[seed]
    whole = read(MemoryBlob("any", good))
    for length in range(0, len(good), 1 if len(good) < 2_500 else 7):
        header = survives(read, good[:length])
        assert header is None or header.tensors == whole.tensors  # a tar ends with blocks that nobody needs


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.binary(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=4)
        | st.frozensets(st.integers() | st.text(max_size=5), max_size=4)
    ),
    max_leaves=20,
)


@given(PLAIN, st.integers(0, 5))
def test_whatever_the_standard_library_pickles_is_walked(value: object, protocol: int) -> None:
    """All its opcodes are known; values hold no tensors. Only numbers of over 32 bytes are refused."""
    data = pickle.dumps(value, protocol)
    header = survives(read_pytorch, data)
    assert header is None or (header.tensors == {} and header.unsafe_globals == ())


SHAPES = st.dictionaries(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    st.lists(st.integers(0, 9), max_size=4),
    max_size=6,
)


@given(SHAPES)
def test_shapes_come_back(shapes: dict[str, list[int]]) -> None:
    value = p.mapping({name: p.tensor(str(n), shape) for n, (name, shape) in enumerate(shapes.items())})
    expected = {name: Tensor("F32", tuple(shape), 4 * _count(shape)) for name, shape in shapes.items()}
    sizes = {str(n): 4 * _count(shape) for n, shape in enumerate(shapes.values())}
    storages = {str(n): (_count(shape), 4) for n, shape in enumerate(shapes.values())}
    for data in (p.archive(p.stream(value), sizes), p.legacy(value, storages)):
        assert read_pytorch(MemoryBlob("any", data)).tensors == expected


def _count(shape: list[int]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


@pytest.mark.parametrize("format", sorted(READERS))
@given(st.binary(max_size=600))
def test_every_reader_survives_any_bytes(format: str, data: bytes) -> None:
    survives(READERS[format], data)
