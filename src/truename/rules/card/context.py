"""CRD003: the context length that the card gives."""

from __future__ import annotations

import re

from truename.declared.card_text import CONTEXT
from truename.evidence.evidence import Evidence
from truename.facts import (
    CONTEXT_LENGTH,
    EXTENDED_CONTEXT_LENGTH,
    IS_ADAPTER,
    MODEL_MAX_LENGTH,
    ROPE_SCALING,
    ROPE_THETA,
    Fact,
    Origin,
)
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.cards import STATEMENT_KEYS, numbers_said, says_nothing, statements

LEAST = 128  # tokens; smaller numbers of such a line are something else
UNLIMITED = 10**9  # tokenizers without a limit give 10^30
GENEROUS = 1.25
UNREACHED = 8.0  # times, beyond what the scalings that publishers document reach
_SCALED = re.compile(r"yarn|rope|scal|extrapol|extend|ntk|sliding|stream|unlimited|infinite", re.IGNORECASE)


def _line(value: str, label: str = "Context length") -> tuple[str, str, str]:
    return CONTEXT, label, value


class CardContext(Rule):
    """The card promises a context that the files' positions do not reach.

    Cards often give the context of a sibling, or one that takes a scaling which the configuration does not switch on:
    Qwen2.5's 128K over 32,768 positions. With rotary embeddings a serving program may be told to scale them, so a few
    times as much is noted only; it is a warning where the positions are a table, and far beyond it.

    A shorter context in the card is right: it is the one of training. A line that speaks of scaling or of a sliding
    window accuses nobody.
    """

    code, slug, since = "CRD003", "card-context", "0.2"
    topic = "a context length"
    about_files = True
    needs = STATEMENT_KEYS
    reads = frozenset({CONTEXT_LENGTH, EXTENDED_CONTEXT_LENGTH, MODEL_MAX_LENGTH, ROPE_SCALING, ROPE_THETA, IS_ADAPTER})
    flagged = (
        Case(
            "Aelan",
            expect=Severity.WARNING,
            card_statements=_line("8192 tokens"),
            context_length=Fact(CONTEXT_LENGTH, 512, Origin.WEIGHTS),
        ),
        Case("T5-story", expect=Severity.NOTE, card_statements=_line("8192 tokens"), context_length=512),
        Case(
            "Aelan",
            expect=Severity.WARNING,
            card_statements=_line("1M tokens"),
            context_length=32_768,
            rope_theta=1_000_000.0,
        ),
        Case(
            "Aelan", expect=Severity.NOTE, card_statements=_line("128K"), context_length=32_768, rope_theta=1_000_000.0
        ),
    )
    confirmed = (
        Case("Aelan", card_statements=_line("2048 tokens"), context_length=2048),
        Case("Aelan", card_statements=_line("32,768 natively and 131,072 with YaRN"), context_length=40_960),
        Case("Aelan", card_statements=_line("128k"), context_length=8192, extended_context_length=131_072),
        Case("Aelan", card_statements=_line("512", "Max sequence length"), context_length=8192),
    )
    undecided = (
        Case("Aelan", card_statements=_line("8192")),
        Case("Aelan", card_statements=_line("131,072 with YaRN"), context_length=32_768, rope_theta=1_000_000.0),
        Case("Aelan", card_statements=_line("128k"), context_length=4096, rope_scaling="longrope"),
    )
    not_applicable = (
        Case("Aelan", context_length=2048),
        Case("Aelan", card_statements=_line("long"), context_length=2048),
        Case("Aelan-lora", is_adapter=True, card_statements=_line("8192"), context_length=2048),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        said = [
            (line, min(numbers))
            for line in statements(claims, evidence, CONTEXT)
            if (numbers := [n for n in numbers_said(line.value) if LEAST <= n < UNLIMITED])
        ]
        if not said:
            return says_nothing(evidence, "a context length")
        if evidence.value(IS_ADAPTER):
            text = "the files hold an adapter, and its base model decides the context"
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
        limits = [fact for key in (CONTEXT_LENGTH, EXTENDED_CONTEXT_LENGTH) for fact in evidence.all(key)]
        lengths = [f for f in (*limits, *evidence.all(MODEL_MAX_LENGTH)) if 0 < f.value < UNLIMITED]
        if not limits:
            return cannot_tell(evidence.why_missing(CONTEXT_LENGTH))
        longest: Fact[int] = max(lengths, key=lambda fact: fact.value)
        line, least = min(said, key=lambda pair: pair[1])
        if least <= longest.value * GENEROUS:
            return self.passed(longest)
        scaling = evidence.value(ROPE_SCALING)
        unknown = scaling not in (None, "default", "none") and evidence.get(EXTENDED_CONTEXT_LENGTH) is None
        if unknown or any(_SCALED.search(one.value) for one, _ in said):
            text = "the card or the configuration speaks of a scaling whose reach is not known"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        severe = is_table(longest, evidence) or (
            evidence.get(ROPE_THETA) is not None and least >= longest.value * UNREACHED
        )
        where = longest.file or "the configuration"
        message = f"the card says '{line.quoted}'; {where} gives {longest.value:,.0f} positions"
        return self.flag([self.finding(Severity.WARNING if severe else Severity.NOTE, message, fact=line.fact)])


def is_table(length: Fact[int], evidence: Evidence) -> bool:
    """Whether positions were counted in the weights: nothing reaches beyond a table."""
    return length.origin is not Origin.DECLARED and evidence.get(ROPE_THETA) is None
