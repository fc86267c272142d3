"""SIZ002: which counts fit which word, vocabularies of other sizes, what is left undecided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.facts import Fact, Origin
from truename.findings import EvidenceRef, Outcome, ReasonKind, Severity
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
        ("base", 109_482_240, "confirmed"),
        ("base", 80_000_000, "confirmed"),
        ("base", 280_000_000, "cannot_tell"),  # nearer to a large, and within twice the widest base
        ("base", 335_141_888, "cannot_tell"),
        ("base", 240_000_000, "confirmed"),  # 1.35 times the widest base
        ("base", 471_000_000, "flagged"),  # past twice the widest base, and a large fits
        ("base", 28_764_674, "flagged"),
        ("base", 4_386_178, "flagged"),
        ("large", 335_141_888, "confirmed"),
        ("large", 109_482_240, "flagged"),
        ("large", 7_000_000_000, "flagged"),  # no vocabulary and no head makes this of a large
        ("large", 30_000_000, "flagged"),
        ("base", 1_400_000_000, "cannot_tell"),  # a vocabulary might
        ("huge", 109_482_240, "cannot_tell"),  # no word of BERT
    ],
)
def test_words_of_bert(stated: Callable[..., Claims], word: str, parameters: int, expected: str) -> None:
    claims = stated(f"bert-{word}", BERT, (Role.SIZE_WORD, word, word))
    assert outcome(claims, parameters=parameters).value == expected


def test_another_vocabulary_does_not_change_the_size(stated: Callable[..., Claims]) -> None:
    claims = stated("bert-base", BERT, (Role.SIZE_WORD, "base", "base"))
    assert outcome(claims, parameters=900_000_000) is not Outcome.FLAGGED
    assert outcome(claims, parameters=470_000_000, non_embedding_parameters=86_000_000) is Outcome.CONFIRMED


def test_one_right_word_of_two_is_enough(stated: Callable[..., Claims]) -> None:
    claims = stated("bert-base-large", BERT, (Role.SIZE_WORD, "base", "base"), (Role.SIZE_WORD, "large", "large"))
    assert outcome(claims, parameters=335_141_888) is Outcome.CONFIRMED


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
    assert outcome(claims, parameters=109_482_240) is Outcome.DOES_NOT_APPLY


def test_the_right_word_of_two_is_confirmed_by_the_count(stated: Callable[..., Claims]) -> None:
    claims = stated("bert-base-large", BERT, (Role.SIZE_WORD, "base", "base"), (Role.SIZE_WORD, "large", "large"))
    (one,) = RULE.check(claims, Case("", parameters=335_141_888).evidence()).confirmations
    assert one.claim is not None
    assert one.claim.text == "large"
    assert one.evidence == EvidenceRef(335_141_888, "weights")
    assert is_measured(one)


def test_a_declared_count_confirms_by_declaration(stated: Callable[..., Claims]) -> None:
    claims = stated("bert-base", BERT, (Role.SIZE_WORD, "base", "base"))
    fact = Fact("parameters", 109_482_240, Origin.DECLARED, "config.json")
    (one,) = RULE.check(claims, Case("", parameters=fact).evidence()).confirmations
    assert one.evidence == EvidenceRef(109_482_240, "declared", "config.json")
    assert not is_measured(one)


def test_a_declared_count_does_not_excuse_the_weights(stated: Callable[..., Claims]) -> None:
    claims = stated("bert-large", BERT, (Role.SIZE_WORD, "large", "large"))
    lie = Fact("non_embedding_parameters", 335_141_888, Origin.DECLARED, "config.json")
    assert outcome(claims, parameters=109_482_240, non_embedding_parameters=lie) is Outcome.FLAGGED


@pytest.mark.parametrize(
    ("word", "number", "facts", "kind"),
    [
        ("base", None, {}, ReasonKind.NOT_MEASURED),
        ("base", None, {"is_adapter": True, "parameters": 300_000}, ReasonKind.ADAPTER),
        ("base", "1B", {"parameters": 10**9}, ReasonKind.AMBIGUOUS_NAME),
        ("huge", None, {"parameters": 109_482_240}, ReasonKind.UNKNOWN_TO_TRUENAME),
        ("base", None, {"parameters": 9 * 10**8}, ReasonKind.UNKNOWN_TO_TRUENAME),
        ("base", None, {"parameters": 335_141_888}, ReasonKind.AMBIGUOUS_FILES),
    ],
)
def test_why_it_cannot_tell(
    stated: Callable[..., Claims], word: str, number: str | None, facts: dict[str, Any], kind: ReasonKind
) -> None:
    size = ((Role.PARAMETERS, number, 10**9),) if number else ()
    claims = stated(f"bert-{word}-{number}", BERT, (Role.SIZE_WORD, word, word), *size)
    decision = RULE.check(claims, Case("", **facts).evidence())
    assert decision.outcome is Outcome.CANNOT_TELL
    assert decision.reason is not None
    assert decision.reason.kind is kind
    assert decision.about is None


def test_a_fitting_word_beside_a_number_is_confirmed(stated: Callable[..., Claims]) -> None:
    claims = stated("bert-base-110M", BERT, (Role.SIZE_WORD, "base", "base"), (Role.PARAMETERS, "110M", 110 * 10**6))
    assert outcome(claims, parameters=109_482_240) is Outcome.CONFIRMED
