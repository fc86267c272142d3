"""How many bytes are read of a file whose tensors are large: reported for every format, and little beside the data."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

import pickles
from arrays import array, npz
from truename.evidence import gather
from truename.sources import FileSource
from truename.testing import TensorSpecs, gguf_bytes, write_flax, write_gguf, write_header_only
from truename.testing.hdf5_files import Data, Group, hdf5_file
from truename.testing.protobuf_files import onnx_model, onnx_tensor
from truename.testing.tensorflow_files import bundle_index
from truename.testing.tflite_files import flatbuffer, tflite_model

ALLOWED = 65_536  # bytes beyond the header
SIDE = 512
LARGE: TensorSpecs = {f"model.layers.{number}.mlp.up_proj.weight": ("F32", (SIDE, SIDE)) for number in range(20)}
DATA = 20 * SIDE * SIDE * 4


def read_of(path: Path) -> int:
    """What the evidence says was read."""
    evidence = gather(FileSource(path))
    assert evidence.value("parameters") == DATA // 4
    return int(evidence.value("bytes_read"))


def test_safetensors(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    write_header_only(path, LARGE)
    assert read_of(path) <= path.stat().st_size - DATA + ALLOWED


def test_gguf(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    named = {f"blk.{number}.ffn_up.weight": spec for number, spec in enumerate(LARGE.values())}
    metadata = {"general.architecture": "llama"}
    write_gguf(path, named, metadata)
    header, _ = gguf_bytes(named, metadata)
    assert read_of(path) <= len(header) + ALLOWED


def pytorch(path: Path) -> None:
    state = {name: pickles.tensor(str(key), shape) for key, (name, (_, shape)) in enumerate(LARGE.items())}
    storages = {str(key): 4 * math.prod(shape) for key, (_, shape) in enumerate(LARGE.values())}
    path.write_bytes(pickles.archive(pickles.stream(pickles.mapping(state)), storages))


def numpy(path: Path) -> None:
    path.write_bytes(npz({f"{name}.npy": array("<f4", shape) for name, (_, shape) in LARGE.items()}))


def onnx(path: Path) -> None:
    path.write_bytes(
        onnx_model([onnx_tensor(n, shape, raw=bytes(4 * math.prod(shape))) for n, (_, shape) in LARGE.items()])
    )


def keras(path: Path) -> None:
    path.write_bytes(hdf5_file(Group({name: Data(shape) for name, (_, shape) in LARGE.items()})))


def tflite(path: Path) -> None:
    path.write_bytes(flatbuffer(tflite_model([(name, shape, 0) for name, (_, shape) in LARGE.items()])))


def flax(path: Path) -> None:
    write_flax(path, LARGE)


def tensorflow(path: Path) -> None:
    path.write_bytes(bundle_index({name: (1, shape) for name, (_, shape) in LARGE.items()}))
    path.with_name("model.ckpt.data-00000-of-00001").write_bytes(b"")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("pytorch_model.bin", pytorch),
        ("model.npz", numpy),
        ("model.onnx", onnx),
        ("model.h5", keras),
        ("model.tflite", tflite),
        ("model.msgpack", flax),
        ("model.ckpt.index", tensorflow),
    ],
)
def test_what_lies_between_the_data_is_read_and_little_of_the_data(
    name: str, write: Callable[[Path], None], tmp_path: Path
) -> None:
    write(tmp_path / name)
    assert 0 < read_of(tmp_path / name) < 20 * 8_192
