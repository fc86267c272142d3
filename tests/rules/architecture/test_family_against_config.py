"""ARC001: names of two families, types of custom code, pipelines and models of several parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import MODEL_TYPE, Fact, Origin
from truename.findings import Reason, ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.architecture.family_against_config import FamilyAgainstConfig
from truename.rules.rule import Case

RULE = FamilyAgainstConfig()


@pytest.mark.parametrize(
    ("families", "facts", "expected"),
    [
        (["llama"], {"model_type": "llama"}, "confirmed"),
        (["llama"], {"model_type": "mistral"}, "flagged"),
        (["llama"], {"model_type": "mistral", "architectures": ("LlamaForCausalLM",)}, "confirmed"),
        (["llama", "mistral"], {"model_type": "mistral"}, "confirmed"),
        (["bert", "gpt2"], {"model_type": "llama"}, "flagged"),
        (["llama"], {"model_type": "own-code"}, "cannot_tell"),
        (["llama"], {"model_type": "own-code", "architectures": ("BertForMaskedLM",)}, "flagged"),
        (["llama"], {"model_type": "own-code", "architectures": ("LlamaForCausalLM",)}, "confirmed"),
        (["bert"], {"architectures": ("GPT2LMHeadModel",)}, "flagged"),
        (["bert"], {"architectures": ("OwnModel",)}, "cannot_tell"),
        (["bert"], {"model_type": "llava_next"}, "cannot_tell"),
        (["bert"], {"model_type": "clip_text_model", "diffusers_class": "UNet2DConditionModel"}, "cannot_tell"),
        (["nobody"], {"model_type": "bert"}, "does_not_apply"),
        ([], {"model_type": "bert"}, "does_not_apply"),
    ],
)
def test_families(stated: Callable[..., Claims], families: list[str], facts: dict[str, Any], expected: str) -> None:
    claims = stated("-".join(families), *((Role.FAMILY, key, key) for key in families))
    assert RULE.check(claims, Case("", **facts).evidence()).outcome.value == expected


@pytest.mark.parametrize(
    ("name", "facts", "kind"),
    [
        ("bert", {"model_type": "own-code"}, ReasonKind.UNKNOWN_TO_TRUENAME),
        ("bert", {"model_type": "llava_next"}, ReasonKind.AMBIGUOUS_FILES),
        ("bert", {"model_type": "clip", "diffusers_class": "UNet2DConditionModel"}, ReasonKind.AMBIGUOUS_FILES),
        ("bert", {"is_adapter": True}, ReasonKind.ADAPTER),
        ("bert-medusa", {"model_type": "gpt2"}, ReasonKind.AMBIGUOUS_NAME),
        ("bert", {}, ReasonKind.NOT_DECLARED),
    ],
)
def test_why_it_is_open_and_of_which_claim(
    stated: Callable[..., Claims], name: str, facts: dict[str, Any], kind: ReasonKind
) -> None:
    claims = stated(name, (Role.FAMILY, "bert", "bert"))
    decision = RULE.check(claims, Case("", **facts).evidence())
    assert decision.outcome.value == "cannot_tell"
    assert decision.reason is not None
    assert decision.reason.kind is kind
    assert decision.about == claims.items


def test_a_confirmation_holds_the_very_fact(stated: Callable[..., Claims]) -> None:
    outer = Fact("model_type", "idefics3", Origin.DECLARED, "config.json", "model_type")
    inner = Fact("model_type", "llama", Origin.DECLARED, "config.json", "text_config.model_type")
    claims = stated("gpt2-llama", (Role.FAMILY, "gpt2", "gpt2"), (Role.FAMILY, "llama", "llama"))
    (one,) = RULE.check(claims, Evidence.of([outer, inner])).confirmations
    assert one.claim is not None
    assert one.claim.text == "llama"
    assert one.evidence is not None
    assert (one.evidence.value, one.evidence.detail) == ("llama", "text_config.model_type")
    assert not is_measured(one)


@pytest.mark.parametrize(
    "facts",
    [{"tensor_model_types": ("bert",)}, {"gguf_architecture": "bert"}, {"identification.model_type": ("bert",)}],
)
def test_without_a_config_the_weights_decide_of_the_claim(stated: Callable[..., Claims], facts: dict[str, Any]) -> None:
    decision = RULE.check(stated("bert", (Role.FAMILY, "bert", "bert")), Case("", **facts).evidence())
    assert (decision.outcome.value, decision.about) == ("cannot_tell", ())


def test_of_an_adapter_the_base_decides_where_it_can(stated: Callable[..., Claims]) -> None:
    claims = stated("llama-bert", (Role.FAMILY, "llama", "llama"), (Role.FAMILY, "bert", "bert"))
    decision = RULE.check(claims, Case("", is_adapter=True).evidence())
    assert [claim.value for claim in decision.about or ()] == ["bert"]


def test_a_broken_config_is_the_reason(stated: Callable[..., Claims]) -> None:
    broken = Reason(ReasonKind.UNREAD_FILE, "config.json: is no JSON")
    evidence = Evidence.of([], {MODEL_TYPE: broken})
    assert RULE.check(stated("bert", (Role.FAMILY, "bert", "bert")), evidence).reason == broken


def test_the_parts_of_a_model_count(stated: Callable[..., Claims]) -> None:
    outer = Fact("model_type", "idefics3", Origin.DECLARED, "config.json", "model_type")
    inner = Fact("model_type", "llama", Origin.DECLARED, "config.json", "text_config.model_type")
    facts = Evidence.of([outer, inner])
    assert RULE.check(stated("llama", (Role.FAMILY, "llama", "llama")), facts).outcome.value == "confirmed"
    assert RULE.check(stated("gpt2", (Role.FAMILY, "gpt2", "gpt2")), facts).outcome.value == "cannot_tell"


@pytest.mark.parametrize(
    ("family", "model_type", "severity", "tail"),
    [
        ("roberta", "bert", Severity.WARNING, ", a related design"),
        ("qwen3-vl", "qwen3", Severity.NOTE, ", another of its line"),
        ("distilbert", "bert", Severity.ERROR, "declares bert"),
    ],
)
def test_how_far_apart_decides_the_severity(
    stated: Callable[..., Claims], family: str, model_type: str, severity: Severity, tail: str
) -> None:
    claims = stated(f"my-{family}", (Role.FAMILY, family, family))
    (finding,) = RULE.check(claims, Case("", model_type=model_type).evidence()).findings
    assert finding.severity is severity
    assert finding.message.endswith(tail)


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("distilled-bert", "confirmed"), ("bert", "flagged"), ("bert-medusa", "cannot_tell"), ("eagles-bert", "flagged")],
)
def test_words_beside_the_family(stated: Callable[..., Claims], name: str, outcome: str) -> None:
    claims = stated(name, (Role.FAMILY, "bert", "bert"))
    assert RULE.check(claims, Case("", model_type="distilbert").evidence()).outcome.value == outcome


def test_the_message_names_family_file_and_type(stated: Callable[..., Claims]) -> None:
    fact = Fact("model_type", "mistral", Origin.DECLARED, "config.json", "model_type")
    claims = stated("a-llama", (Role.FAMILY, "llama", "llama"))
    (finding,) = RULE.check(claims, Case("", model_type=fact).evidence()).findings
    assert finding.message.endswith("; config.json declares mistral")
    assert finding.claim is not None
    assert (finding.claim.start, finding.claim.end) == (2, 7)
    assert finding.evidence is not None
    assert finding.evidence.file == "config.json"
