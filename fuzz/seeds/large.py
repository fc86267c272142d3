"""Large files that look valid: of each format one of some thousand tensors, of which the fuzzer changes single places.

A unit of the fuzzer has at most 16 KiB, and readers change their way with the size: pages, blocks, windows, long runs.
The fuzzer's bytes are the file, by their first, and patches: where, how many bytes, and which.
"""

from __future__ import annotations

import contextlib
import io
import json
import struct
import zipfile
from functools import cache

import pickles as p
from truename.blob import Blob, MemoryBlob
from truename.errors import FileError
from truename.formats.index import read_index
from truename.formats.read import READERS
from truename.testing import gguf_bytes
from truename.testing.flax_files import array, mapping
from truename.testing.hdf5_files import Data, Group, hdf5_file
from truename.testing.header_only import header_bytes
from truename.testing.protobuf_files import onnx_model, onnx_node, onnx_tensor
from truename.testing.tensorflow_files import bundle_index
from truename.testing.tflite_files import flatbuffer, tflite_model

COUNT = 1_500


@cache
def files() -> tuple[tuple[str, bytes], ...]:
    """The reader of each file, and the file."""
    names = [f"model.layers.{n // 9}.part{n % 9}.weight" for n in range(COUNT)]
    header, data = header_bytes(dict.fromkeys(names, ("F32", (2,))))
    words = ["x" * (n * 7 % 50) for n in range(30_000)]
    gguf, hole = gguf_bytes(dict.fromkeys(names, ("F32", (1,))), {"tokenizer.ggml.tokens": words})
    pickle = p.stream(p.mapping({name: p.tensor(str(n), (2,)) for n, name in enumerate(names[:400])}))
    nodes = [onnx_node("Add", (f"a{n}", "b"), (f"c{n}",)) for n in range(COUNT)]
    onnx = onnx_model([onnx_tensor(name, (1,), raw=bytes(4)) for name in names], nodes)
    groups = {f"g{g}": Group({f"v{n}": Data((1,)) for n in range(100)}) for g in range(4)}
    arrays = io.BytesIO()
    with zipfile.ZipFile(arrays, "w") as archive:
        for name in names[:300]:
            archive.writestr(f"{name}.npy", p.npy("'<f4'", "(1,)", bytes(4)))
    return (
        ("safetensors", header + bytes(data)),
        ("gguf", gguf + bytes(hole)),
        ("pytorch", p.archive(pickle, {str(n): 8 for n in range(400)})),
        ("onnx", onnx),
        ("keras", hdf5_file(Group(groups))),
        ("flax", mapping({name: array("float32", (1,)) for name in names})),
        ("tensorflow", bundle_index(dict.fromkeys(names, (1, (1,))))),
        ("tflite", flatbuffer(tflite_model([(name, (1,), 0) for name in names]))),
        ("numpy", arrays.getvalue()),
        ("index", json.dumps({"weight_map": dict.fromkeys(names, "a.safetensors")}).encode()),
    )


def read(blob: Blob) -> None:
    """Read the file that the bytes choose, with their patches in it."""
    data = blob.read(0, blob.size)
    kind, file = files()[(data[0] if data else 0) % len(files())]
    changed, at = bytearray(file), 1
    while at + 5 <= len(data):
        where, length = struct.unpack_from("<IB", data, at)
        patch = data[at + 5 : at + 5 + length]
        start = where % len(changed)
        changed[start : start + len(patch)] = patch
        at += 5 + length
    with contextlib.suppress(FileError):
        found = MemoryBlob("large", bytes(changed))
        read_index(found) if kind == "index" else READERS[kind](found)


def seeds() -> dict[str, bytes]:
    """Each file as it is, with a byte changed near its start, and near its end."""
    made = {}
    for number, (kind, file) in enumerate(files()):
        made[kind] = bytes([number])
        made[f"{kind}-start"] = bytes([number]) + struct.pack("<IB", 40, 1) + b"\xff"
        made[f"{kind}-end"] = bytes([number]) + struct.pack("<IB", len(file) - 30, 2) + b"\0\xff"
    return made
