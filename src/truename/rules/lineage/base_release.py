"""BAS003: a declared base model that cannot be the one."""

from __future__ import annotations

from typing import Any

from truename.declared.card_text import BASE
from truename.evidence.evidence import Evidence
from truename.evidence.known_releases import FIELDS, release_values
from truename.facts import BASE_MODEL_RELATION, BASE_MODELS, IS_ADAPTER, MODEL_PART, Fact
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.cards import STATEMENT_KEYS, statements
from truename.rules.shared.families import DRAFT, is_draft
from truename.rules.shared.other_structures import other_structure
from truename.rules.shared.product_lines import claims_of_base
from truename.rules.shared.releases import FIT_KEYS, named
from truename.rules.shared.resized import is_resized

_MADE_OF_OTHERS = frozenset({"merge"})

_QWEN_1_5: dict[str, Any] = {
    "layers": 28, "hidden_size": 1536, "intermediate_size": 8960, "heads": 12, "key_value_heads": 2,
    "vocabulary_size": 151_936, "rope_theta": 1_000_000.0, "context_length": 32_768, "model_type": "qwen2",
}  # fmt: skip


class BaseRelease(Rule):
    """The declared base model is a known release, and the files have the structure of another.

    A fine-tune keeps the depth and the widths of its base. A card that declares ``Qwen/Qwen2.5-7B`` over the exact
    structure of the release of 1.5 B tells the wrong parent, and with it often the wrong licence and the wrong size.

    The base must be one known release whose values are known, and the files' values exactly those of others.
    Merges, pruned and distilled models have other structures than their bases and are not judged, nor are adapters,
    whose matrices are.
    """

    code, slug, since = "BAS003", "base-release", "0.2"
    topic = "a base model"
    about_files = True
    needs_files = True  # what fits is looked up in the files' own evidence
    needs = frozenset({BASE_MODELS}) | STATEMENT_KEYS
    reads = FIT_KEYS | {BASE_MODEL_RELATION, IS_ADAPTER, MODEL_PART}
    flagged = (
        Case(
            "Aelan",
            expect=Severity.WARNING,
            card_statements=(BASE, "Base model", "Qwen2.5-7B-Instruct"),
            **_QWEN_1_5,
        ),
        Case("Aelan", expect=Severity.WARNING, base_models=("Qwen/Qwen2.5-7B-Instruct",), **_QWEN_1_5),
        Case("Aelan", expect=Severity.WARNING, base_models=("mistralai/Mistral-7B-v0.1",), **_QWEN_1_5),
    )
    confirmed = (Case("Aelan", base_models=("Qwen/Qwen2.5-1.5B-Instruct",), **_QWEN_1_5),)
    undecided = (
        Case("Aelan", base_models=("deepseek-ai/DeepSeek-R1",), **_QWEN_1_5),
        Case("Aelan", base_models=("somebody/story-teller",), **_QWEN_1_5),
        Case("Aelan", base_models=("Qwen/Qwen2.5-7B-Instruct",), **_QWEN_1_5 | {"layers": 20}),
        Case("Aelan-pruned", base_models=("Qwen/Qwen2.5-7B-Instruct",), **_QWEN_1_5),
        Case("Aelan", base_models=("Qwen/Qwen2.5-7B-Instruct",)),
    )
    not_applicable = (
        Case("Aelan", **_QWEN_1_5),
        Case("Aelan", base_models=("Qwen/Qwen2.5-7B", "Qwen/Qwen2.5-3B"), **_QWEN_1_5),
        Case("Aelan", base_models=("Qwen/Qwen2.5-7B",), base_model_relation="merge", **_QWEN_1_5),
        Case("Aelan-lora", base_models=("Qwen/Qwen2.5-7B",), is_adapter=True),
        Case("Aelan-draft", base_models=("Qwen/Qwen2.5-7B",), **_QWEN_1_5),
        Case("Aelan", base_models=("Qwen/Qwen2.5-7B",), model_part="draft", **_QWEN_1_5),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        fact, base = one_base(claims, evidence)
        if fact is None:
            return does_not_apply(ReasonKind.NO_SUCH_FILE, "not one base model is declared")
        if evidence.value(IS_ADAPTER):
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, "an adapter's matrices are judged by another rule")
        if str(evidence.value(BASE_MODEL_RELATION, "")).lower() in _MADE_OF_OTHERS:
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, "a merge may have another structure than its base")
        if is_draft(claims) or evidence.get(MODEL_PART) is not None:
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, DRAFT)
        meant = named(claims_of_base(base))
        values = release_values(evidence)
        if meant is None or not meant.whole:
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, "the base model is not one known release")
        if "hidden_size" not in values or "layers" not in values:
            return cannot_tell(evidence.why_missing(FIELDS["hidden_size"]))
        other = other_structure(meant, evidence)
        if other is None:
            return self.passed(evidence.get(FIELDS["hidden_size"]))
        if not other.fits or is_resized(claims.parsed.model):
            text = "the structure is not the base model's, and of no other release, or made from it"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        message = f"the card declares the base model {base}, {other.told}"
        return self.flag([self.finding(Severity.WARNING, message, fact=fact)])


def one_base(claims: Claims, evidence: Evidence) -> tuple[Fact[Any] | None, str]:
    """The one base model of the front matter, else of the lines of the card, and the fact that names it."""
    fact = evidence.get(BASE_MODELS)
    if fact is not None:
        return (fact, str(fact.value[0])) if len(fact.value) == 1 else (None, "")
    lines = statements(claims, evidence, BASE)
    return (lines[0].fact, lines[0].value) if len({line.value for line in lines}) == 1 else (None, "")
