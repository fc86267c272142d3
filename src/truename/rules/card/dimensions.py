"""CRD002: layers, widths, heads, experts and vocabulary that the card gives."""

from __future__ import annotations

from typing import Any

from truename.declared.card_text import EXPERTS as EXPERT_COUNT
from truename.declared.card_text import HEADS as HEAD_COUNT
from truename.declared.card_text import HIDDEN, INTERMEDIATE, VOCABULARY
from truename.declared.card_text import LAYERS as DEPTH
from truename.evidence.evidence import Evidence
from truename.facts import (
    DECODER_LAYERS,
    DIFFUSERS_CLASS,
    ENCODER_LAYERS,
    EXPERTS,
    HEADS,
    HIDDEN_SIZE,
    INTERMEDIATE_SIZE,
    IS_ADAPTER,
    KEY_VALUE_HEADS,
    LAYERS,
    MODEL_TYPE,
    VOCABULARY_SIZE,
    Fact,
    Key,
    Origin,
)
from truename.findings import Finding, ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.cards import STATEMENT_KEYS, Statement, numbers_said, says_nothing, statements
from truename.rules.shared.families import DRAFT, is_composite, is_draft
from truename.rules.shared.measures import found_in, strongest_of

# What a line is about -> the facts that its number may be, the usual one first, and how a sentence calls it.
_FACTS: dict[str, tuple[tuple[Key[int], ...], str]] = {
    DEPTH: ((LAYERS, ENCODER_LAYERS, DECODER_LAYERS), "layers"),
    HIDDEN: ((HIDDEN_SIZE, INTERMEDIATE_SIZE), "a width of"),
    INTERMEDIATE: ((INTERMEDIATE_SIZE, HIDDEN_SIZE), "an inner width of"),
    HEAD_COUNT: ((HEADS, KEY_VALUE_HEADS), "heads"),
    VOCABULARY: ((VOCABULARY_SIZE,), "rows of the embedding"),
    EXPERT_COUNT: ((EXPERTS,), "experts"),
}
_SEVERITY = {DEPTH: Severity.WARNING, HIDDEN: Severity.WARNING, EXPERT_COUNT: Severity.WARNING}
_PADDED = 1.25  # times: special tokens, padding to a multiple of 128, rows of a base model
_FEW = 2  # layers that predict several tokens, and what some count besides


def _line(kind: str, label: str, value: str) -> tuple[str, str, str]:
    return kind, label, value


