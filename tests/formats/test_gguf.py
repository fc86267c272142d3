"""GGUF headers: what is read of them, against literal bytes and against files of the gguf package."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from truename.blob import MemoryBlob
from truename.errors import FormatError
from truename.formats import Tensor, WeightsHeader
from truename.formats.gguf.ggml_types import DROPPED_TYPES, FILE_TYPES, GGML_TYPES
from truename.formats.gguf.reader import KEPT_ITEMS, KEPT_STRINGS, KEPT_TEXT, read_gguf
from truename.sources import FileBlob
from truename.testing import gguf_bytes, write_gguf


def read(data: bytes, hole: int = 0) -> WeightsHeader:
    return read_gguf(MemoryBlob("m.gguf", data + bytes(hole)))


def test_literal_bytes() -> None:
    data = (
        b"GGUF\x03\0\0\0" + struct.pack("<QQ", 1, 1)
        + struct.pack("<Q", 1) + b"k" + struct.pack("<I", 8) + struct.pack("<Q", 2) + b"ok"
        + struct.pack("<Q", 1) + b"t" + struct.pack("<I", 2) + struct.pack("<QQ", 3, 2) + struct.pack("<IQ", 0, 0)
    )  # fmt: skip
    data += bytes(-len(data) % 32) + bytes(24)
    header = read(data)
    assert header.tensors == {"t": Tensor("F32", (2, 3), 24)}
    assert header.metadata == {"GGUF.version": "3", "GGUF.byte_order": "little", "k": "ok"}
    assert (header.format, header.files) == ("gguf", ("m.gguf",))


@pytest.mark.parametrize("byte_order", ["<", ">"])
@pytest.mark.parametrize("version", [2, 3])
def test_versions_and_byte_orders(version: int, byte_order: str) -> None:
    tensors = {"a.weight": ("Q4_K", (3, 512)), "b": ("F16", (7,)), "c": ("I32", ())}
    metadata = {"text": "héllo", "number": 7, "yes": True, "share": 0.5, "list": [1, 2], "tags": ["a", "b"]}
    header = read(*gguf_bytes(tensors, metadata, version=version, byte_order=byte_order))
    assert header.tensors == {
        "a.weight": Tensor("Q4_K", (3, 512), 3 * 2 * 144),
        "b": Tensor("F16", (7,), 14),
        "c": Tensor("I32", (), 4),
    }
    assert header.metadata == {
        "GGUF.version": str(version), "GGUF.byte_order": "little" if byte_order == "<" else "big",
        "text": "héllo", "number": "7", "yes": "true", "share": "0.5", "list": "[1, 2]", "tags": '["a", "b"]',
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x" * KEPT_TEXT, "x" * KEPT_TEXT),
        ("x" * (KEPT_TEXT + 1), f"<string of {KEPT_TEXT + 1} bytes>"),
        ([7] * KEPT_ITEMS, "[" + ", ".join(["7"] * KEPT_ITEMS) + "]"),
        ([7] * (KEPT_ITEMS + 1), f"<array of {KEPT_ITEMS + 1} uint32>"),
        (["a"] * (KEPT_STRINGS + 1), f"<array of {KEPT_STRINGS + 1} string>"),
        ([], "[]"),
        (["", "é" * 200_000, "b"] * 100, "<array of 300 string>"),
    ],
    ids=["short", "long", "numbers", "many-numbers", "many-strings", "empty", "long-strings"],
)
def test_what_is_kept_of_a_value(value: object, text: str) -> None:
    header = read(*gguf_bytes({"t": ("F32", (1,))}, {"before": 1, "key": value, "after": 2}))
    assert (header.metadata["before"], header.metadata["key"], header.metadata["after"]) == ("1", text, "2")
    assert list(header.tensors) == ["t"]


@pytest.mark.parametrize("byte_order", ["<", ">"])
@pytest.mark.parametrize("every", [1, 63, 64, 65, 1_000, 10**9])
def test_vocabularies_of_short_and_long_words(byte_order: str, every: int) -> None:
    """Runs of short words are stepped over together, long ones alone, whatever lies where."""
    words = ["x" * (40 + n % 300 if n % every == 0 else n % 40) for n in range(25_003)]
    data, hole = gguf_bytes({"t": ("F32", (1,))}, {"key": words, "after": 2}, byte_order=byte_order)
    header = read(data, hole)
    assert (header.metadata["key"], header.metadata["after"]) == ("<array of 25003 string>", "2")
    assert list(header.tensors) == ["t"]
    for cut in (len(data) // 2, len(data) - 80):
        with pytest.raises(FormatError):
            read(data[:cut])


def test_a_file_of_vocabulary_alone() -> None:
    header = read(*gguf_bytes({}, {"tokenizer.ggml.tokens": ["a"] * 40}))
    assert header.tensors == {}


def test_an_alignment_of_its_own() -> None:
    data, hole = gguf_bytes({"a": ("F32", (1,)), "b": ("F32", (1,))}, {"general.alignment": 32})
    assert len(read(data, hole).tensors) == 2


def test_little_is_read_behind_the_header(tmp_path: Path) -> None:
    tensors = {f"blk.{n}.attn_q.weight": ("F16", (4096, 4096)) for n in range(50)}
    metadata = {"tokenizer.ggml.tokens": [f"token{n}" for n in range(50_000)], "scores": [0.5] * 50_000}
    header, _ = gguf_bytes(tensors, metadata)
    size = write_gguf(tmp_path / "m.gguf", tensors, metadata)
    with FileBlob("m.gguf", str(tmp_path / "m.gguf")) as blob:
        found = read_gguf(blob)
    assert size > 1_000_000_000
    assert found.bytes_read <= len(header) + 65_536
    assert found.bytes_read < len(header)  # the scores are not read at all


def test_types_are_those_of_the_gguf_package() -> None:
    gguf = pytest.importorskip("gguf")
    theirs = {kind.value: (kind.name, *sizes) for kind, sizes in gguf.GGML_QUANT_SIZES.items()}
    ours = {number: tuple(kind) for number, kind in GGML_TYPES.items() if number not in DROPPED_TYPES}
    assert ours == theirs


def test_file_types_are_those_of_the_gguf_package() -> None:
    gguf = pytest.importorskip("gguf")
    theirs = {t.value: t.name.removeprefix("MOSTLY_").removeprefix("ALL_") for t in gguf.LlamaFileType}
    theirs.pop(1024)  # guessed
    assert {n: word for n, word in FILE_TYPES.items() if n not in (33, 34, 35)} == theirs


def test_bits_per_weight() -> None:
    assert {kind.name: kind.bits_per_weight for kind in GGML_TYPES.values()}["Q4_K"] == 4.5
    assert all(kind.bits_per_weight > 1 for kind in GGML_TYPES.values())


def test_a_file_of_the_gguf_package(tmp_path: Path) -> None:
    gguf = pytest.importorskip("gguf")
    np = pytest.importorskip("numpy")
    writer = gguf.GGUFWriter(tmp_path / "m.gguf", "llama")
    writer.add_name("Tiny")
    writer.add_block_count(1)
    writer.add_token_list([f"t{n}" for n in range(100)])
    writer.add_tensor("token_embd.weight", np.zeros((100, 64), dtype=np.float32))
    data = np.zeros((64, 34 * 2), dtype=np.uint8)  # 64 rows of 64 weights in Q8_0
    writer.add_tensor("blk.0.attn_q.weight", data, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with FileBlob("m.gguf", str(tmp_path / "m.gguf")) as blob:
        header = read_gguf(blob)
    assert header.tensors == {
        "token_embd.weight": Tensor("F32", (100, 64), 25_600),
        "blk.0.attn_q.weight": Tensor("Q8_0", (64, 64), 64 * 68),
    }
    assert header.metadata["general.name"] == "Tiny"
    assert header.metadata["tokenizer.ggml.tokens"] == "<array of 100 string>"


def test_our_files_are_read_by_the_gguf_package(tmp_path: Path) -> None:
    gguf = pytest.importorskip("gguf")
    write_gguf(tmp_path / "m.gguf", {"a": ("Q4_K", (2, 256)), "b": ("F16", (3, 5))}, {"general.architecture": "llama"})
    reader = gguf.GGUFReader(tmp_path / "m.gguf")
    assert [(t.name, t.tensor_type.name, [int(s) for s in t.shape]) for t in reader.tensors] == [
        ("a", "Q4_K", [256, 2]),
        ("b", "F16", [5, 3]),
    ]
