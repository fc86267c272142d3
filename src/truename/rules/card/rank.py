"""CRD004: the rank of an adapter that the card gives."""

from __future__ import annotations

import re

from truename.declared.card_text import RANK
from truename.evidence.evidence import Evidence
from truename.facts import ADAPTER_OTHER_RANKS, ADAPTER_RANK, ADAPTER_RANKS, IS_ADAPTER, Fact, Origin
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.cards import STATEMENT_KEYS, Statement, numbers_said, says_nothing, statements

_IN_A_LIST = re.compile(r"(?<![\w.])(?:r|rank)\s?[=: ]\s?(\d{1,4})(?![\w.])", re.IGNORECASE)
_RANK = re.compile(r"rank|\br\b", re.IGNORECASE)


def _line(value: str, label: str = "LoRA rank") -> tuple[str, str, str]:
    return RANK, label, value


class CardRank(Rule):
    """The card gives another rank than the adapter has.

    A card that was written for another run tells nothing of this one: it said rank 16 over an adapter of rank 8. The
    matrices decide, and against them it is a warning; against the configuration alone it is noted.
    """

    code, slug, since = "CRD004", "card-rank", "0.2"
    topic = "the rank of an adapter"
    about_files = True
    needs = STATEMENT_KEYS
    reads = frozenset({ADAPTER_RANK, ADAPTER_RANKS, ADAPTER_OTHER_RANKS, IS_ADAPTER})
    flagged = (
        Case("Aelan-lora", expect=Severity.WARNING, card_statements=_line("16"), is_adapter=True, adapter_ranks=(8,)),
        Case("OpenMath", expect=Severity.NOTE, card_statements=_line("16"), is_adapter=True, adapter_rank=8),
        Case(
            "Aelan",
            expect=Severity.NOTE,
            card_statements=_line("r=64, alpha=16", "LoRA"),
            is_adapter=True,
            adapter_rank=8,
        ),
    )
    confirmed = (
        Case("Aelan-lora", card_statements=_line("16"), is_adapter=True, adapter_ranks=(16,)),
        Case("Aelan-lora", card_statements=_line("rank 16, alpha 32", "LoRA"), is_adapter=True, adapter_rank=16),
        Case(
            "Aelan-lora",
            card_statements=_line("8"),
            is_adapter=True,
            adapter_rank=16,
            adapter_other_ranks=(8,),
        ),
    )
    undecided = (Case("Aelan-lora", card_statements=_line("16"), is_adapter=True),)
    not_applicable = (
        Case("Aelan-lora", is_adapter=True, adapter_ranks=(8,)),
        Case("Aelan", card_statements=_line("16"), is_adapter=False),
        Case("Aelan", card_statements=_line("alpha=16", "LoRA"), is_adapter=True, adapter_rank=8),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        said = [(line, rank) for line in statements(claims, evidence, RANK) for rank in ranks_said(line)]
        if not said:
            return says_nothing(evidence, "a rank")
        if not evidence.value(IS_ADAPTER):
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, "the files hold no adapter")
        measured = evidence.get(ADAPTER_RANKS)
        fact: Fact[object] | None = measured or evidence.get(ADAPTER_RANK)
        if fact is None:
            return cannot_tell(evidence.why_missing(ADAPTER_RANKS))
        known = measured.value if measured is not None else (fact.value, *(evidence.value(ADAPTER_OTHER_RANKS) or ()))
        if any(rank in known for _, rank in said):
            return self.passed(fact)
        if len({rank for _, rank in said}) > 1:
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, "the card gives several ranks")
        line, _ = said[0]
        ranks = " and ".join(map(str, known[:3]))
        declared = fact.origin is Origin.DECLARED
        who = f"{fact.file or 'the configuration'} declares rank" if declared else "the matrices have rank"
        severity = Severity.NOTE if declared else Severity.WARNING
        return self.flag([self.finding(severity, f"the card says '{line.quoted}'; {who} {ranks}", fact=line.fact)])


def ranks_said(line: Statement) -> tuple[int, ...]:
    """The ranks that a line gives: the number behind ``r`` in a list, or the one number of a line on the rank alone."""
    listed = tuple(int(found) for found in _IN_A_LIST.findall(line.value))
    if listed or not _RANK.search(line.label):
        return listed
    return numbers_said(line.value)[:1]