class CardDimensions(Rule):
    """The card gives other layers, widths or heads than the files have.

    A card that was copied from a sibling tells another model: one said 30 layers over a configuration of 24. Depth,
    width and experts decide what fits into memory; heads, inner widths and vocabularies are noted only.

    Cards count embeddings and heads among layers or leave them out, tokens without padding, and call the inner width
    hidden: what may be meant so is not a fault. Lines on data, training, results or other models are not read.
    """

    code, slug, since = "CRD002", "card-dimensions", "0.2"
    topic = "dimensions"
    about_files = True
    needs = STATEMENT_KEYS
    reads = frozenset(key for keys, _ in _FACTS.values() for key in keys) | {IS_ADAPTER, DIFFUSERS_CLASS, MODEL_TYPE}
    flagged = (
        Case("Aelan", expect=Severity.WARNING, card_statements=_line(DEPTH, "Parameters", "30 layers"), layers=24),
        Case("Aelan", expect=Severity.WARNING, card_statements=_line(HIDDEN, "Hidden size", "4,096"), hidden_size=2048),
        Case("Aelan", expect=Severity.NOTE, card_statements=_line(HEAD_COUNT, "Heads", "32"), heads=16),
        Case(
            "Aelan",
            expect=Severity.NOTE,
            card_statements=_line(VOCABULARY, "Vocabulary", "32,000"),
            vocabulary_size=128_256,
        ),
    )
    confirmed = (
        Case("Aelan", card_statements=_line(DEPTH, "Number of layers", "24"), layers=24),
        Case("Aelan", card_statements=_line(DEPTH, "Layers", "12"), encoder_layers=6, decoder_layers=6, layers=6),
        Case(
            "Pangu",
            card_statements=_line(HIDDEN, "Hidden dimension", "12800"),
            hidden_size=4096,
            intermediate_size=12_800,
        ),
        Case("Pangu", card_statements=_line(HEAD_COUNT, "Heads", "32 for Q, 8 for KV"), heads=32, key_value_heads=8),
        Case("Aelan", card_statements=_line(VOCABULARY, "Vocabulary size", "153k"), vocabulary_size=153_376),
    )
    undecided = (
        Case("Aelan", card_statements=_line(DEPTH, "Layers", "24")),
        Case("Aelan", card_statements=[_line(DEPTH, "Layers", "24"), _line(DEPTH, "Layers", "32")], layers=12),
        Case("Aelan", card_statements=_line(DEPTH, "Layers", "25"), layers=24),
        Case("gpt-j", card_statements=_line(INTERMEDIATE, "d_ff", "16384"), hidden_size=4096),
        Case("Aelan", card_statements=_line(DEPTH, "Layers", "24"), layers=28, model_type="llava"),
    )
    not_applicable = (
        Case("Aelan", layers=24),
        Case("Aelan", card_statements=_line(DEPTH, "Transformer blocks", "standard"), layers=24),
        Case("Aelan-lora", card_statements=_line(DEPTH, "Layers", "24"), is_adapter=True, layers=12),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        said = [line for line in statements(claims, evidence, *_FACTS) if numbers_said(line.value)]
        if not said:
            return says_nothing(evidence, "dimensions")
        if evidence.value(IS_ADAPTER) or evidence.get(DIFFUSERS_CLASS) is not None:
            text = "an adapter or a pipeline has the dimensions of other models"
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
        if is_draft(claims):
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, DRAFT)
        findings, right, missing = [], [], None
        for kind in _FACTS:
            lines = [line for line in said if line.kind == kind]
            if not lines:
                continue
            facts = strongest_of(evidence, *_FACTS[kind][0])
            if not facts:
                missing = missing or evidence.why_missing(_FACTS[kind][0][0])
                continue
            told = [fact for key in _FACTS[kind][0] for fact in evidence.all(key)]  # ALBERT stores twelve layers once
            if (fact := _borne_out(kind, lines, tuple(told))) is not None:
                right.append(fact)
            elif facts[0].key == _FACTS[kind][0][0] and not _is_open(kind, lines, facts, evidence):
                findings.append(self._found(kind, lines[0], facts[0]))
        if findings:
            return self.flag(findings)
        if right:
            return self.passed(right[0])
        if missing is not None:
            return cannot_tell(missing)
        return cannot_tell(ReasonKind.AMBIGUOUS_FILES, "what the card counts may be something else")

    def _found(self, kind: str, line: Statement, fact: Fact[Any]) -> Finding:
        severity = _SEVERITY.get(kind, Severity.NOTE)
        what = _FACTS[kind][1]
        found = f"{what} {fact.value:,}" if what.endswith("of") else f"{fact.value:,} {what}"
        return self.finding(severity, f"the card says '{line.quoted}'; {found_in(fact)} {found}", fact=line.fact)


def _borne_out(kind: str, lines: list[Statement], facts: tuple[Fact[Any], ...]) -> Fact[Any] | None:
    """The fact that is one of the numbers of one of the lines, or all layers together; of vocabularies about it."""
    numbers = {number for line in lines for number in numbers_said(line.value)}
    for fact in facts:
        if fact.value in numbers:
            return fact
        if kind == VOCABULARY and any(
            number <= fact.value * _PADDED and fact.value <= number * _PADDED for number in numbers
        ):
            return fact
    if kind == DEPTH:
        both = [fact.value for fact in facts if fact.key in (ENCODER_LAYERS, DECODER_LAYERS)]
        if len(both) > 1 and sum(both) in numbers:
            return facts[0]
    return None


def _is_open(kind: str, lines: list[Statement], facts: tuple[Fact[Any], ...], evidence: Evidence) -> bool:
    """Whether the card may mean something else: another count of layers, another tower, another of its models."""
    numbers = {number for line in lines for number in numbers_said(line.value)}
    if len({numbers_said(line.value) for line in lines}) > 1:
        return True
    if any(is_composite(str(fact.value)) for fact in evidence.all(MODEL_TYPE)) or len(evidence.all(MODEL_TYPE)) > 1:
        return True
    if kind == DEPTH and any(abs(number - fact.value) <= _FEW for number in numbers for fact in facts):
        return True
    return (
        all(fact.origin is Origin.DECLARED for fact in facts)
        and len({fact.value for fact in facts if fact.key == facts[0].key}) > 1
    )
