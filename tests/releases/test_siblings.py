"""The name of a release over a sibling's files, where one value tells the two apart."""

from __future__ import annotations

from typing import Any

import pytest

from truename.evidence import Evidence
from truename.evidence.known_releases import FIELDS
from truename.facts import MODEL_TYPE, Fact, Origin
from truename.findings import Outcome, Severity
from truename.names import claims_of, parse_name
from truename.releases import known_releases
from truename.releases.release import Release, ReleaseTable
from truename.rules import all_rules
from truename.rules.rule import Decision

RULE = next(rule for rule in all_rules() if rule.code == "REL002")


def over(name: str, held: Release) -> Decision:
    facts: list[Fact[Any]] = [
        Fact(key, value, Origin.DECLARED, "config.json")
        for field, key in FIELDS.items()
        if (value := getattr(held, field)) is not None and value != "none"
    ]
    facts.append(Fact(MODEL_TYPE, held.model_type, Origin.DECLARED, "config.json"))
    return RULE.check(claims_of(parse_name(name)), Evidence.of(facts))


def release(id_: str) -> Release:
    return next(r for r in known_releases().releases if r.id == id_)


@pytest.mark.parametrize(
    ("name", "held", "severity"),
    [
        ("xlm-roberta-base", "FacebookAI/xlm-roberta-large", Severity.WARNING),
        ("whisper-large-v2", "openai/whisper-large-v3", Severity.WARNING),
        ("Mixtral-8x22B-v0.1", "mistralai/Mixtral-8x7B-v0.1", Severity.WARNING),
        ("OLMo-1B", "allenai/OLMo-2-0425-1B", Severity.NOTE),
        ("Llama-2-7b-hf", "togethercomputer/LLaMA-2-7B-32K", Severity.NOTE),
    ],
)
def test_a_sibling_is_named(name: str, held: str, severity: Severity) -> None:
    decision = over(name, release(held))
    assert [finding.severity for finding in decision.findings] == [severity]
    assert held.rpartition("/")[2] in decision.findings[0].message


@pytest.mark.parametrize("id_", ["FacebookAI/xlm-roberta-large", "allenai/OLMo-2-0425-1B", "openai/whisper-large-v3"])
def test_no_release_is_another_under_its_own_name(id_: str) -> None:
    assert over(id_, release(id_)).outcome is Outcome.CONFIRMED


def test_a_release_without_a_known_vocabulary_fits_by_its_shape_alone() -> None:
    row = Release("a/b", layers=48, hidden_size=8192, heads=64, intermediate_size=22_016)
    table = ReleaseTable("2026-01-01", (), (row,))
    values = {k: frozenset((v,)) for k, v in {
        "layers": 48, "hidden_size": 8192, "heads": 64, "intermediate_size": 22_016, "vocabulary_size": 32_000,
    }.items()}  # fmt: skip
    assert table.fitting(values) == ()
    assert table.fitting_in_shape(values) == (row,)
    assert table.fitting_in_shape(values | {"heads": frozenset((32,))}) == ()
