"""NAM001: general words against brands and jobs; suggestions."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from typing import Any

import pytest

from truename.evidence.evidence import Evidence
from truename.names import claims_of, parse_name
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.name.says_nothing import SaysNothing
from truename.rules.rule import Case

from reference import reference

RULE = SaysNothing()

BERT = [(Role.FAMILY, "bert", "bert")]
NER = [(Role.TASK, "ner", "token-classification")]

TABLE = [
    ("1", [], {}, "note"),
    ("results", [], {}, "note"),
    ("my_first_model", [], {}, "note"),
    ("Trial_3_Results", [], {}, "note"),
    ("test_trainer2", [], {}, "note"),
    ("checkpoint-500", [], {}, "note"),
    ("model-v1.5", [(Role.VERSION, "1.5", "1.5")], {}, "note"),
    ("autotrain-Sum-1235946916", [], {}, "note"),
    ("autotrain-bert-1235946916", BERT, {}, "confirmed"),
    ("autotrain-mood", [], {}, "confirmed"),
    ("test-ner", NER, {}, "confirmed"),
    ("my-bert", BERT, {}, "confirmed"),
    ("Aelan", [], {}, "confirmed"),
    ("e5-base", [], {}, "confirmed"),
    ("dvitel-h2", [], {}, "confirmed"),
    ("sci", [], {}, "confirmed"),
    ("模型", [], {}, "confirmed"),
    ("--", [], {}, "does_not_apply"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    verdict = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in verdict.findings), key=lambda s: s.rank, default=None)
    assert (worst or verdict.outcome).value == expected, verdict


@pytest.mark.parametrize(
    ("facts", "suggestion"),
    [
        ({}, None),
        ({"model_type": "llama"}, None),
        ({"model_type": "llama", "parameters": 1_100_048_384}, "llama-1.1B"),
        ({"base_models": ("Gryphe/MythoMax-L2-13b",), "quantisation_method": "gptq"}, "MythoMax-L2-13b-gptq"),
        ({"base_models": ("Gryphe/MythoMax-L2-13b",)}, "MythoMax-L2-13b-finetuned"),
        ({"base_models": ("a/b", "c/d")}, None),
    ],
)
def test_suggestions(stated: Callable[..., Claims], facts: dict[str, Any], suggestion: str | None) -> None:
    (finding,) = RULE.check(stated("1"), Case("", **facts).evidence()).findings
    assert finding.suggestion == suggestion


def test_people_agree() -> None:
    """Of the names that are flagged, nine in ten are among those that people labelled uninformative."""
    table = reference("ptm-naming", "informative.csv.gz")
    with gzip.open(table, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    nothing = Evidence.of(())
    flagged = [r for r in rows if RULE.check(claims_of(parse_name(r["name"])), nothing).findings]
    agreed = sum(row["label"] == "uninformative" for row in flagged)
    assert len(flagged) > 250
    assert agreed / len(flagged) > 0.9
