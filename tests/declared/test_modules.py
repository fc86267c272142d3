"""Modules of sentence-transformers, the length of their vectors, and other widths that a configuration gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.declared import declared_facts
from truename.declared.declared import Declared
from truename.declared.read import document_bytes

Read = Callable[..., Declared]


def module(kind: str, path: str) -> dict[str, Any]:
    return {"idx": 0, "name": "0", "path": path, "type": f"sentence_transformers.models.{kind}"}


POOLED = [module("Transformer", ""), module("Pooling", "1_Pooling")]
DENSE = [*POOLED, module("Dense", "2_Dense")]


def found(declared: Declared) -> dict[str, Any]:
    return {fact.key: fact.value for fact in declared_facts(declared)}


def test_a_dense_layer_decides_the_length(read: Read) -> None:
    files = {
        "modules.json": DENSE,
        "1_Pooling/config.json": {"word_embedding_dimension": 768, "pooling_mode_mean_tokens": True},
        "2_Dense/config.json": {"in_features": 768, "out_features": 512},
    }
    facts = found(read(files))
    assert facts["embedding_size"] == 512
    assert facts["sentence_modules"] == ("Transformer", "Pooling", "Dense")


def test_pooling_decides_it_where_nothing_follows(read: Read) -> None:
    pooling = {"word_embedding_dimension": 768, "pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True}
    assert found(read({"modules.json": POOLED, "1_Pooling/config.json": pooling}))["embedding_size"] == 1536


@pytest.mark.parametrize(
    "path", ["../../2_Dense", "/etc/2_Dense", "2_Dense/../2_Dense", "", None, 7, "a" * 5000, "2_Dense\x00"]
)
def test_a_path_that_is_no_modules_folder_is_not_opened(read: Read, path: Any) -> None:
    listed = [{**module("Dense", ""), "path": path}]
    facts = found(read({"modules.json": listed, "2_Dense/config.json": {"out_features": 512}}))
    assert "embedding_size" not in facts


def test_many_modules_are_not_all_read(read: Read) -> None:
    listed = [module("Dense", f"{n % 100}_Dense") for n in range(100_000)]
    declared = read({"modules.json": listed, **{f"{n}_Dense/config.json": {"out_features": 8} for n in range(100)}})
    assert len(declared.module_configs) <= 64


def test_a_broken_module_is_a_problem(read: Read) -> None:
    declared = read({"modules.json": DENSE, "2_Dense/config.json": b"{"})
    assert [problem.path for problem in declared.problems] == ["2_Dense/config.json"]


def test_modules_are_fetched_ahead() -> None:
    files = {"modules.json": 300, "2_Dense/config.json": 100, "3_Other/config.json": 100}
    assert document_bytes(files) == {"modules.json": 300, "2_Dense/config.json": 100}
    assert document_bytes({"2_Dense/config.json": 100}) == {}


@pytest.mark.parametrize(
    ("config", "widths"),
    [
        ({"projection_dim": 512}, (512,)),
        ({"matryoshka_dims": [768, 256, 64]}, (768, 256, 64)),
        ({"embedding_size": True, "output_dim": -4, "out_dim": "8"}, None),
        ({"text_config": {"projection_dim": 640}}, (640,)),
    ],
)
def test_other_widths(read: Read, config: dict[str, Any], widths: tuple[int, ...] | None) -> None:
    assert found(read(config=config)).get("other_widths") == widths


@pytest.mark.parametrize(
    ("config", "dense"),
    [
        ({"model_type": "llama"}, True),
        ({"model_type": "llama", "num_experts": 8}, None),
        ({"model_type": "llama", "moe_layers": [1]}, None),
        ({"model_type": "mixtral"}, None),
        ({"model_type": ["llama"]}, None),
        ({}, None),
    ],
)
def test_a_type_without_experts(read: Read, config: dict[str, Any], dense: bool | None) -> None:
    assert found(read(config=config)).get("dense") is dense
