"""DIM001: encoders and decoders, weights against config, patches taken for layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import LAYERS, Fact, Origin
from truename.findings import EvidenceRef, Outcome, Reason, ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.dimensions.layers import Layers
from truename.rules.rule import Case

RULE = Layers()
TWELVE = (Role.LAYERS, "L12", 12)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"layers": 12}, "confirmed"),
        ({"layers": 11}, "flagged"),
        ({"layers": 13}, "flagged"),
        ({"encoder_layers": 12, "decoder_layers": 6}, "confirmed"),
        ({"encoder_layers": 6, "decoder_layers": 6}, "confirmed"),
        ({"encoder_layers": 6, "decoder_layers": 4}, "flagged"),
        ({"layers": True}, "cannot_tell"),
        ({"layers": 24, "patch_size": 12}, "cannot_tell"),
        ({"layers": 24, "patch_size": 14}, "flagged"),
    ],
)
def test_layers(stated: Callable[..., Claims], facts: dict[str, Any], expected: str) -> None:
    assert RULE.check(stated("model-L12", TWELVE), Case("", **facts).evidence()).outcome.value == expected


def test_the_weights_outweigh_the_config(stated: Callable[..., Claims]) -> None:
    declared = Fact("layers", 12, Origin.DECLARED, "config.json")
    facts = Evidence.of([declared, Fact("layers", 24, Origin.WEIGHTS, "model.safetensors")])
    (finding,) = RULE.check(stated("model-L12", TWELVE), facts).findings
    assert finding.severity is Severity.ERROR
    assert finding.message == "the name says L12, 12 layers; the weights have 24 layers"
    assert finding.suggestion == "model-L24"


def test_a_declared_number_gives_a_warning(stated: Callable[..., Claims]) -> None:
    facts = Evidence.of([Fact("layers", 24, Origin.DECLARED, "config.json")])
    (finding,) = RULE.check(stated("model-L12", TWELVE), facts).findings
    assert finding.severity is Severity.WARNING
    assert "config.json declares 24 layers" in finding.message


def test_one_right_claim_of_two(stated: Callable[..., Claims]) -> None:
    claims = stated("from-L12-to-L6", TWELVE, (Role.LAYERS, "L6", 6))
    assert RULE.check(claims, Case("", layers=6).evidence()).outcome is Outcome.CONFIRMED


def test_encoder_and_decoder_together_bear_the_claim_out(stated: Callable[..., Claims]) -> None:
    facts = [Fact(f"{part}_layers", 6, Origin.DECLARED, "config.json") for part in ("encoder", "decoder")]
    (one,) = RULE.check(stated("model-L12", TWELVE), Evidence.of(facts)).confirmations
    assert one.evidence == EvidenceRef(12, "declared", "config.json", "layers of encoder and decoder together")
    assert not is_measured(one)


def test_declared_parts_do_not_excuse_the_weights(stated: Callable[..., Claims]) -> None:
    parts = [Fact(f"{part}_layers", 6, Origin.DECLARED, "config.json") for part in ("encoder", "decoder")]
    facts = Evidence.of([Fact("layers", 24, Origin.WEIGHTS), *parts])
    assert RULE.check(stated("model-L12", TWELVE), facts).outcome is Outcome.FLAGGED


def test_only_the_right_claim_of_two_is_confirmed(stated: Callable[..., Claims]) -> None:
    claims = stated("from-L12-to-L6", TWELVE, (Role.LAYERS, "L6", 6))
    facts = [Fact("layers", 6, Origin.WEIGHTS, "model.safetensors"), Fact("layers", 12, Origin.DECLARED, "config.json")]
    (one,) = RULE.check(claims, Evidence.of(facts)).confirmations
    assert one.claim is not None
    assert one.claim.text == "L6"
    assert one.evidence == EvidenceRef(6, "weights", "model.safetensors")
    assert is_measured(one)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, ReasonKind.NOT_MEASURED),
        ({"layers": 24, "is_adapter": True}, ReasonKind.ADAPTER),
        ({"layers": 24, "patch_size": 12}, ReasonKind.AMBIGUOUS_NAME),
    ],
)
def test_why_it_cannot_tell(stated: Callable[..., Claims], facts: dict[str, Any], kind: ReasonKind) -> None:
    reason = RULE.check(stated("model-L12", TWELVE), Case("", **facts).evidence()).reason
    assert reason is not None
    assert reason.kind is kind


def test_why_nothing_was_measured_is_handed_on(stated: Callable[..., Claims]) -> None:
    reason = Reason(ReasonKind.NO_WEIGHTS, "there is no weights file")
    decision = RULE.check(stated("model-L12", TWELVE), Evidence.of([], {LAYERS: reason}))
    assert decision.outcome is Outcome.CANNOT_TELL
    assert decision.reason == reason
