"""Models that are made to take as much as they can, one of each format: seconds and memory of a whole check.

    python benchmarks/worst_cases.py [NAME]

Each is a folder of many files, every one of them within the bounds of its format. What a whole model may take is in
``truename.budget``; the goal is about two seconds of the processor and 256 MB. Named alternative: an honest mixture of
200,000 tensors, which must be read whole.
"""

from __future__ import annotations

import bz2
import io
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from truename.testing import layout_tensors, write_sharded
from truename.testing.flax_files import array, mapping
from truename.testing.gguf_files import write_gguf
from truename.testing.hdf5_files import Data, Group, hdf5_file
from truename.testing.protobuf_files import onnx_model, onnx_node, onnx_tensor
from truename.testing.tensorflow_files import bundle_index
from truename.testing.tflite_files import flatbuffer, tflite_model

MIXTURE = {
    "architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe", "hidden_size": 2048, "intermediate_size": 6144,
    "moe_intermediate_size": 768, "num_experts": 512, "num_experts_per_tok": 8, "num_hidden_layers": 128,
    "num_attention_heads": 32, "num_key_value_heads": 4, "head_dim": 128, "vocab_size": 151936,
    "decoder_sparse_step": 1, "mlp_only_layers": [], "tie_word_embeddings": False,
}  # fmt: skip


def honest(folder: Path) -> None:
    """197,763 tensors in 64 shards."""
    (folder / "config.json").write_text(json.dumps(MIXTURE))
    write_sharded(folder, layout_tensors(MIXTURE), 10_000_000_000)


def _safetensors(names: int, start: str, padding: int = 0) -> bytes:
    entries = (f'"{start}{n}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}' for n in range(names))
    header = ("{" + ",".join(entries) + "}").encode()
    header += b" " * (padding - len(header))
    return struct.pack("<Q", len(header)) + header


def safetensors_tensors(folder: Path) -> None:
    """40 shards of 50,000 tensors."""
    for number in range(1, 41):
        (folder / f"model-{number:05}-of-00040.safetensors").write_bytes(_safetensors(50_000, f"{number}."))


def safetensors_bytes(folder: Path) -> None:
    """64 shards whose headers have 23 MB."""
    for number in range(1, 65):
        path = folder / f"model-{number:05}-of-00064.safetensors"
        path.write_bytes(_safetensors(1, f"{number}.", 23_000_000))


def safetensors_files(folder: Path) -> None:
    """12 models of 100,000 tensors in one folder."""
    for number in range(12):
        (folder / f"x{number}.safetensors").write_bytes(_safetensors(100_000, f"{number}."))


def safetensors_long_way(folder: Path) -> None:
    """16 shards of 90,000 tensors in a form that takes the long way: an escape in each name."""
    for number in range(1, 17):
        data = _safetensors(90_000, f"\\u0061{number}.")
        (folder / f"model-{number:05}-of-00016.safetensors").write_bytes(data)


def index(folder: Path) -> None:
    """An index of 1,100,000 tensors in 31 MB, and one of 31 MB of empty lists."""
    shards = {f"{n}": f"a{n % 9}" for n in range(1_500_000)}
    data = json.dumps({"weight_map": shards}, separators=(",", ":")).encode()[:31_999_990]
    (folder / "model.safetensors.index.json").write_bytes(data[: data.rindex(b",")] + b"}}")
    lists = b'{"weight_map":{"a":"b"},"metadata":[' + b"[]," * 10_000_000 + b"1]}"
    (folder / "pytorch_model.bin.index.json").write_bytes(lists)


def listing(folder: Path) -> None:
    """19,000 empty weights files."""
    for number in range(19_000):
        (folder / f"x{number}.safetensors").touch()


def gguf(folder: Path) -> None:
    """48 files of 60,000 tensors, and of a million empty strings."""
    strings = {"tokenizer.ggml.tokens": [""] * 1_000_000}
    for number in range(24):
        tensors = {f"{number}.{n}": ("F32", (1,)) for n in range(60_000)}
        write_gguf(folder / f"t{number}.gguf", tensors, {})
        write_gguf(folder / f"s{number}.gguf", {}, strings)


def pytorch(folder: Path) -> None:
    """64 shards of 800,000 opcodes."""
    pickle = b"\x80\x02}(" + b"".join(b"X\6\0\0\0%06dN" % n for n in range(390_000)) + b"u."
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as file:
        file.writestr("archive/data.pkl", pickle)
        file.writestr("archive/version", "3\n")
    for number in range(1, 65):
        (folder / f"pytorch_model-{number:05}-of-00064.bin").write_bytes(buffer.getvalue())


def onnx(folder: Path) -> None:
    """40 graphs of 100,000 nodes and 20,000 tensors."""
    nodes = [onnx_node("Add", ("a", "b"), ("c",)) for _ in range(100_000)]
    data = onnx_model([onnx_tensor(f"t{n}", (1,), raw=bytes(4)) for n in range(20_000)], nodes)
    for number in range(40):
        (folder / f"x{number}.onnx").write_bytes(data)


