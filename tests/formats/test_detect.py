"""detect: the first bytes decide, the suffix is a hint."""

from __future__ import annotations

import pytest

import pickles as p
from arrays import array, npz
from truename.blob import MemoryBlob
from truename.formats.detect import HEAD_BYTES, detect
from truename.formats.read import READERS
from truename.testing.protobuf_files import onnx_model, saved_model
from truename.testing.tensorflow_files import bundle_index

NPZ = npz({"a.npy": array("<f4", (2,))})
TABLE = [
    (p.SMALL, "safetensors", "pytorch"),
    (p.SMALL_LEGACY, None, "pytorch"),
    (b"\x80\x04N.", "flax", "pytorch"),
    (NPZ, "pytorch", "numpy"),
    (p.tar({"a": b""}), "nemo", "tar"),
    (b"\x1f\x8b\x08", "nemo", "tar"),
    (b"BZh91AY", None, "tar"),
    (b"\xfd7zXZ\0\0", None, "tar"),
    (b"\x28\xb5\x2f\xfd\0", None, "tar"),
    (array("<f4", (2,)), None, "numpy"),
    (b"GGUF\x03\0\0\0", "pytorch", "gguf"),
    (b"\x02\0\0\0\0\0\0\0{}", "pytorch", "safetensors"),
    (b"\xff" * 8 + b"{}", "onnx", "onnx"),
    (b"\x89HDF\r\n\x1a\n", None, "keras"),
    (b"\x1c\0\0\0TFL3", None, "tflite"),
    (onnx_model(), None, "onnx"),
    (saved_model([("a", 1, (2,))]), None, "tensorflow"),
    (bundle_index({"a": (1, (2,))}), "tensorflow", "tensorflow"),
    (npz({"readme": b""}), "pytorch", "pytorch"),
    (b"version https://git-lfs", "safetensors", "safetensors"),
    (b"", "pytorch", "pytorch"),
    (b"?", None, None),
]


@pytest.mark.parametrize(("data", "hint", "expected"), TABLE)
def test_table(data: bytes, hint: str | None, expected: str | None) -> None:
    blob = MemoryBlob("x", data)
    assert detect(blob, hint) == expected
    assert blob.bytes_read <= HEAD_BYTES
    assert expected is None or expected in READERS
