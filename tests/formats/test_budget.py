"""One budget holds for all files of a model: beyond it nothing is read, and the figure is told, as no fault of it."""

from __future__ import annotations

import io
import json
import struct
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from faults import raises_fault
from pickles import archive, call, mapping, stream, tensor, text
from truename.blob import MemoryBlob
from truename.budget import Budget, BudgetFault
from truename.errors import FormatError
from truename.evidence import gather
from truename.evidence.gather import MAX_TRIED
from truename.facts import UNSAFE_GLOBALS
from truename.formats import WeightsHeader, find_checkpoints, read_checkpoint, unsafe_globals_of
from truename.formats.checkpoints import MAX_SHARDS
from truename.formats.index import IndexFault, read_index
from truename.formats.read import CheckpointFault
from truename.sources import FolderSource
from truename.testing import layout_tensors, write_header_only, write_sharded
from truename.testing.flax_files import array as flax_array
from truename.testing.flax_files import mapping as flax_mapping
from truename.testing.gguf_files import write_gguf
from truename.testing.hdf5_files import Data, Group, hdf5_file
from truename.testing.protobuf_files import onnx_model, onnx_node
from truename.testing.tensorflow_files import bundle_index
from truename.testing.tflite_files import flatbuffer, tflite_model

SHARDS = 8


def write_shard(path: Path, tensors: int, *, padding: int = 0, start: str = "") -> None:
    entries = (f'"{start}{n}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}' for n in range(tensors))
    header = ("{" + ",".join(entries) + "}").encode() + b" " * padding
    path.write_bytes(struct.pack("<Q", len(header)) + header)


def read(folder: Path, budget: Budget | None = None) -> WeightsHeader:
    source = FolderSource(folder)
    (checkpoint,) = find_checkpoints(source.files)
    return read_checkpoint(checkpoint, source.open, budget=budget)


def write_model(folder: Path, tensors: int, padding: int = 0) -> Path:
    for number in range(1, SHARDS + 1):
        path = folder / f"model-{number:05}-of-{SHARDS:05}.safetensors"
        write_shard(path, tensors, padding=padding, start=f"{number}.")
    return folder


def test_tensors(tmp_path: Path) -> None:
    write_model(tmp_path, 10)
    assert len(read(tmp_path, Budget(tensors=80)).tensors) == 80
    with raises_fault(BudgetFault.TENSORS, match="beyond the 79 tensors that are read of one model"):
        read(tmp_path, Budget(tensors=79))


def test_bytes(tmp_path: Path) -> None:
    write_model(tmp_path, 1, padding=1_000)
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    read(tmp_path, Budget(bytes=size + SHARDS * 1_000))
    with raises_fault(BudgetFault.BYTES, match=r"beyond the 5,000 bytes of headers that are read of one model"):
        read(tmp_path, Budget(bytes=5_000))


def test_bytes_are_refused_before_they_are_read() -> None:
    blob = MemoryBlob("x", bytes(100))
    blob.meter = Budget(bytes=10).take_bytes
    assert blob.read(0, 10) == bytes(10)
    with raises_fault(BudgetFault.BYTES):
        blob.read(10, 1)
    assert blob.bytes_read == 10


def test_opcodes(tmp_path: Path) -> None:
    for number in range(1, 5):
        pickle = stream(mapping({f"w{number}": tensor("0", (2,))}))
        (tmp_path / f"pytorch_model-{number:05}-of-00004.bin").write_bytes(archive(pickle, {"0": 8}))
    assert len(read(tmp_path).tensors) == 4
    with raises_fault(BudgetFault.OPCODES, match="beyond the 60 opcodes of pickles that are read of one model"):
        read(tmp_path, Budget(opcodes=60))
    pickle = stream(call("os.system", text("id")) + b"0" + mapping({"w": tensor("0", (2,))}))
    (tmp_path / "pytorch_model-00001-of-00004.bin").write_bytes(archive(pickle, {"0": 8}))
    with pytest.raises(FormatError) as caught:
        read(tmp_path, Budget(opcodes=10))
    assert [one.name for one in unsafe_globals_of(caught.value)] == ["os.system"]


def numpy_archive() -> bytes:
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"
    entry = b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + bytes(4)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for number in range(200):
            file.writestr(f"{number}.npy", entry)
    return buffer.getvalue()


