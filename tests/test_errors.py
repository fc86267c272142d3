"""The tree of errors: drawn in full, few classes, and every one survives the way from another process."""

from __future__ import annotations

import copy
import importlib
import multiprocessing
import pickle
import pkgutil
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

import truename
from faults import UNSUPPORTED, assert_fault
from truename import errors
from truename.blob import MemoryBlob
from truename.errors import (
    AccessError,
    ChangedError,
    DeclaredError,
    EmptyTargetError,
    Fault,
    FileError,
    FileTooLargeError,
    FormatError,
    InternalError,
    MissingExtraError,
    NotDownloadedError,
    PartialWeightsError,
    SeveralModelsError,
    TargetError,
    TargetNotFoundError,
    TruenameError,
    UnavailableError,
    UnsafePathError,
    UnsupportedFormatError,
    UsageError,
    WeightsError,
)
from truename.formats import UnsafeGlobal, read_file, unsafe_globals_of
from truename.formats.gguf import GgufFault
from truename.formats.pytorch import PickledError, PyTorchError, PyTorchFault
from truename.formats.safetensors import SafetensorsFault

BROKEN_PICKLE = PyTorchError("m.bin", PyTorchFault.STACK, "has a broken pickle")
BROKEN_PICKLE.unsafe = (UnsafeGlobal("os.system", "m.bin", 7, "data.pkl"),)
ALL: list[TruenameError] = [
    TruenameError("something"),
    UsageError("this cannot be done"),
    MissingExtraError("a table", "scan"),
    TargetError("org/model", "is no model"),
    TargetNotFoundError("org/model", "is not there"),
    EmptyTargetError("org/model", "holds nothing"),
    SeveralModelsError("models", "holds 2 models", ("a", "b")),
    UnsafePathError("../x", "leads out of the folder"),
    ChangedError("org/model", "changed while it was read"),
    AccessError("org/model", "is gated"),
    UnavailableError("org/model", "is not reachable", 12.5),
    FileError("a.json", "is wrong"),
    FileTooLargeError("a.json", "is too large"),
    DeclaredError("config.json", "is no object"),
    NotDownloadedError("m.safetensors", "is a pointer"),
    WeightsError("m.bin", "is wrong"),
    FormatError("m.gguf", GgufFault.RANK, "has 5 dimensions", part=("tensor", "wte")),
    BROKEN_PICKLE,
    UnsupportedFormatError("m.gguf", "is of type 99", GgufFault.TENSOR_TYPE, part=("tensor", "wte")),
    PartialWeightsError("m", "is a part"),
    PickledError("m.joblib", "holds no weights"),
    InternalError("IndexError", "truename.formats.read:9", "list index out of range"),
]


def below(kind: type[TruenameError]) -> Iterator[type[TruenameError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from below(each)


def faults() -> list[Fault]:
    """Every code of every format."""
    package = importlib.import_module("truename.formats")
    for module in pkgutil.walk_packages(package.__path__, "truename.formats."):
        importlib.import_module(module.name)
    return [code for enumeration in Fault.__subclasses__() for code in enumeration]


def test_the_tree_is_drawn_in_full() -> None:
    faults()
    classes = [kind for kind in below(TruenameError) if kind.__module__.split(".")[0] == truename.__name__]
    drawn = re.findall(r"(?m)^[ │├└─]+(\w+Error)\b", errors.__doc__ or "")
    assert sorted(drawn) == sorted(kind.__name__ for kind in classes)
    assert {type(error) for error in ALL} == set(classes)


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_an_error_can_be_pickled_and_copied(error: TruenameError) -> None:
    error.add_note("seen elsewhere")
    for twin in (*(pickle.loads(pickle.dumps(error, protocol)) for protocol in (2, 5)), copy.deepcopy(error)):  # noqa: S301
        assert type(twin) is type(error)
        assert (str(twin), twin.args, vars(twin)) == (str(error), error.args, vars(error))


def test_an_error_comes_back_from_another_process() -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        with pytest.raises(WeightsError, match=r"^m\.safetensors: has 3 bytes") as caught:
            pool.submit(read_file, MemoryBlob("m.safetensors", b"abc"), "safetensors").result()
        assert_fault(caught.value, SafetensorsFault.FILE_TOO_SHORT)
        with pytest.raises(PyTorchError) as broken:
            pool.submit(read_file, MemoryBlob("m.bin", b"\x80\x02cos\nsystem\nK\xff")).result()
        assert [str(one) for one in unsafe_globals_of(broken.value)] == ["os.system (byte 2 of m.bin)"]


def test_codes_of_different_formats_are_never_equal() -> None:
    codes = faults()
    assert len(set(codes)) == len(codes)
    assert set(codes) >= UNSUPPORTED
    assert {code.value for code in codes} == {code.name.lower() for code in codes}


def test_a_part_is_named_and_kept_short() -> None:
    error = FormatError("m.gguf", GgufFault.RANK, "has 5 dimensions", part=("tensor", "a" * 500))
    assert str(error) == f"m.gguf: tensor '{'a' * 120}…' has 5 dimensions"
    assert (error.path, error.code, error.part) == ("m.gguf", GgufFault.RANK, ("tensor", "a" * 500))
