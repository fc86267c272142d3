"""Special tokens beyond the embedding: a tokenizer of another model, or a token without a row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from truename.api import check
from truename.findings import Severity


def severities(folder: Path, tokens: Any, vocabulary: int, model_type: str = "llama") -> list[Severity]:
    config = {"model_type": model_type, "hidden_size": 64, "num_hidden_layers": 2, "vocab_size": vocabulary}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer_config.json").write_text(json.dumps({"added_tokens_decoder": tokens}))
    return [f.severity for f in check(folder, name="me/Aelan").findings if f.code == "TOK002"]


@pytest.mark.parametrize(
    ("tokens", "vocabulary", "expected"),
    [
        ({"0": {}, "31999": {}}, 32_000, []),
        ({"0": {}, "32000": {}}, 32_000, [Severity.NOTE]),
        ({"151643": {}, "151645": {}}, 32_000, [Severity.WARNING]),
        ({"151643": {}, "151645": {}}, 151_936, []),
        ({"128000": {}}, 50_257, [Severity.WARNING]),
        ({}, 32_000, []),
        ([], 32_000, []),
        ({"x": {}, "-1": {}, "9" * 30: {}}, 32_000, []),
    ],
    ids=str,
)
def test_last_token(tokens: Any, vocabulary: int, expected: list[Severity], tmp_path: Path) -> None:
    assert severities(tmp_path, tokens, vocabulary) == expected


@pytest.mark.parametrize("model_type", ["musicgen", "llava", "somebodys-own", "bark"])
def test_models_of_more_than_text_are_left_alone(model_type: str, tmp_path: Path) -> None:
    assert severities(tmp_path, {"151645": {}}, 2048, model_type) == []
