"""SIZ002: which counts fit which word, vocabularies of other sizes, what is left undecided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.facts import Fact, Origin
from truename.findings import Outcome, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.size.size_word import SizeWord

RULE = SizeWord()
BERT = (Role.FAMILY, "bert", "bert")


def outcome(claims: Claims, **facts: Any) -> Outcome:
    return RULE.check(claims, Case("", **facts).evidence()).outcome


@pytest.mark.parametrize(
    ("word", "parameters", "expected"),
    [
        ("base", 109_482_240, "clean"),
        ("base", 80_000_000, "clean"),
        ("base", 280_000_000, "clean"),
        ("base", 471_000_000, "flagged"),  # past twice the widest base, and a large fits
        ("base", 28_764_674, "flagged"),
        ("base", 4_386_178, "flagged"),
        ("large", 335_141_888, "clean"),
        ("large", 109_482_240, "flagged"),
        ("large", 7_000_000_000, "cannot_tell"),  # no size of BERT
        ("huge", 109_482_240, "cannot_tell"),  # no word of BERT
    ],
)
def test_words_of_bert(stated: Callable[..., Claims], word: str, parameters: int, expected: str) -> None:
    claims = stated(f"bert-{word}", BERT, (Role.SIZE_WORD, word, word))
    assert outcome(claims, parameters=parameters).value == expected


def test_another_vocabulary_does_not_change_the_size(stated: Callable[..., Claims]) -> None:
    claims = stated("bert-base", BERT, (Role.SIZE_WORD, "base", "base"))
    assert outcome(claims, parameters=900_000_000) is not Outcome.FLAGGED
    assert outcome(claims, parameters=470_000_000, non_embedding_parameters=86_000_000) is Outcome.CLEAN


def test_one_right_word_of_two_is_enough(stated: Callable[..., Claims]) -> None:
    claims = stated("bert-base-large", BERT, (Role.SIZE_WORD, "base", "base"), (Role.SIZE_WORD, "large", "large"))
    assert outcome(claims, parameters=335_141_888) is Outcome.CLEAN


def test_the_finding_names_both_sizes(stated: Callable[..., Claims]) -> None:
    claims = stated("bert-large", BERT, (Role.SIZE_WORD, "large", "large"))
    (finding,) = RULE.check(claims, Case("", parameters=109_482_240).evidence()).findings
    assert finding.severity is Severity.WARNING
    assert finding.suggestion == "bert-base"
    assert "the weights hold 109 M parameters" in finding.message


def test_a_declared_count_is_enough_for_a_warning(stated: Callable[..., Claims]) -> None:
    claims = stated("bert-large", BERT, (Role.SIZE_WORD, "large", "large"))
    fact = Fact("parameters", 109_482_240, Origin.DECLARED, "config.json")
    (finding,) = RULE.check(claims, Case("", parameters=fact).evidence()).findings
    assert finding.severity is Severity.WARNING


def test_a_family_nobody_knows(stated: Callable[..., Claims]) -> None:
    claims = stated("zork-base", (Role.FAMILY, "zork", "zork"), (Role.SIZE_WORD, "base", "base"))
    assert outcome(claims, parameters=109_482_240) is Outcome.CANNOT_TELL
