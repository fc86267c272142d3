"""SIZ001 beyond its own examples: the edges of each grade, several claims, declared facts, mixtures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import Derivation, Fact, Origin
from truename.findings import EvidenceRef, Outcome, Reason, ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.size.parameter_count import ParameterCount

B = 10**9
RULE = ParameterCount()
SEVEN = (Role.PARAMETERS, "7b", 7 * B)


def evidence(**facts: Any) -> Evidence:
    return Case("", **facts).evidence()


def declared(key: str, value: Any) -> Fact:
    return Fact(key, value, Origin.DECLARED, "config.json")


def by_index(parameters: int) -> Fact:
    return Fact("parameters", parameters, Origin.DECLARED, "config.json", "by 2 bytes", Derivation.INDEX_BYTES)


@pytest.mark.parametrize(
    ("count", "severity"),
    [
        (7.0, None),
        (8.05, None),  # exactly 15 %
        (8.051, Severity.NOTE),
        (5.95, None),
        (5.94, Severity.NOTE),
        (9.45, Severity.NOTE),  # exactly 35 %
        (9.46, Severity.WARNING),
        (4.5, Severity.WARNING),
        (14.0, Severity.WARNING),  # exactly twice
        (14.01, Severity.ERROR),
        (3.5, Severity.WARNING),
        (3.49, Severity.ERROR),
    ],
)
def test_the_edges_of_each_grade(stated: Callable[..., Claims], count: float, severity: Severity | None) -> None:
    decision = RULE.check(stated("llama-7b", SEVEN), evidence(parameters=round(count * B)))
    assert [f.severity for f in decision.findings] == ([severity] if severity else [])
    assert decision.outcome is (Outcome.FLAGGED if severity else Outcome.CONFIRMED)


@pytest.mark.parametrize(
    ("text", "value", "count", "severity"),
    [
        ("1B", B, 1_235_814_400, None),  # rounds to 1, within 35 %
        ("1B", B, 1_400_000_000, Severity.NOTE),  # rounds to 1, 40 % away
        ("1B", B, 1_669_408_768, Severity.WARNING),
        ("2b", 2 * B, 2_506_172_416, Severity.NOTE),
        ("1.5B", 15 * B // 10, 1_777_088_000, Severity.NOTE),
        ("410m", 410 * 10**6, 353_822_720, None),
        ("60M", 60 * 10**6, 60_492_288, None),
        ("500k", 500_000, 1_500_000, Severity.ERROR),
    ],
)
def test_a_count_that_rounds_to_the_name_is_right(
    stated: Callable[..., Claims], text: str, value: int, count: int, severity: Severity | None
) -> None:
    decision = RULE.check(stated(f"model-{text}", (Role.PARAMETERS, text, value)), evidence(parameters=count))
    assert [f.severity for f in decision.findings] == ([severity] if severity else [])


@pytest.mark.parametrize(
    "alternative",
    [
        "non_embedding_parameters",
        "language_model_parameters",
        "encoder_parameters",
        "active_parameters",
        "tied_parameters",
    ],
)
def test_any_count_that_a_name_may_mean_makes_it_right(stated: Callable[..., Claims], alternative: str) -> None:
    facts = evidence(parameters=20 * B, **{alternative: 7 * B})
    assert RULE.check(stated("llama-7b", SEVEN), facts).outcome is Outcome.CONFIRMED


def test_the_message_says_the_nearest_count_and_the_total(stated: Callable[..., Claims]) -> None:
    facts = evidence(parameters=20 * B, non_embedding_parameters=10 * B)
    (finding,) = RULE.check(stated("llama-7b", SEVEN), facts).findings
    assert (
        finding.message == "the name says 7b; the weights hold 10.0 B parameters outside the embeddings (20.0 B in all)"
    )
    assert finding.suggestion == "llama-20b"


def test_the_message_of_a_plain_miss(stated: Callable[..., Claims]) -> None:
    (finding,) = RULE.check(stated("llama-7b", SEVEN), evidence(parameters=1_100_048_384)).findings
    assert finding.message == "the name says 7b; the weights hold 1.10 B parameters"
    assert finding.suggestion == "llama-1.1b"
    assert finding.claim is not None
    assert finding.claim.text == "7b"


def test_one_right_size_of_several_is_enough(stated: Callable[..., Claims]) -> None:
    name = stated("distilled-7b-to-1.5b", SEVEN, (Role.PARAMETERS, "1.5b", 15 * B // 10))
    assert RULE.check(name, evidence(parameters=1_543_714_304)).outcome is Outcome.CONFIRMED
    (finding,) = RULE.check(name, evidence(parameters=500_000_000)).findings
    assert finding.claim is not None
    assert finding.claim.text == "1.5b"


def test_what_is_only_declared_gives_a_warning(stated: Callable[..., Claims]) -> None:
    (finding,) = RULE.check(stated("llama-7b", SEVEN), evidence(parameters=declared("parameters", B))).findings
    assert finding.severity is Severity.WARNING
    assert finding.message == "the name says 7b; by config.json it has 1.00 B parameters"


def test_a_declared_count_does_not_excuse_the_weights(stated: Callable[..., Claims]) -> None:
    facts = Evidence.of([Fact("parameters", B, Origin.WEIGHTS), declared("parameters", 7 * B)])
    (finding,) = RULE.check(stated("llama-7b", SEVEN), facts).findings
    assert finding.severity is Severity.ERROR


def test_one_of_two_declared_counts_is_enough(stated: Callable[..., Claims]) -> None:
    facts = Evidence.of([by_index(14 * B), declared("parameters", 7 * B)])
    assert RULE.check(stated("llama-7b", SEVEN), facts).outcome is Outcome.CONFIRMED


def test_the_bytes_of_packed_weights_are_no_count(stated: Callable[..., Claims]) -> None:
    facts = evidence(quantisation_method="bitsandbytes", parameters=by_index(2 * B))
    assert RULE.check(stated("llama-7b", SEVEN), facts).outcome is Outcome.CANNOT_TELL


@pytest.mark.parametrize("value", [0, -1, True, "many", None])
def test_a_count_that_is_none_is_no_count(stated: Callable[..., Claims], value: Any) -> None:
    assert RULE.check(stated("llama-7b", SEVEN), evidence(parameters=value)).outcome is Outcome.CANNOT_TELL


def test_why_nothing_was_counted_is_handed_on(stated: Callable[..., Claims]) -> None:
    reason = Reason(ReasonKind.UNREAD_WEIGHTS, "the shards are not there")
    facts = Evidence.of([], {"parameters": reason})
    assert RULE.check(stated("llama-7b", SEVEN), facts).reason == reason


def test_a_size_beside_experts_may_be_the_active_one(stated: Callable[..., Claims]) -> None:
    name = stated("Llama-4-17B-128E", (Role.PARAMETERS, "17B", 17 * B), (Role.EXPERTS, "128E", 128))
    assert RULE.check(name, evidence(parameters=401_583_781_376)).outcome is Outcome.CANNOT_TELL
    facts = evidence(parameters=401_583_781_376, active_parameters=17_173_000_000)
    assert RULE.check(name, facts).outcome is Outcome.CONFIRMED


@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        ({"parameters": 46_702_792_704}, None),
        ({"parameters": 56 * B}, None),
        ({"parameters": 70 * B}, Severity.NOTE),
        ({"parameters": 80 * B}, Severity.WARNING),
        ({"parameters": 141 * B}, Severity.ERROR),
        ({"parameters": 7_241_732_096}, Severity.ERROR),
        ({"parameters": 24 * B}, Severity.ERROR),
        ({"parameters": 24 * B, "experts": 8}, None),  # GGUF's rule: shared part counted in every size
        ({"parameters": declared("parameters", 7_241_732_096)}, Severity.WARNING),
    ],
)
def test_mixtures(stated: Callable[..., Claims], facts: dict[str, Any], severity: Severity | None) -> None:
    decision = RULE.check(stated("Mixtral-8x7B", (Role.MIXTURE, "8x7B", (8, 7 * B))), evidence(**facts))
    assert [f.severity for f in decision.findings] == ([severity] if severity else [])


def test_a_number_beside_a_fitting_size_word_may_be_data(stated: Callable[..., Claims]) -> None:
    words = ((Role.FAMILY, "roberta", "roberta"), (Role.SIZE_WORD, "base", "base"))
    name = stated("roberta-base-10M", *words, (Role.PARAMETERS, "10M", 10**7))
    assert RULE.check(name, evidence(parameters=124_645_632)).outcome is Outcome.CANNOT_TELL
    assert RULE.check(name, evidence(parameters=355_359_744)).outcome is Outcome.FLAGGED


@pytest.mark.parametrize(
    ("count", "expected"), [(120_000, "flagged"), (1_000_000, "flagged"), (1_100_000, "cannot_tell")]
)
def test_thousands_beside_millions_are_no_size(stated: Callable[..., Claims], count: int, expected: str) -> None:
    decision = RULE.check(stated("model-10k", (Role.PARAMETERS, "10k", 10_000)), evidence(parameters=count))
    assert decision.outcome.value == expected


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (6.9, "confirmed"),
        (8.29, "cannot_tell"),
        (14.0, "cannot_tell"),
        (14.1, "flagged"),
        (5.0, "flagged"),
        (3.4, "flagged"),
    ],
)
def test_a_bare_total_may_hold_more_than_the_name_counts(
    stated: Callable[..., Claims], total: float, expected: str
) -> None:
    name = stated("llama-7b", SEVEN)
    facts = evidence(parameters=by_index(round(total * B)))
    assert RULE.check(name, facts).outcome.value == expected


def test_a_total_with_its_parts_is_judged(stated: Callable[..., Claims]) -> None:
    parts = declared("non_embedding_parameters", 8_800_000_000)
    facts = Evidence.of([by_index(9 * B), parts])
    (finding,) = RULE.check(stated("llama-7b", SEVEN), facts).findings
    assert finding.severity is Severity.NOTE


def test_a_size_that_hangs_on_other_letters_accuses_nobody(stated: Callable[..., Claims]) -> None:
    claim = (Role.PARAMETERS, "65B", 65 * B)
    facts = evidence(parameters=7 * B)
    assert RULE.check(stated("x-s65B", claim), facts).outcome is Outcome.CANNOT_TELL
    assert RULE.check(stated("x-s65B", claim), evidence(parameters=65 * B)).outcome is Outcome.CONFIRMED
    assert RULE.check(stated("x-llama65B", (Role.FAMILY, "llama", "llama"), claim), facts).outcome is Outcome.FLAGGED
    assert RULE.check(stated("x-65B", claim), facts).outcome is Outcome.FLAGGED


def test_the_nearest_count_bears_the_claim_out(stated: Callable[..., Claims]) -> None:
    facts = evidence(parameters=7_500_000_000, non_embedding_parameters=7_100_000_000)
    (one,) = RULE.check(stated("llama-7b", SEVEN), facts).confirmations
    assert one.claim is not None
    assert one.claim.text == "7b"
    assert one.evidence == EvidenceRef(7_100_000_000, "weights")
    assert is_measured(one)


def test_a_measured_count_bears_out_before_a_declared_one(stated: Callable[..., Claims]) -> None:
    facts = Evidence.of([Fact("parameters", 7_500_000_000, Origin.WEIGHTS), declared("active_parameters", 7 * B)])
    (one,) = RULE.check(stated("llama-7b", SEVEN), facts).confirmations
    assert one.evidence == EvidenceRef(7_500_000_000, "weights")


def test_what_is_only_declared_confirms_by_declaration(stated: Callable[..., Claims]) -> None:
    (one,) = RULE.check(stated("llama-7b", SEVEN), evidence(parameters=declared("parameters", 7 * B))).confirmations
    assert one.evidence == EvidenceRef(7 * B, "declared", "config.json")
    assert not is_measured(one)


def test_declared_active_parameters_do_not_outweigh_measured_ones(stated: Callable[..., Claims]) -> None:
    total = Fact("parameters", 30 * B, Origin.WEIGHTS)
    lie = declared("active_parameters", 7 * B)
    name = stated("llama-7b", SEVEN)
    assert RULE.check(name, Evidence.of([total, lie])).outcome is Outcome.CONFIRMED
    measured = Fact("active_parameters", 3 * B, Origin.WEIGHTS)
    assert RULE.check(name, Evidence.of([total, lie, measured])).outcome is Outcome.FLAGGED


def test_only_the_right_size_of_several_is_confirmed(stated: Callable[..., Claims]) -> None:
    name = stated("distilled-7b-to-1.5b", SEVEN, (Role.PARAMETERS, "1.5b", 15 * B // 10))
    (one,) = RULE.check(name, evidence(parameters=1_543_714_304)).confirmations
    assert one.claim is not None
    assert one.claim.text == "1.5b"


def test_a_mixture_is_borne_out_by_its_total(stated: Callable[..., Claims]) -> None:
    facts = evidence(parameters=46_702_792_704, active_parameters=12_879_925_248)
    (one,) = RULE.check(stated("Mixtral-8x7B", (Role.MIXTURE, "8x7B", (8, 7 * B))), facts).confirmations
    assert one.evidence == EvidenceRef(46_702_792_704, "weights")


def test_whether_a_count_is_of_an_index_is_not_read_in_its_words(stated: Callable[..., Claims]) -> None:
    name = stated("llama-7b", SEVEN)
    words = Fact("parameters", 9 * B, Origin.DECLARED, "config.json", "metadata.total_size by 2 bytes an element")
    assert RULE.check(name, Evidence.of([words])).outcome is Outcome.FLAGGED
    assert RULE.check(name, Evidence.of([by_index(9 * B)])).outcome is Outcome.CANNOT_TELL


@pytest.mark.parametrize(
    ("name", "claims", "facts", "kind", "open_claims"),
    [
        ("llama-7b", [SEVEN], {}, ReasonKind.NOT_MEASURED, None),
        ("llama-7b", [SEVEN], {"is_adapter": True, "parameters": 10**7}, ReasonKind.ADAPTER, None),
        ("llama-7b", [SEVEN], {"parameters": by_index(9 * B)}, ReasonKind.AMBIGUOUS_FILES, ("7b",)),
        (
            "x-17B-128E",
            [(Role.PARAMETERS, "17B", 17 * B), (Role.EXPERTS, "128E", 128)],
            {"parameters": 400 * B},
            ReasonKind.AMBIGUOUS_NAME,
            None,
        ),
        ("x-10k", [(Role.PARAMETERS, "10k", 10_000)], {"parameters": 7 * B}, ReasonKind.AMBIGUOUS_NAME, None),
        ("x-s65B", [(Role.PARAMETERS, "65B", 65 * B)], {"parameters": 7 * B}, ReasonKind.AMBIGUOUS_NAME, ("65B",)),
        (
            "x-s65B-10k",
            [(Role.PARAMETERS, "65B", 65 * B), (Role.PARAMETERS, "10k", 10_000)],
            {"parameters": 7 * B},
            ReasonKind.AMBIGUOUS_NAME,
            ("65B",),
        ),
    ],
)
def test_why_it_cannot_tell(
    stated: Callable[..., Claims],
    name: str,
    claims: list[Any],
    facts: dict[str, Any],
    kind: ReasonKind,
    open_claims: tuple[str, ...] | None,
) -> None:
    decision = RULE.check(stated(name, *claims), evidence(**facts))
    assert decision.outcome is Outcome.CANNOT_TELL
    assert decision.reason is not None
    assert decision.reason.kind is kind
    assert (decision.about and tuple(claim.element.text for claim in decision.about)) == open_claims


def test_a_name_without_a_size_is_not_its_business(stated: Callable[..., Claims]) -> None:
    decision = RULE.check(stated("llama"), evidence(parameters=7 * B))
    assert decision.outcome is Outcome.DOES_NOT_APPLY
    assert decision.reason is not None
    assert decision.reason.kind is ReasonKind.NO_CLAIM