def gguf_files() -> tuple[bytes, bytes]:
    """One of many tensors, one of many strings."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.gguf"
        write_gguf(path, {f"t{n}": ("F32", (1,)) for n in range(300)}, {})
        first = path.read_bytes()
        write_gguf(path, {}, {"tokenizer.ggml.tokens": [""] * 30_000})
        return first, path.read_bytes()


WALKED = {
    "gguf-tensors": ("gguf", gguf_files()[0]),
    "gguf-strings": ("gguf", gguf_files()[1]),
    "onnx": ("onnx", onnx_model([], [onnx_node("Add", ("a", "b"), ("c",)) for _ in range(300)])),
    "keras": ("h5", hdf5_file(Group({f"v{n}": Data((1,)) for n in range(60)}))),
    "flax": ("msgpack", flax_mapping({f"v{n}": flax_array("float32", (1,)) for n in range(200)})),
    "tensorflow": ("ckpt.index", bundle_index({f"v{n:06}": (1, (1,)) for n in range(100)})),
    "tflite": ("tflite", flatbuffer(tflite_model([(f"t{n}", (1,), 0) for n in range(400)]))),
    "numpy": ("npz", numpy_archive()),
    "pytorch-entries": (
        "pt",
        archive(stream(mapping({f"w{n}": tensor(str(n), (2,)) for n in range(600)})), {str(n): 8 for n in range(600)}),
    ),
}


@pytest.mark.parametrize("kind", WALKED)
def test_steps_of_walkers(tmp_path: Path, kind: str) -> None:
    """Small parts count over all files together, in every format that has them."""
    suffix, data = WALKED[kind]
    budget = Budget(steps=2_500)
    read_whole = 0
    with raises_fault(BudgetFault.STEPS, match="beyond the 2,500 small parts that are read of one model"):
        for number in range(10):
            path = tmp_path / f"x{number}.{suffix}"
            path.write_bytes(data)
            (checkpoint,) = find_checkpoints({path.name: len(data)})
            read_checkpoint(checkpoint, FolderSource(tmp_path).open, budget=budget)
            read_whole += 1
    assert read_whole in (1, 2, 3)


def test_time_of_the_processor(tmp_path: Path) -> None:
    write_model(tmp_path, 10)
    with raises_fault(BudgetFault.SECONDS, match="takes 0 seconds of the processor and is not read on"):
        read(tmp_path, Budget(seconds=0))


def test_a_budget_is_shared_by_threads(tmp_path: Path) -> None:
    write_model(tmp_path, 10)
    source = FolderSource(tmp_path)
    (checkpoint,) = find_checkpoints(source.files)
    with ThreadPoolExecutor(4) as pool:
        assert len(read_checkpoint(checkpoint, source.open, pool.map, budget=Budget(tensors=80)).tensors) == 80
        with raises_fault(BudgetFault.TENSORS):
            read_checkpoint(checkpoint, source.open, pool.map, budget=Budget(tensors=79))


def test_nothing_is_begun_when_it_is_spent(tmp_path: Path) -> None:
    write_model(tmp_path, 10)
    budget = Budget(tensors=5)
    opened = []
    source = FolderSource(tmp_path)
    (checkpoint,) = find_checkpoints(source.files)
    for _ in range(2):
        with raises_fault(BudgetFault.TENSORS):
            read_checkpoint(checkpoint, lambda path: opened.append(source.open(path)) or opened[-1], budget=budget)
    assert [blob.bytes_read > 0 for blob in opened] == [True, False]


# --- whole models -----------------------------------------------------------------------------------------------------


def test_an_index_of_more_tensors_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    data = json.dumps({"weight_map": {f"w.{n}": "a.safetensors" for n in range(100)}}).encode()
    blob = MemoryBlob("model.safetensors.index.json", data)
    with raises_fault(BudgetFault.TENSORS, match="beyond the 99 tensors in its indexes"):
        read_index(blob, Budget(tensors=99))
    blob = MemoryBlob("model.safetensors.index.json", data)
    assert len(read_index(blob).weight_map) == 100


def test_an_index_of_more_bytes_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truename.formats.index.MAX_INDEX_BYTES", 10)
    with raises_fault(IndexFault.TOO_LARGE, match="of a weight index at most 10 are read"):
        read_index(MemoryBlob("model.safetensors.index.json", b'{"weight_map":{}}'))


def test_the_metadata_of_an_index_takes_no_memory() -> None:
    """Twenty megabytes of empty lists would be a gigabyte."""
    data = b'{"weight_map":{"w":"a.safetensors"},"metadata":{"total_size":4,"x":[' + b"[]," * 100_000 + b"1]}}"
    assert read_index(MemoryBlob("i", data)).total_size is None
    data = b'{"weight_map":{"w":"a.safetensors"},"metadata":{"total_size":4.0,"total_parameters":1}}'
    index = read_index(MemoryBlob("i", data))
    assert (index.total_size, index.total_parameters) == (4, 1)


@pytest.mark.parametrize("metadata", [b"null", b"[]", b'"x"', b"7", b"{}"])
def test_metadata_that_is_no_object(metadata: bytes) -> None:
    index = read_index(MemoryBlob("i", b'{"metadata":' + metadata + b',"weight_map":{"w":"a.safetensors"}}'))
    assert (index.total_size, index.total_parameters) == (None, None)


def test_too_many_shards_are_no_fault_of_the_model(tmp_path: Path) -> None:
    names = [f"model-{n:05}-of-{MAX_SHARDS + 1:05}.safetensors" for n in range(1, MAX_SHARDS + 2)]
    (checkpoint,) = find_checkpoints(dict.fromkeys(names, 0))
    with raises_fault(CheckpointFault.TOO_MANY_SHARDS):
        read_checkpoint(checkpoint, FolderSource(write_model(tmp_path, 1)).open)


def test_a_model_beyond_the_budget_cannot_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "truename.budget.Budget.__init__.__kwdefaults__",
        {
            "bytes": 10**9,
            "tensors": 50,
            "opcodes": 10**6,
            "steps": 10**6,
            "seconds": 9.0,
        },
        raising=False,
    )
    write_model(tmp_path, 10)
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    evidence = gather(FolderSource(tmp_path))
    assert evidence.get("parameters") is None
    assert "50 tensors that are read of one model" in evidence.why_missing("parameters").text
    assert not evidence.all("unreadable_files")


def test_of_many_broken_sets_some_are_tried(tmp_path: Path) -> None:
    for number in range(MAX_TRIED + 20):
        (tmp_path / f"x{number:03}w.safetensors").write_bytes(b"\1")
    evidence = gather(FolderSource(tmp_path))
    assert len(evidence.all("unreadable_files")) == MAX_TRIED


def test_an_honest_mixture_of_two_hundred_thousand_tensors_is_read(tmp_path: Path) -> None:
    config = {
        "architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe", "hidden_size": 64, "intermediate_size": 64,
        "moe_intermediate_size": 32, "num_experts": 512, "num_experts_per_tok": 8, "num_hidden_layers": 128,
        "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "vocab_size": 1_000,
        "decoder_sparse_step": 1, "mlp_only_layers": [], "tie_word_embeddings": False,
    }  # fmt: skip
    tensors = layout_tensors(config, "BF16")
    assert 190_000 < len(tensors) < 210_000
    write_sharded(tmp_path, tensors, 20_000_000)
    assert len(read(tmp_path).tensors) == len(tensors)


def test_a_second_set_of_weights_is_left_out_when_the_budget_is_spent(tmp_path: Path) -> None:
    from truename.evidence.comparison import compare_checkpoints

    write_header_only(tmp_path / "model.safetensors", {f"w.{n}": ("F32", (2,)) for n in range(10)})
    write_header_only(tmp_path / "other.safetensors", {f"w.{n}": ("F32", (2,)) for n in range(10)})
    source = FolderSource(tmp_path)
    main, other = find_checkpoints(source.files)
    for tensors, read_too in ((20, ("other.safetensors",)), (19, ())):
        budget = Budget(tensors=tensors)
        header = read_checkpoint(main, source.open, budget=budget)
        assert compare_checkpoints(main, header, (main, other), source, budget).read == read_too


@pytest.mark.parametrize(
    "names",
    [
        [f"tensor{n}" for n in range(60_000)],
        [f"model.layers.{n}.weight" for n in range(60_000)],
        [".".join(str(n * k % 9) for k in range(3, 23)) + f".{n}" for n in range(60_000)],
    ],
    ids=["names of their own", "layers of one tensor", "numbers within numbers"],
)
def test_tensors_that_are_like_no_other_are_not_told_apart(tmp_path: Path, names: list[str]) -> None:
    """What is read of a model is not all that it takes: its tensors are also told apart."""
    write_header_only(tmp_path / "model.safetensors", {name: ("F32", (n % 50_000, 2)) for n, name in enumerate(names)})
    begun = time.process_time()
    evidence = gather(FolderSource(tmp_path))
    assert time.process_time() - begun < 20
    assert evidence.get("parameters") is None
    assert "too many of them are like no other" in evidence.why_missing("parameters").text
    assert not evidence.all("unreadable_files")


def test_a_part_of_a_pipeline_may_be_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truename.architecture.build.MAX_UNLIKE", 100)
    (tmp_path / "model_index.json").write_text('{"unet": ["diffusers", "A"], "vae": ["diffusers", "B"]}')
    for part, count in (("unet", 10), ("vae", 50)):
        (tmp_path / part).mkdir()
        file = tmp_path / part / "diffusion_pytorch_model.safetensors"
        write_header_only(file, {f"{part}{n}.weight": ("F32", (n, 2)) for n in range(count)})
    evidence = gather(FolderSource(tmp_path))
    assert not evidence.all("unreadable_files")
    vae = next(part for part in evidence.parts if part.name == "vae")
    assert vae.reason is not None
    assert "too many of them are like no other" in vae.reason.text


def test_what_such_weights_import_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truename.architecture.build.MAX_UNLIKE", 3)
    pickle = stream(call("os.system", text("id")) + b"0" + mapping({"w": tensor("0", (2,))}))
    (tmp_path / "pytorch_model.bin").write_bytes(archive(pickle, {"0": 8}))
    evidence = gather(FolderSource(tmp_path))
    assert evidence.get("parameters") is None
    assert [one.name for one in evidence.value(UNSAFE_GLOBALS) or ()] == ["os.system"]
