"""GGF001, GGF003, GGF004 and GGF005: how each of them ends, and that silent metadata leaves no claim open."""

from __future__ import annotations

from typing import Any

import pytest

from confirmations import is_measured
from truename.evidence.absence import NO_GGUF
from truename.evidence.evidence import Evidence
from truename.facts import GGUF_ARCHITECTURE, GGUF_NAME, GGUF_SIZE_LABEL, GGUF_TENSOR_TYPES, Fact, Origin
from truename.findings import Outcome, ReasonKind
from truename.names import claims_of, parse_name
from truename.rules.gguf.architecture import GgufArchitecture
from truename.rules.gguf.file_name import GgufFileName
from truename.rules.gguf.general_name import GgufGeneralName
from truename.rules.gguf.size_label import GgufSizeLabel
from truename.rules.rule import Case, Decision, Rule

OF_METADATA = [GgufGeneralName(), GgufSizeLabel(), GgufArchitecture()]
KEYS = [GGUF_NAME, GGUF_SIZE_LABEL, GGUF_ARCHITECTURE]


def decide(rule: Rule, name: str, **facts: Any) -> Decision:
    return rule.check(claims_of(parse_name(name)), Case(name, **facts).evidence())


@pytest.mark.parametrize("rule", OF_METADATA, ids=lambda rule: rule.code)
def test_without_a_gguf_file_it_does_not_apply(rule: Rule) -> None:
    evidence = Evidence({}, dict.fromkeys(KEYS, NO_GGUF))
    assert rule.check(claims_of(parse_name("Llama-3-8B")), evidence).outcome is Outcome.DOES_NOT_APPLY


@pytest.mark.parametrize("rule", OF_METADATA, ids=lambda rule: rule.code)
def test_silent_metadata_leaves_no_claim_open(rule: Rule) -> None:
    decision = decide(rule, "Llama-3-8B")
    assert decision.reason is not None
    assert (decision.outcome, decision.reason.kind) == (Outcome.CANNOT_TELL, ReasonKind.NOT_DECLARED)
    assert decision.about == ()


@pytest.mark.parametrize(
    ("rule", "name", "facts", "claims"),
    [
        (GgufGeneralName(), "Llama-3.1-8B-GGUF", {"gguf_name": "Llama 3.1 8B"}, ["Llama-3.1", "8B"]),
        (GgufGeneralName(), "Llama-3.1-8B-GGUF", {"gguf_name": "Llama 8B"}, ["8B"]),
        (GgufSizeLabel(), "Llama-3.1-8B-GGUF", {"gguf_size_label": "8B"}, ["8B"]),
        (GgufArchitecture(), "Mistral-7B-GGUF", {"gguf_architecture": "llama"}, ["Mistral"]),
        (GgufArchitecture(), "DeepSeek-R1-Distill-Qwen-7B-GGUF", {"gguf_architecture": "qwen2"}, ["Qwen"]),
    ],
)
def test_metadata_bears_claims_out_by_declaration(
    rule: Rule, name: str, facts: dict[str, Any], claims: list[str]
) -> None:
    decision = decide(rule, name, **facts)
    assert decision.outcome is Outcome.CONFIRMED
    assert [one.claim and one.claim.text for one in decision.confirmations] == claims
    assert not any(is_measured(one) for one in decision.confirmations)


def test_a_version_may_differ_where_the_size_agrees() -> None:
    decision = decide(GgufGeneralName(), "Mistral-7B-Instruct-v0.3-GGUF", gguf_name="Mistral 7B Instruct v0.2")
    assert [finding.claim and finding.claim.text for finding in decision.findings] == ["Mistral"]
    assert [one.claim and one.claim.text for one in decision.confirmations] == ["7B"]


@pytest.mark.parametrize(
    ("rule", "name", "facts", "kind"),
    [
        (GgufGeneralName(), "Llama-3-8B", {"gguf_name": "models"}, ReasonKind.AMBIGUOUS_FILES),
        (GgufGeneralName(), "Llama-3-8B", {"gguf_name": "Qwen2 7B"}, ReasonKind.AMBIGUOUS_FILES),
        (GgufGeneralName(), "Llama-3-8B", {"gguf_name": "Llama Chat"}, ReasonKind.NOT_DECLARED),
        (GgufSizeLabel(), "Llama-3-8B", {"gguf_size_label": "large"}, ReasonKind.AMBIGUOUS_FILES),
        (GgufSizeLabel(), "Qwen3-30B-A3B", {"gguf_size_label": "30B"}, ReasonKind.AMBIGUOUS_NAME),
        (GgufArchitecture(), "falcon-7b", {"gguf_architecture": "own"}, ReasonKind.UNKNOWN_TO_TRUENAME),
        (GgufArchitecture(), "llava-v1.6-7b", {"gguf_architecture": "qwen2"}, ReasonKind.AMBIGUOUS_FILES),
        (GgufArchitecture(), "falcon-7b", {"gguf_architecture": "qwen2", "is_adapter": True}, ReasonKind.ADAPTER),
    ],
)
def test_why_it_cannot_tell(rule: Rule, name: str, facts: dict[str, Any], kind: ReasonKind) -> None:
    decision = decide(rule, name, **facts)
    assert decision.reason is not None
    assert (decision.outcome, decision.reason.kind) == (Outcome.CANNOT_TELL, kind)


def test_a_file_name_passes_and_concerns_no_claim() -> None:
    types = Fact(GGUF_TENSOR_TYPES, ("Q4_K",), Origin.WEIGHTS, "Llama-3-8B-Q4_K_M.gguf")
    (one,) = decide(GgufFileName(), "Llama-3-8B", gguf_tensor_types=types).confirmations
    assert one.claim is None
    assert one.evidence is not None
    assert one.evidence.file == "Llama-3-8B-Q4_K_M.gguf"


def test_a_gguf_file_that_was_not_read_is_not_passed() -> None:
    decision = decide(GgufFileName(), "Llama-3-8B", formats=("gguf",))
    assert decision.reason is not None
    assert (decision.outcome, decision.reason.kind) == (Outcome.CANNOT_TELL, ReasonKind.UNREAD_WEIGHTS)
