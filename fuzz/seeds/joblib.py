"""Pickles of objects in files of their own: arrays between the opcodes, streams behind one another, compression."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import pickle
import struct
import zlib
from itertools import repeat

import pickles as p
from truename.blob import Blob, MemoryBlob
from truename.errors import FileError
from truename.formats.pickle_files import walk_file
from truename.formats.pytorch import shared_opcodes
from truename.formats.pytorch.reader import read_pytorch

MAX_OPCODES = 20_000  # a hundred bytes of bzip2 are a million, and each is slow where it is instrumented


def read(blob: Blob) -> None:
    """Walk the pickles, and read the arrays; under the name of a file of joblib."""
    named = MemoryBlob("model.joblib", blob.read(0, blob.size))
    with shared_opcodes(repeat(None, MAX_OPCODES)):
        walk_file(named, objects=True)
        walk_file(named, objects=False)
    with shared_opcodes(repeat(None, MAX_OPCODES)), contextlib.suppress(FileError):  # not each is PyTorch's
        read_pytorch(named)


def seeds() -> dict[str, bytes]:
    """Arrays of numbers, of objects and of an older joblib, tensors in bytes, arrays of NumPy, and what is packed."""
    floats = struct.pack("<4d", 1, 2, 3, 4)
    nothing = p.stream(b"}")
    arrays = b"\x80\x02(" + p.array("f8", (4,), floats) + p.array("i4", (2, 2), bytes(16), padding=0) + b"t."
    objects = b"\x80\x02(" + p.wrapped("O", (1,)) + p.stream(b"]Na") + p.call("os.system", p.text("x")) + b"t."
    old = b"\x80\x02(" + p.wrapped("f8", (4,), padded=False) + floats + b"Nt."
    held = b"B" + struct.pack("<I", len(p.SMALL_LEGACY)) + p.SMALL_LEGACY
    made = {"arrays": arrays, "objects": objects, "old": old, "streams": nothing + objects + bytes(8)}
    made |= {"frames": pickle.dumps({"a": [b"x" * 30, bytearray(9)]}, 5) + pickle.dumps(("y", 2.5), 4)}
    made |= {"tensor": p.stream(p.call("torch.storage._load_from_bytes", held)), "legacy": p.SMALL_LEGACY + nothing}
    made |= {"npy": p.npy("'|O'", "(1,)", nothing), "fields": p.npy("[('a', '|O'), ('b', '<f8')]", "(1,)", nothing)}
    made |= {"zlib": zlib.compress(arrays), "gzip": gzip.compress(objects), "bz2": bz2.compress(old)}
    return made | {"xz": lzma.compress(arrays), "lzma": lzma.compress(arrays, lzma.FORMAT_ALONE), "zip": p.SMALL}
