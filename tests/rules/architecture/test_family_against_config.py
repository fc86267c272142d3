"""ARC001: names of two families, types of custom code, pipelines and models of several parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.evidence.evidence import Evidence
from truename.facts import Fact, Origin
from truename.findings import Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.architecture.family_against_config import FamilyAgainstConfig
from truename.rules.rule import Case

RULE = FamilyAgainstConfig()


@pytest.mark.parametrize(
    ("families", "facts", "expected"),
    [
        (["llama"], {"model_type": "llama"}, "clean"),
        (["llama"], {"model_type": "mistral"}, "flagged"),
        (["llama"], {"model_type": "mistral", "architectures": ("LlamaForCausalLM",)}, "clean"),
        (["llama", "mistral"], {"model_type": "mistral"}, "clean"),
        (["bert", "gpt2"], {"model_type": "llama"}, "flagged"),
        (["llama"], {"model_type": "own-code"}, "cannot_tell"),
        (["llama"], {"model_type": "own-code", "architectures": ("BertForMaskedLM",)}, "flagged"),
        (["llama"], {"model_type": "own-code", "architectures": ("LlamaForCausalLM",)}, "clean"),
        (["bert"], {"architectures": ("GPT2LMHeadModel",)}, "flagged"),
        (["bert"], {"architectures": ("OwnModel",)}, "cannot_tell"),
        (["bert"], {"model_type": "llava_next"}, "cannot_tell"),
        (["bert"], {"model_type": "clip_text_model", "diffusers_class": "UNet2DConditionModel"}, "cannot_tell"),
        (["nobody"], {"model_type": "bert"}, "cannot_tell"),
        ([], {"model_type": "bert"}, "cannot_tell"),
    ],
)
def test_families(stated: Callable[..., Claims], families: list[str], facts: dict[str, Any], expected: str) -> None:
    claims = stated("-".join(families), *((Role.FAMILY, key, key) for key in families))
    assert RULE.check(claims, Case("", **facts).evidence()).outcome.value == expected


def test_the_parts_of_a_model_count(stated: Callable[..., Claims]) -> None:
    outer = Fact("model_type", "idefics3", Origin.DECLARED, "config.json", "model_type")
    inner = Fact("model_type", "llama", Origin.DECLARED, "config.json", "text_config.model_type")
    facts = Evidence.of([outer, inner])
    assert RULE.check(stated("llama", (Role.FAMILY, "llama", "llama")), facts).outcome.value == "clean"
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
    [("distilled-bert", "clean"), ("bert", "flagged"), ("bert-medusa", "cannot_tell"), ("eagles-bert", "flagged")],
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
