"""CTX001: the readings of a length, its edges, and limits that are none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.facts import Fact, Origin
from truename.findings import EvidenceRef, ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.context.length import ContextLength
from truename.rules.rule import Case

RULE = ContextLength()
OPEN = ReasonKind.AMBIGUOUS_FILES


@pytest.mark.parametrize(
    ("text", "value", "facts", "expected"),
    [
        ("8k", 8192, {"context_length": 8192}, None),
        ("8k", 8192, {"context_length": 8000}, None),
        ("128k", 131_072, {"context_length": 128_000}, None),
        ("128K", 131_072, {"context_length": 131_072}, None),
        ("1M", 1_048_576, {"context_length": 1_000_000}, None),
        ("1M", 1_048_576, {"context_length": 1_048_576}, None),
        ("8k", 8192, {"context_length": 131_072}, None),  # the length of training
        ("10k", 10_240, {"context_length": 8000}, None),  # 10,000 is exactly a quarter more
        ("10k", 10_240, {"context_length": 7999}, Severity.WARNING),
        ("16k", 16_384, {"context_length": 8001}, Severity.WARNING),
        ("16k", 16_384, {"context_length": 8000}, Severity.ERROR),
        ("32k", 32_768, {"context_length": 4096, "extended_context_length": 32_768}, None),
        ("32k", 32_768, {"context_length": 4096, "extended_context_length": 8192}, Severity.ERROR),
        ("32k", 32_768, {"context_length": 4096, "model_max_length": 32_768}, None),
        ("32k", 32_768, {"context_length": 4096, "model_max_length": 10**30}, Severity.ERROR),
        ("4096", 4096, {"context_length": 512}, Severity.ERROR),
    ],
)
def test_lengths(
    stated: Callable[..., Claims], text: str, value: int, facts: dict[str, Any], expected: Severity | None
) -> None:
    decision = RULE.check(stated(f"model-{text}", (Role.CONTEXT, text, value)), Case("", **facts).evidence())
    assert decision.outcome.value == ("flagged" if expected else "confirmed")
    assert [f.severity for f in decision.findings] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, ReasonKind.NOT_DECLARED),
        ({"model_max_length": 2048}, ReasonKind.NOT_DECLARED),
        ({"context_length": 10**30}, ReasonKind.NOT_DECLARED),
        ({"context_length": None}, ReasonKind.NOT_DECLARED),
        ({"context_length": 4096, "rope_scaling": "longrope"}, ReasonKind.AMBIGUOUS_FILES),
        ({"context_length": 4096, "is_adapter": True}, ReasonKind.ADAPTER),
        ({"context_length": Fact("context_length", 512, Origin.WEIGHTS), "model_max_length": 131_072}, OPEN),
        ({"context_length": Fact("context_length", 512, Origin.WEIGHTS), "extended_context_length": 131_072}, OPEN),
    ],
)
def test_what_cannot_be_told(stated: Callable[..., Claims], facts: dict[str, Any], kind: ReasonKind) -> None:
    decision = RULE.check(stated("model-128k", (Role.CONTEXT, "128k", 131_072)), Case("", **facts).evidence())
    assert decision.outcome.value == "cannot_tell"
    assert decision.reason is not None
    assert decision.reason.kind is kind


@pytest.mark.parametrize(
    ("text", "length", "name"),
    [
        ("128k", 8192, "model-8k"),
        ("128K", 32_768, "model-32K"),
        ("1M", 131_072, "model-128K"),
        ("32k", 512, "model-512"),
    ],
)
def test_suggestions(stated: Callable[..., Claims], text: str, length: int, name: str) -> None:
    claims = stated(f"model-{text}", (Role.CONTEXT, text, 1_048_576))
    (finding,) = RULE.check(claims, Case("", context_length=length).evidence()).findings
    assert finding.suggestion == name


def test_the_message_says_where(stated: Callable[..., Claims]) -> None:
    fact = Fact("context_length", 8192, Origin.DECLARED, "config.json", "max_position_embeddings")
    claims = stated("HerculeanSea-7b-128k", (Role.CONTEXT, "128k", 131_072))
    (finding,) = RULE.check(claims, Case("", context_length=fact).evidence()).findings
    assert finding.message == "the name says 128k; config.json declares 8,192 positions"


@pytest.mark.parametrize(
    ("text", "value", "facts", "found"),
    [
        ("8k", 8192, {"context_length": 131_072}, 131_072),
        ("4k", 4096, {"context_length": 4096, "extended_context_length": 32_768}, 4096),
        ("32k", 32_768, {"context_length": 4096, "extended_context_length": 32_768}, 32_768),
        ("32k", 32_768, {"context_length": 4096, "model_max_length": 32_768}, 32_768),
    ],
)
def test_the_nearest_limit_that_reaches_bears_the_claim_out(
    stated: Callable[..., Claims], text: str, value: int, facts: dict[str, Any], found: int
) -> None:
    claims = stated(f"model-{text}", (Role.CONTEXT, text, value))
    (one,) = RULE.check(claims, Case("", **facts).evidence()).confirmations
    assert one.claim is not None
    assert one.claim.text == text
    assert one.evidence == EvidenceRef(found, "declared")
    assert not is_measured(one)


def test_positions_of_the_weights_bear_out_by_measurement(stated: Callable[..., Claims]) -> None:
    claims = stated("model-1k", (Role.CONTEXT, "1k", 1024))
    fact = Fact("context_length", 1024, Origin.WEIGHTS, "model.safetensors")
    (one,) = RULE.check(claims, Case("", context_length=fact, model_max_length=1024).evidence()).confirmations
    assert one.evidence == EvidenceRef(1024, "weights", "model.safetensors")
    assert is_measured(one)


def test_only_the_lengths_that_are_reached_are_confirmed(stated: Callable[..., Claims]) -> None:
    claims = stated("from-8k-to-128k", (Role.CONTEXT, "8k", 8192), (Role.CONTEXT, "128k", 131_072))
    (one,) = RULE.check(claims, Case("", context_length=8192).evidence()).confirmations
    assert one.claim is not None
    assert one.claim.text == "8k"
