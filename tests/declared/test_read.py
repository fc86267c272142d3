"""read_declared: every document once, a broken one as a problem, and never an exception."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truename.blob import Blob, MemoryBlob
from truename.declared import Declared, Document, declared_facts, document_bytes, read_declared, wrong_values
from truename.declared.documents import MAX_CONFIG_BYTES
from truename.declared.read import MAX_BYTES
from truename.errors import FileTooLargeError, TargetNotFoundError

Read = Callable[..., Declared]


def test_every_document(read: Read) -> None:
    declared = read(
        {
            "config.json": {"a": 1},
            "adapter_config.json": {"b": 1},
            "README.md": "---\nc: d\n---\n",
            "tokenizer_config.json": {"e": 1},
            "quantize_config.json": {"f": 1},
            "modules.json": [{"idx": 0}],
            "model_index.json": {"g": 1},
            "unet/config.json": {"h": 1},
            "a/b/config.json": {"i": 1},
        }
    )
    assert declared.config == Document("config.json", {"a": 1})
    assert declared.adapter_config == Document("adapter_config.json", {"b": 1})
    assert declared.card == Document("README.md", {"c": "d"})
    assert declared.tokenizer_config == Document("tokenizer_config.json", {"e": 1})
    assert declared.quantize_config == Document("quantize_config.json", {"f": 1})
    assert declared.modules == Document("modules.json", {"modules": [{"idx": 0}]})
    assert declared.model_index == Document("model_index.json", {"g": 1})
    assert declared.components == {"unet": Document("unet/config.json", {"h": 1})}
    assert declared.problems == ()


def test_nothing_at_all(read: Read) -> None:
    assert read() == Declared()
    assert declared_facts(Declared()) == ()


BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not valid JSON"),
    "a list": (b"[1]", "holds a list where an object is expected"),
    "a string": (b'"x"', "holds a string"),
    "null": (b"null", "holds null"),
    "cut off": (b'{"a": ', "not valid JSON"),
    "invalid UTF-8": (b'{"a": "\xff"}', "not valid UTF-8"),
    "a lone surrogate": (b'{"model_type": "\\ud800"}', "not valid JSON"),
    "nested 10,000 deep": (b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "nested too deep"),
    "nested 200 deep": (b'{"a":' + b"[" * 200 + b"]" * 200 + b"}", "nested too deep"),
    "objects 10,000 deep": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested too deep"),
    "a number of 10,000 digits": (b'{"a": ' + b"9" * 10_000 + b"}", "not valid JSON"),
    "HTML of an error page": (b"<html><body>404</body></html>", "is a web page"),
    "a pointer of Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is a Git LFS pointer"),
}


@pytest.mark.parametrize(("data", "problem"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("file", ["config.json", "adapter_config.json", "tokenizer_config.json", "model_index.json"])
def test_a_broken_document_is_a_problem(read: Read, file: str, data: bytes, problem: str) -> None:
    declared = read({file: data, "quantize_config.json": {"bits": 4}})
    (found,) = declared.problems
    assert str(found).startswith(file)
    assert problem in str(found)
    assert "\n" not in str(found)
    assert declared.quantize_config is not None


@pytest.mark.parametrize(
    "data", [b'\xef\xbb\xbf{"model_type": "bert"}', b'{"model_type": "bert", "x": NaN}', b' {"model_type":"bert"}\r\n']
)
def test_what_is_read_all_the_same(read: Read, data: bytes) -> None:
    declared = read({"config.json": data})
    assert declared.problems == ()
    assert [f.value for f in declared_facts(declared)] == ["bert"]


def test_modules_that_are_no_list(read: Read) -> None:
    declared = read({"modules.json": {"a": 1}})
    assert declared.modules is None
    assert "where a list of modules is expected" in str(declared.problems[0])


def test_a_file_above_its_limit_is_not_opened() -> None:
    def refuse(path: str) -> Blob:
        raise AssertionError(path)

    declared = read_declared({"config.json": MAX_CONFIG_BYTES + 1}, refuse)
    assert [type(problem) for problem in declared.problems] == [FileTooLargeError]


def large_parts(size: int) -> dict[str, bytes]:
    """A pipeline of many components, each with a configuration within its limit."""
    part = b'{"a":[' + b"[]," * (size // 3) + b"1]}"
    files = {"model_index.json": b'{"_class_name": "X"}', "modules.json": b"[" + b"{}," * (size // 3) + b"{}]"}
    return files | {f"c{n:02}/config.json": part for n in range(30)}


@pytest.mark.parametrize("size", [900_000, 2_900_000])
def test_the_documents_of_a_model_have_one_limit(size: int) -> None:
    data = large_parts(size)
    files = {path: len(content) for path, content in data.items()}
    opened: list[str] = []

    def open(path: str) -> Blob:
        opened.append(path)
        return MemoryBlob(path, data[path])

    declared = read_declared(files, open)
    assert sum(files[path] for path in opened) <= MAX_BYTES
    assert sum(files[path] for path in opened) > MAX_BYTES - 2 * size
    left_out = [problem for problem in declared.problems if isinstance(problem, FileTooLargeError)]
    assert {problem.path for problem in left_out} == files.keys() - opened
    assert "of all documents of a model no more than 6,500,000 bytes are read" in str(left_out[0])
    assert sum(document_bytes(files).values()) <= MAX_BYTES


def test_usual_documents_are_all_read_whatever_is_large(read: Read) -> None:
    declared = read({"config.json": {"a": 1}, "modules.json": [], "adapter_config.json": {"b": 1}})
    assert not declared.problems
    assert declared.modules is not None


def test_a_file_that_cannot_be_opened() -> None:
    def gone(path: str) -> Blob:
        raise TargetNotFoundError(path, "cannot be read (Permission denied)")

    declared = read_declared({"README.md": 1, "config.json": 1, "tokenizer.json": 1}, gone)
    assert sorted(problem.path for problem in declared.problems) == ["README.md", "config.json", "tokenizer.json"]


def test_a_tokenizer_is_read_at_its_head() -> None:
    data = b'{"normalizer":null,"model":{' + b"x" * 5_000_000
    blob = MemoryBlob("tokenizer.json", data)
    declared = read_declared({"tokenizer.json": len(data)}, lambda _: blob)
    assert declared.normalizer is not None
    assert blob.bytes_read <= 16_384


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "model_type",
        "architectures",
        "num_hidden_layers",
        "depths",
        "hidden_size",
        "num_attention_heads",
        "multi_query",
        "text_config",
        "vision_config",
        "encoder",
        "decoder",
        "is_encoder_decoder",
        "rope_scaling",
        "rope_parameters",
        "max_position_embeddings",
        "quantization_config",
        "quantization",
        "config_groups",
        "quant_method",
        "bits",
        "load_in_4bit",
        "image_size",
        "patch_size",
        "torch_dtype",
        "_class_name",
        "num_experts",
        "use_moe",
        "type",
        "factor",
        "full_attention",
        "original_max_position_embeddings",
        "weights",
        "model_max_length",
        "do_lower_case",
        "base_model_name_or_path",
        "r",
        "transformer",
        "nbits_per_codebook",
        "num_codebooks",
        "in_group_size",
        "group_size",
        "weight_quant_params",
        "pad_token_id",
    ]
)
OBJECT = st.dictionaries(KEYS, JSON | st.dictionaries(KEYS, JSON, max_size=4), max_size=6)


@given(OBJECT, OBJECT, OBJECT, st.binary(max_size=60))
def test_no_content_makes_it_fail(config: Any, adapter: Any, tokenizer: Any, card: bytes) -> None:
    files = {
        "config.json": json.dumps(config).encode(),
        "adapter_config.json": json.dumps(adapter).encode(),
        "tokenizer_config.json": json.dumps(tokenizer).encode(),
        "model_index.json": json.dumps(adapter).encode(),
        "tokenizer.json": b'{"normalizer":' + json.dumps(adapter).encode(),
        "README.md": b"---\n" + card + b"\n---\n",
        "modules.json": card,
    }
    declared = read_declared({path: len(data) for path, data in files.items()}, lambda p: MemoryBlob(p, files[p]))
    declared_facts(declared)
    wrong_values(declared)
