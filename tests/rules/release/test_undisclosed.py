"""A known release under a name of one's own: what discloses it, what makes it a warning, and what is quiet."""

from __future__ import annotations

from typing import Any

import pytest

from truename.evidence import Evidence
from truename.facts import FACTS, Fact, Origin
from truename.findings import Outcome, Severity
from truename.names import claims_of, parse_name
from truename.rules import Decision, all_rules

QWEN3_8B: dict[str, Any] = {
    "layers": 36, "hidden_size": 4096, "intermediate_size": 12_288, "heads": 32, "key_value_heads": 8,
    "vocabulary_size": 151_936, "rope_theta": 1_000_000.0, "context_length": 40_960,
}  # fmt: skip
STABLELM: dict[str, Any] = {
    "layers": 32, "hidden_size": 2560, "intermediate_size": 6912, "heads": 32, "key_value_heads": 32,
    "vocabulary_size": 50_304, "rope_theta": 10_000.0, "context_length": 4096,
}  # fmt: skip
MISTRAL: dict[str, Any] = {
    "layers": 32, "hidden_size": 4096, "intermediate_size": 14_336, "heads": 32, "key_value_heads": 8,
    "vocabulary_size": 32_000, "rope_theta": 10_000.0, "context_length": 32_768,
}  # fmt: skip


def judged(name: str, **facts: Any) -> Decision:
    rule = next(rule for rule in all_rules() if rule.code == "REL001")
    declared = [Fact(FACTS[key], value, Origin.DECLARED, "config.json") for key, value in facts.items()]
    return rule.check(claims_of(parse_name(name)), Evidence.of(declared))


def severity(decision: Decision) -> Severity | None:
    return decision.findings[0].severity if decision.findings else None


@pytest.mark.parametrize(
    "mention",
    [
        {"card_mentions": ("qwen",)},
        {"card_mentions": (), "tags": ("Qwen3",)},
        {"card_mentions": (), "base_models": ("Qwen/Qwen3-8B",)},
        {"card_mentions": (), "licence": "tongyi-qianwen"},
    ],
    ids=str,
)
def test_any_mention_is_enough(mention: dict[str, Any]) -> None:
    assert (
        judged("Ada", model_type="qwen3", own_work="our own model", **mention, **QWEN3_8B).outcome is Outcome.CONFIRMED
    )


@pytest.mark.parametrize(
    "evidence",
    [
        {"original_name": "Qwen/Qwen3-8B"},
        {"tokenizer_class": "Qwen2Tokenizer"},
        {"architectures": ("Qwen3ForCausalLM",)},
    ],
    ids=str,
)
def test_what_only_programs_read_discloses_nothing(evidence: dict[str, Any]) -> None:
    assert severity(judged("Ada", model_type="qwen3", card_mentions=(), **evidence, **QWEN3_8B)) is Severity.NOTE


def test_the_path_makes_the_release_certain() -> None:
    known = {"model_type": "stablelm", "card_mentions": ()}
    several = judged("Ada", **known, **STABLELM).findings[0].message
    one = judged("Ada", original_name="stabilityai/stablelm-zephyr-3b", **known, **STABLELM).findings[0].message
    assert "stablelm-3b-4e1t" in several
    assert "stablelm-zephyr-3b" in one
    assert "stablelm-3b-4e1t" not in one


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"model_type": "logics", "card_mentions": ()}, Severity.WARNING),
        ({"model_type": "logics", "architectures": ("LogicsForCausalLM",), "card_mentions": ()}, Severity.WARNING),
        ({"model_type": "logics", "architectures": ("Qwen3ForCausalLM",), "card_mentions": ()}, Severity.NOTE),
        ({"model_type": "logics", "card_mentions": (), "rope_theta": 5_000.0}, Severity.NOTE),  # not every value
        ({"model_type": "logics"}, Severity.NOTE),  # there is no card that could say it
        ({"model_type": "qwen3", "card_mentions": ()}, Severity.NOTE),
        ({"model_type": "qwen3", "card_mentions": (), "own_work": "trained from scratch"}, Severity.WARNING),
        ({"model_type": "qwen3", "card_mentions": ("mistral",), "own_work": "our own model"}, Severity.NOTE),
    ],
    ids=str,
)
def test_warning_or_note(facts: dict[str, Any], expected: Severity) -> None:
    assert severity(judged("Ada", **(QWEN3_8B | facts))) is expected


@pytest.mark.parametrize(
    "change", [{"vocabulary_size": 64_000}, {"layers": 35}, {"intermediate_size": 11_000}], ids=str
)
def test_a_common_shape_of_ones_own_is_quiet(change: dict[str, Any]) -> None:
    own = {"model_type": "llama", "card_mentions": (), "own_work": "trained from scratch"}
    assert judged("Ada", **own, **(MISTRAL | change)).outcome is Outcome.CANNOT_TELL


def test_no_family_is_named_on_one_value() -> None:
    """A StableLM has Mistral's depth and heads; only every value together names a release."""
    said = judged("Ada", model_type="brandy", card_mentions=(), **STABLELM).findings[0].message
    assert "stablelm" in said
    assert "mistral" not in said.lower()
    for key in ("layers", "hidden_size", "vocabulary_size"):
        alone = {name: value for name, value in MISTRAL.items() if name in (key, "context_length")}
        assert judged("Ada", model_type="brandy", card_mentions=(), tied_embeddings=True, **alone).findings == ()


def test_less_than_depth_width_and_vocabulary_names_nothing() -> None:
    core = {key: MISTRAL[key] for key in ("layers", "hidden_size", "vocabulary_size")}
    assert judged("Ada", model_type="llama", card_mentions=(), tied_embeddings=False, **core).findings == ()


@pytest.mark.parametrize(
    ("name", "facts", "expected"),
    [
        ("Ada", {"card_mentions": ()}, Outcome.FLAGGED),
        ("Ada", {"card_mentions": ("llama",)}, Outcome.CONFIRMED),
        ("Ada", {"card_mentions": (), "base_models": ("NousResearch/llama-2-7b",)}, Outcome.CONFIRMED),
        ("Ada", {"card_mentions": (), "licence": "llama2"}, Outcome.CONFIRMED),
        ("Ada-vicuna", {"card_mentions": ()}, Outcome.CONFIRMED),
        ("Ada", {}, Outcome.CANNOT_TELL),
    ],
    ids=str,
)
def test_the_base_of_an_adapter(name: str, facts: dict[str, Any], expected: Outcome) -> None:
    decision = judged(name, is_adapter=True, adapter_base="NousResearch/llama-2-7b-chat-hf", **facts)
    assert decision.outcome is expected
    assert severity(decision) in (None, Severity.NOTE)


@pytest.mark.parametrize(
    ("rows", "expected"), [(4, Outcome.FLAGGED), (-4, Outcome.CANNOT_TELL), (900, Outcome.CANNOT_TELL)]
)
def test_a_few_more_words_are_no_vocabulary_of_ones_own(rows: int, expected: Outcome) -> None:
    grown = MISTRAL | {"vocabulary_size": 32_000 + rows, "model_type": "mistral"}
    decision = judged("Ada", card_mentions=(), own_work="our own model", **grown)
    assert decision.outcome is expected
    assert severity(decision) in (None, Severity.NOTE)
    assert judged("Ada", card_mentions=("mistral",), **grown).outcome is not Outcome.FLAGGED
