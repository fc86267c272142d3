"""NAM002: where a family may be named, and whose types count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.name.undisclosed_family import UndisclosedFamily
from truename.rules.rule import Case

RULE = UndisclosedFamily()

TABLE = [
    ("vedika", [], {"model_type": "gemma4_unified", "card_mentions": ()}, "note"),
    ("vedika", [], {"model_type": "gemma4_unified", "card_mentions": ("qwen2.5",)}, "note"),
    ("vedika", [], {"model_type": "gemma4_unified", "card_mentions": ("gemma3",)}, "clean"),
    ("vedika", [], {"model_type": "gemma4_unified"}, "cannot_tell"),
    ("vedika", [], {"model_type": "gemma4_unified", "card_mentions": (), "tags": ("gemma-4",)}, "clean"),
    ("vedika", [], {"model_type": "gemma4_unified", "card_mentions": (), "base_models": ("google/gemma-4",)}, "clean"),
    ("vedika", [], {"model_type": "gemma4_unified", "card_mentions": (), "base_models": ("me/vedika",)}, "note"),
    ("vedikagemma", [], {"model_type": "gemma4_unified", "card_mentions": ()}, "clean"),
    ("tensor", [], {"model_type": "llama", "card_mentions": ()}, "cannot_tell"),
    ("tensor", [], {"model_type": "bert", "card_mentions": ()}, "cannot_tell"),
    ("super", [], {"model_type": "llama", "original_name": "a/deepseek-coder-33b", "card_mentions": ()}, "note"),
    (
        "super",
        [],
        {"model_type": "llama", "original_name": "/tmp/checkpoint-9", "card_mentions": ()},
        "cannot_tell",
    ),
    ("m", [], {}, "cannot_tell"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    verdict = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in verdict.findings), key=lambda s: s.rank, default=None)
    assert (worst or verdict.outcome).value == expected, verdict
