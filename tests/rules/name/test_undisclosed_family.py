"""NAM002: where a family may be named, and whose types count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.evidence.evidence import Evidence
from truename.facts import MODEL_TYPE
from truename.findings import Reason, ReasonKind
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.name.undisclosed_family import UndisclosedFamily
from truename.rules.rule import Case

RULE = UndisclosedFamily()

TABLE = [
    ("vedika", [], {"model_type": "gemma4_unified", "card_mentions": ()}, "note"),
    ("vedika", [], {"model_type": "gemma4_unified", "card_mentions": ("qwen2.5",)}, "note"),
    ("vedika", [], {"model_type": "gemma4_unified", "card_mentions": ("gemma3",)}, "confirmed"),
    ("vedika", [], {"model_type": "gemma4_unified"}, "cannot_tell"),
    ("vedika", [], {"model_type": "gemma4_unified", "card_mentions": (), "tags": ("gemma-4",)}, "confirmed"),
    (
        "vedika",
        [],
        {"model_type": "gemma4_unified", "card_mentions": (), "base_models": ("google/gemma-4",)},
        "confirmed",
    ),
    ("vedika", [], {"model_type": "gemma4_unified", "card_mentions": (), "base_models": ("me/vedika",)}, "note"),
    ("vedikagemma", [], {"model_type": "gemma4_unified", "card_mentions": ()}, "confirmed"),
    ("tensor", [], {"model_type": "llama", "card_mentions": ()}, "cannot_tell"),
    ("tensor", [], {"model_type": "bert", "card_mentions": ()}, "does_not_apply"),
    ("tensor", [], {"model_type": "somebody", "card_mentions": ()}, "cannot_tell"),
    ("llama", [(Role.FAMILY, "llama", "llama2")], {"model_type": "llama"}, "confirmed"),
    ("mistral", [(Role.FAMILY, "mistral", "mistral")], {"model_type": "llama", "card_mentions": ()}, "cannot_tell"),
    ("super", [], {"model_type": "llama", "original_name": "a/deepseek-coder-33b", "card_mentions": ()}, "note"),
    (
        "super",
        [],
        {"model_type": "llama", "original_name": "/tmp/checkpoint-9", "card_mentions": ()},
        "cannot_tell",
    ),
    ("m", [], {}, "does_not_apply"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    verdict = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in verdict.findings), key=lambda s: s.rank, default=None)
    assert (worst or verdict.outcome).value == expected, verdict


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"model_type": "bert"}, ReasonKind.OTHER_KIND_OF_MODEL),
        ({"model_type": "llama"}, ReasonKind.AMBIGUOUS_FILES),
        ({"model_type": "somebody"}, ReasonKind.UNKNOWN_TO_TRUENAME),
        ({"model_type": "gemma3"}, ReasonKind.NOT_DECLARED),
        ({}, ReasonKind.NO_SUCH_FILE),
    ],
)
def test_why_nothing_is_decided(stated: Callable[..., Claims], facts: dict[str, Any], kind: ReasonKind) -> None:
    reason = RULE.check(stated("m"), Case("", **facts).evidence()).reason
    assert reason is not None
    assert reason.kind is kind


def test_a_broken_config_leaves_it_open(stated: Callable[..., Claims]) -> None:
    broken = Reason(ReasonKind.UNREAD_FILE, "config.json: is not JSON")
    decision = RULE.check(stated("m"), Evidence.of([], {MODEL_TYPE: broken}))
    assert (decision.outcome.value, decision.reason) == ("cannot_tell", broken)