def keras(folder: Path) -> None:
    """40 files of 20,000 variables."""
    groups = {f"g{g}": Group({f"v{n}": Data((1,)) for n in range(4_000)}) for g in range(5)}
    data = hdf5_file(Group(groups))
    for number in range(40):
        (folder / f"x{number}.h5").write_bytes(data)


def flax(folder: Path) -> None:
    """40 files of 50,000 arrays."""
    data = mapping({f"v{n}": array("float32", (1,)) for n in range(50_000)})
    for number in range(40):
        (folder / f"x{number}.msgpack").write_bytes(data)


def tensorflow(folder: Path) -> None:
    """40 indexes of 100,000 variables."""
    data = bundle_index({f"v{n:06}": (1, (1,)) for n in range(100_000)})
    for number in range(40):
        (folder / f"x{number}.ckpt.index").write_bytes(data)


def tflite(folder: Path) -> None:
    """40 models of 10,000 tensors."""
    data = flatbuffer(tflite_model([(f"t{n}", (1,), 0) for n in range(10_000)]))
    for number in range(40):
        (folder / f"x{number}.tflite").write_bytes(data)


def numpy(folder: Path) -> None:
    """8 archives of 20,000 arrays."""
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"
    entry = b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + bytes(4)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for number in range(20_000):
            file.writestr(f"{number}.npy", entry)
    for number in range(8):
        (folder / f"x{number}.npz").write_bytes(buffer.getvalue())


def compressed(folder: Path) -> None:
    """64 pickles in bzip2, each of 30 MB in 14 MB."""
    noise = random.Random(1).randbytes(14_000_000).hex().encode()
    pickle = b"\x80\x02]" + b"B" + struct.pack("<I", len(noise)) + noise + b"a."
    packed = bz2.compress(pickle)
    for number in range(64):
        (folder / f"x{number}.joblib").write_bytes(packed)


def deflated(folder: Path) -> None:
    """64 shards whose pickles have 30 MB, in 30 kB."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("archive/data.pkl", b"\x80\x02}X" + struct.pack("<I", 30_000_000) + bytes(30_000_000) + b"Ns.")
        file.writestr("archive/version", "3\n")
    for number in range(1, 65):
        (folder / f"pytorch_model-{number:05}-of-00064.bin").write_bytes(buffer.getvalue())


def entries(folder: Path) -> None:
    """64 archives of 60,000 entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for number in range(60_000):
            file.writestr(f"archive/x{number}", b"")
    for number in range(64):
        (folder / f"x{number}.pt").write_bytes(buffer.getvalue())


def documents(folder: Path) -> None:
    """A pipeline of 64 components, each with a configuration of 2.9 MB of empty lists."""
    (folder / "model_index.json").write_text('{"_class_name": "X"}')
    for number in range(64):
        part = folder / f"c{number:02}"
        part.mkdir()
        (part / "config.json").write_bytes(b'{"a":[' + b"[]," * 970_000 + b"1]}")


def shapes(folder: Path) -> None:
    """5 shards of 58,000 tensors, no two of one kind."""
    for number in range(1, 6):
        shard = range(58_000)
        names = (".".join(str(n * k % 9) for k in range(3, 23)) + f".{number}.{n}" for n in shard)
        sizes = ((n % 97, n % 89, 0) for n in shard)
        entry = (
            f'"{name}":{{"dtype":"F32","shape":[{a},{b},{c}],"data_offsets":[0,0]}}'
            for name, (a, b, c) in zip(names, sizes, strict=True)
        )
        header = ("{" + ",".join(entry) + "}").encode()
        path = folder / f"model-{number:05}-of-00005.safetensors"
        path.write_bytes(struct.pack("<Q", len(header)) + header)


CASES: Mapping[str, Callable[[Path], None]] = {
    case.__name__: case
    for case in (
        honest, safetensors_tensors, safetensors_bytes, safetensors_files, safetensors_long_way, index, listing, gguf,
        pytorch, compressed, deflated, entries, documents, shapes, onnx, keras, flax, tensorflow, tflite, numpy,
    )
}  # fmt: skip


def measure(folder: Path) -> str:
    """Seconds, megabytes, and what the check says of the count."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "truename", "check", str(folder), "--name", "llama-7b", "--format", "json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    said = process.stdout.read()
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    seconds = used.ru_utime + used.ru_stime
    wall = time.perf_counter() - begun
    return (
        f"{seconds:6.2f} s of the processor, {wall:6.2f} s, {used.ru_maxrss / 1000:5.0f} MB, report {len(said):,} bytes"
    )


def main() -> None:
    """Make each case in a folder of its own, check it, and remove it."""
    if sys.argv[1:2] == ["--make"]:
        CASES[sys.argv[2]](Path(sys.argv[3]))
        return
    for name in sys.argv[1:] or list(CASES):
        with tempfile.TemporaryDirectory() as parent:
            folder = Path(parent) / name
            folder.mkdir()
            # in a process of its own: the memory of this one would count as that of those that it starts
            subprocess.run([sys.executable, __file__, "--make", name, str(folder)], check=True)
            print(f"{name:21} {measure(folder)}  ({(CASES[name].__doc__ or '').strip()})", flush=True)


if __name__ == "__main__":
    main()
