"""TSK003: embedders, rerankers, rewards and instruct models under each other's names."""

from __future__ import annotations

from typing import Any

import pytest

from truename.names import claims_of, parse_name
from truename.rules.rule import Case
from truename.rules.task.use import Use

RULE = Use()
EMBEDDER: dict[str, Any] = {
    "architectures": ("Qwen2Model",), "head_tensors": (), "sentence_modules": ("Transformer", "Pooling"),
}  # fmt: skip
WRITER: dict[str, Any] = {"architectures": ("Qwen2ForCausalLM",), "head_tensors": ("lm_head",)}
SCORER: dict[str, Any] = {"architectures": ("Qwen2ForSequenceClassification",), "head_tensors": ("score",)}


def outcome(name: str, **facts: Any) -> str:
    return RULE.check(claims_of(parse_name(name)), Case("", **facts).evidence()).outcome.value


@pytest.mark.parametrize(
    ("name", "facts", "expected"),
    [
        ("Qwen2.5-7B-Instruct", EMBEDDER, "flagged"),
        ("Qwen2.5-7B-Chat", EMBEDDER, "flagged"),
        ("gte-Qwen2-7B-instruct", EMBEDDER, "cannot_tell"),
        ("LLM2Vec-Qwen2-7B-Instruct", EMBEDDER, "cannot_tell"),
        ("Qwen2.5-7B-embedding", EMBEDDER, "confirmed"),
        ("Qwen2.5-7B-reranker", EMBEDDER, "flagged"),
        ("colbert-reranker-7B", EMBEDDER, "cannot_tell"),
        ("Qwen2.5-7B-RM", EMBEDDER, "flagged"),
        ("Qwen2.5-7B-Embedding", WRITER, "flagged"),
        ("Qwen2.5-7B-Embedding", {**WRITER, "head_tensors": ()}, "cannot_tell"),
        ("Qwen2.5-7B-Embedding", {**WRITER, "sentence_modules": ("Transformer", "Pooling")}, "confirmed"),
        ("Qwen2.5-7B-resized-embeddings", WRITER, "cannot_tell"),
        ("Qwen2.5-7B-Embedding-data", WRITER, "cannot_tell"),
        ("Qwen2.5-7B-reranker", WRITER, "cannot_tell"),
        ("Qwen2.5-7B-Reward", WRITER, "cannot_tell"),
        ("Qwen2.5-7B-Instruct", WRITER, "does_not_apply"),
        ("Qwen2.5-7B-Instruct-RM", SCORER, "confirmed"),
        ("bert-cross-encoder", SCORER, "confirmed"),
        ("Qwen2.5-7B-Embedding", SCORER, "flagged"),
        ("bge-small-reranker", {"pooling": "mean"}, "flagged"),
        ("bge-small-embedding", {"pooling": "rank"}, "flagged"),
        ("bge-small-embedding", {"pooling": "none"}, "cannot_tell"),
    ],
)
def test_use(name: str, facts: dict[str, Any], expected: str) -> None:
    assert outcome(name, **facts) == expected


def test_the_last_word_counts() -> None:
    assert outcome("Qwen2.5-7B-Embedding-Reranker", **SCORER) == "confirmed"
