"""GGF002: files that agree, that nobody read, that their own metadata misdescribes; and what bears a claim out."""

from __future__ import annotations

from typing import Any

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import FORMATS, GGUF_FILE_TYPE, GGUF_TENSOR_SHARES, GGUF_TENSOR_TYPES, Fact, Origin
from truename.findings import Outcome, ReasonKind, Severity
from truename.names import claims_of, parse_name
from truename.rules.gguf.encoding import GgufEncoding
from truename.rules.rule import Decision

RULE = GgufEncoding()


def file(path: str, declared: str | None, *types: str) -> list[Fact[Any]]:
    """One file, whose first type has most of the bytes."""
    shares = (0.7, *(0.3 / max(1, len(types) - 1) for _ in types[1:]))
    facts: list[Fact[Any]] = [
        Fact(GGUF_TENSOR_TYPES, types, Origin.WEIGHTS, path),
        Fact(GGUF_TENSOR_SHARES, shares, Origin.WEIGHTS, path),
    ]
    return facts if declared is None else [*facts, Fact(GGUF_FILE_TYPE, declared, Origin.DECLARED, path)]


def decide(name: str, *facts: Fact[Any]) -> Decision:
    return RULE.check(claims_of(parse_name(name)), Evidence.of(facts))


def confirmed(decision: Decision) -> list[tuple[str | None, Any]]:
    return [(one.claim and one.claim.text, one.evidence and one.evidence.file) for one in decision.confirmations]


def test_a_claim_of_the_models_name_is_borne_out_by_the_tensors() -> None:
    decision = decide("Llama-3-8B-Q4_K_M-GGUF", *file("llama-q4_k_m.gguf", "Q4_K_M", "Q4_K", "Q6_K"))
    assert decision.outcome is Outcome.CONFIRMED
    (one,) = decision.confirmations
    assert is_measured(one)
    assert one.claim is not None
    assert one.evidence is not None
    assert (one.claim.text, one.evidence.value) == ("Q4_K_M", ("Q4_K", "Q6_K"))


def test_many_files_are_one_confirmation() -> None:
    files = [f for n in range(40) for f in file(f"m{n}-Q4_K_M.gguf", "Q4_K_M", "Q4_K", "Q6_K")]
    assert confirmed(decide("Llama-3-8B-GGUF", *files)) == [(None, "m0-Q4_K_M.gguf")]


def test_a_declaration_alone_does_not_bear_an_encoding_out() -> None:
    decision = decide("Llama-3-8B-Q4_K_M-GGUF", *file("llama-q4_k_m.gguf", "Q4_K_M", "Q8_0", "F32"))
    assert decision.reason is not None
    assert (decision.outcome, decision.reason.kind) == (Outcome.CANNOT_TELL, ReasonKind.AMBIGUOUS_FILES)
    assert [claim.element.text for claim in decision.about or ()] == ["Q4_K_M"]


def test_name_and_tensors_agree_against_the_metadata() -> None:
    decision = decide("Llama-3-8B-Q8_0-GGUF", *file("llama-Q8_0.gguf", "F16", "Q8_0", "F32"))
    assert [finding.severity for finding in decision.findings] == [Severity.NOTE]
    assert confirmed(decision) == [("Q8_0", "llama-Q8_0.gguf")]


def test_one_file_that_bears_the_models_name_out_is_enough() -> None:
    files = [*file("a.gguf", "F16", "F16"), *file("b.gguf", "Q8_0", "Q8_0", "F32")]
    assert confirmed(decide("Llama-3-8B-Q8_0-GGUF", *files)) == [("Q8_0", "b.gguf")]


def test_all_files_against_the_models_name() -> None:
    files = [*file("a.gguf", "F16", "F16"), *file("b.gguf", "Q4_K_M", "Q4_K", "Q6_K")]
    decision = decide("Llama-3-8B-Q8_0-GGUF", *files)
    assert (decision.outcome, confirmed(decision)) == (Outcome.FLAGGED, [])


@pytest.mark.parametrize(
    ("name", "facts", "outcome", "kind", "about"),
    [
        ("m-Q4_K_M-GGUF", [], Outcome.DOES_NOT_APPLY, ReasonKind.NO_SUCH_FILE, None),
        (
            "m-Q4_K_M-GGUF",
            [Fact(FORMATS, ("gguf",), Origin.FILES)],
            Outcome.CANNOT_TELL,
            ReasonKind.UNREAD_WEIGHTS,
            ["Q4_K_M"],
        ),
        ("m-GGUF", file("model.gguf", "Q8_0", "Q8_0"), Outcome.DOES_NOT_APPLY, ReasonKind.NO_CLAIM, None),
        ("m-GGUF", file("m-Q8_0-Q4_K_M.gguf", "Q8_0", "Q8_0"), Outcome.CANNOT_TELL, ReasonKind.AMBIGUOUS_NAME, []),
    ],
)
def test_what_it_does_not_decide(
    name: str, facts: list[Fact[Any]], outcome: Outcome, kind: ReasonKind, about: list[str] | None
) -> None:
    decision = decide(name, *facts)
    assert decision.reason is not None
    assert (decision.outcome, decision.reason.kind) == (outcome, kind)
    assert (None if decision.about is None else [claim.element.text for claim in decision.about]) == about
