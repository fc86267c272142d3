"""From the decisions of all rules to the outcome of each claim, and to the verdict on the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Self

import msgspec

from truename.evidence.evidence import Evidence
from truename.facts import (
    ADAPTER_PAIRS,
    ADAPTER_RANKS,
    FORMATS,
    GGUF_TENSOR_TYPES,
    PARAMETERS,
    STORED_PARAMETERS,
    TOTAL_BYTES,
    Key,
    Origin,
)
from truename.findings import (
    ClaimSpan,
    EvidenceRef,
    Finding,
    Grounds,
    JudgedClaim,
    Outcome,
    Reason,
    ReasonKind,
    Severity,
    Verdict,
    VerdictKind,
)
from truename.names.claims import Claim, Claims
from truename.rules.rule import Decision, Rule, span_of

# Facts of which every set of weights that was read whole has one.
_OF_READ_WEIGHTS: tuple[Key[Any], ...] = (
    PARAMETERS,
    STORED_PARAMETERS,
    TOTAL_BYTES,
    GGUF_TENSOR_TYPES,
    ADAPTER_PAIRS,
    ADAPTER_RANKS,
)
_FLAGGED, _OPEN, _CONFIRMED = range(3)
_RANK = {Outcome.FLAGGED: _FLAGGED, Outcome.CANNOT_TELL: _OPEN, Outcome.CONFIRMED: _CONFIRMED}
_NO_WEIGHTS = Reason(ReasonKind.NO_WEIGHTS, "there is no weights file")

Decisions = Sequence[tuple[Rule, Decision]]


class _Vote(msgspec.Struct, frozen=True):
    """What one rule says of one claim."""

    code: str
    outcome: Outcome
    evidence: EvidenceRef | None = None
    reason: Reason | None = None
    severity: Severity | None = None  # of a finding

    @property
    def strength(self) -> tuple[int, int]:
        """The smallest decides: flagged, then cannot tell, then confirmed by measurement, then by declaration."""
        if self.severity is not None:
            return _RANK[self.outcome], self.severity.rank
        declared = self.outcome is Outcome.CONFIRMED and basis_of(self.evidence) is Grounds.DECLARED
        return _RANK[self.outcome], int(declared)


def judged_claims(claims: Claims, decisions: Decisions, *, by_documents: bool = False) -> tuple[JudgedClaim, ...]:
    """Each claim that a rule judged, once, in the order of the name.

    Flagged outweighs cannot tell, which outweighs confirmed; a measured confirmation outweighs a declared one.

    Args:
        claims: of the name.
        decisions: of every rule.
        by_documents: there are no weights at all: what an index says of their tensors is a declaration too.
    """
    votes: dict[ClaimSpan, list[_Vote]] = {}
    for rule, decision in decisions:
        for finding in decision.findings:
            if finding.claim is not None:
                vote = _Vote(rule.code, Outcome.FLAGGED, finding.evidence, severity=finding.severity)
                votes.setdefault(finding.claim, []).append(vote)
        for one in decision.confirmations:
            if one.claim is not None:
                votes.setdefault(one.claim, []).append(_Vote(rule.code, Outcome.CONFIRMED, one.evidence))
        if decision.outcome is Outcome.CANNOT_TELL:
            vote = _Vote(rule.code, Outcome.CANNOT_TELL, reason=decision.reason)
            for claim in claims.of(*rule.claims) if decision.about is None else decision.about:
                if (span := span_of(claim)) is not None:
                    votes.setdefault(span, []).append(vote)
    if not votes:
        return ()
    by_span = {span_of(claim): claim for claim in claims.items}
    judged = [_judged(span, by_span[span], votes[span], by_documents) for span in votes if span in by_span]
    return tuple(sorted(judged, key=lambda claim: claim.start))


def _judged(span: ClaimSpan, claim: Claim, votes: Sequence[_Vote], by_documents: bool) -> JudgedClaim:
    strongest = votes[0] if len(votes) == 1 else min(votes, key=lambda vote: vote.strength)
    confirmed = strongest.outcome is Outcome.CONFIRMED
    return JudgedClaim(
        kind=span.kind,
        role=str(claim.role),
        text=span.text,
        value=claim.value,
        start=span.start,
        end=span.end,
        outcome=strongest.outcome,
        severity=strongest.severity,
        basis=(Grounds.DECLARED if by_documents else basis_of(strongest.evidence)) if confirmed else None,
        codes=tuple(dict.fromkeys([vote.code for vote in votes if vote.outcome is strongest.outcome])),
        evidence=strongest.evidence,
        reason=strongest.reason,
    )


def basis_of(evidence: EvidenceRef | None) -> Grounds:
    """Whether a claim was measured or is only declared."""
    return Grounds.DECLARED if evidence is None or evidence.origin == Origin.DECLARED else Grounds.MEASURED


def has_no_weights(evidence: Evidence) -> bool:
    """Whether there are no weights at all, so that only documents can speak."""
    return evidence.get(FORMATS) is None


def were_weights_read(evidence: Evidence) -> bool:
    """Whether the header of whole weights was read: their tensors with their shapes."""
    return any(evidence.get(key, Origin.WEIGHTS) is not None for key in _OF_READ_WEIGHTS)


def softened(rule: Rule, decision: Decision) -> Decision:
    """A decision on a model without weights: against the name at most a warning, since only documents speak."""
    if rule.of_policy or not any(_is_softened(finding) for finding in decision.findings):
        return decision
    replace = msgspec.structs.replace
    return replace(
        decision,
        findings=tuple(
            replace(finding, severity=Severity.WARNING) if _is_softened(finding) else finding
            for finding in decision.findings
        ),
    )


def regraded(rule: Rule, decision: Decision, severities: Mapping[str, Severity]) -> Decision:
    """A decision with the severity that the settings give the rule: by its code, or by the longest prefix of it."""
    prefix = max((one for one in severities if rule.code.startswith(one)), key=len, default=None)
    if prefix is None or not decision.findings:
        return decision
    replace = msgspec.structs.replace
    return replace(
        decision, findings=tuple(replace(finding, severity=severities[prefix]) for finding in decision.findings)
    )


def _is_softened(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR and not finding.about_files


class Tally(msgspec.Struct, frozen=True):
    """How many claims of a name were judged, and how they ended."""

    judged: int
    confirmed: int
    declared_only: int  # of the confirmed
    flagged: bool  # whether one is

    @classmethod
    def of(cls, judged: Sequence[JudgedClaim]) -> Self:
        """Of the claims themselves."""
        confirmed = [claim for claim in judged if claim.outcome is Outcome.CONFIRMED]
        declared = sum(claim.basis is Grounds.DECLARED for claim in confirmed)
        return cls(len(judged), len(confirmed), declared, any(claim.outcome is Outcome.FLAGGED for claim in judged))


_NOTHING = Tally(0, 0, 0, False)


def tally_by_documents(claims: Claims, decisions: Decisions) -> Tally:
    """``Tally.of(judged_claims(..., by_documents=True))`` without the claims: a study asks for millions of names."""
    ranks: dict[ClaimSpan, int] = {}
    for rule, decision in decisions:
        for finding in decision.findings:
            if finding.claim is not None:
                ranks[finding.claim] = _FLAGGED
        for one in decision.confirmations:
            if one.claim is not None:
                ranks.setdefault(one.claim, _CONFIRMED)
        if decision.outcome is Outcome.CANNOT_TELL:
            for claim in claims.of(*rule.claims) if decision.about is None else decision.about:
                if (span := span_of(claim)) is not None and ranks.get(span) != _FLAGGED:
                    ranks[span] = _OPEN
    if not ranks:
        return _NOTHING
    spans = {span_of(claim) for claim in claims.items}
    ended = [rank for span, rank in ranks.items() if span in spans]
    confirmed = ended.count(_CONFIRMED)
    return Tally(len(ended), confirmed, confirmed, _FLAGGED in ended)


def verdict_of(tally: Tally, findings: Iterable[Finding], decisions: Decisions, evidence: Evidence) -> Verdict:
    """The verdict on a model, from the outcomes of its claims, the findings, and whether its weights were read."""
    of_policy = {rule.code for rule, _ in decisions if rule.of_policy}
    serious = [one for one in findings if one.severity is not Severity.NOTE and one.code not in of_policy]
    reason: Reason | None = None
    if any(not finding.about_files for finding in serious):
        kind = VerdictKind.CONTRADICTED
    elif serious:
        kind = VerdictKind.DEFECTIVE
    elif (reason := _why_unverified(tally, evidence)) is not None:
        kind = VerdictKind.NOT_VERIFIED
    else:
        kind = VerdictKind.CONSISTENT
    without_weights = has_no_weights(evidence)
    return Verdict(kind, tally.judged, tally.confirmed, tally.declared_only, without_weights, reason)


@lru_cache(1 << 10)  # a study asks for model after model
def _unread_weights(why: str) -> Reason:
    return Reason(ReasonKind.UNREAD_WEIGHTS, f"no weights could be read: {why}")


def _why_unverified(tally: Tally, evidence: Evidence) -> Reason | None:
    if has_no_weights(evidence):
        return _NO_WEIGHTS
    if not were_weights_read(evidence):
        why = evidence.why_missing(STORED_PARAMETERS)
        return why if why.kind is ReasonKind.NOT_DOWNLOADED else _unread_weights(why.text)
    if not tally.judged:
        return Reason(ReasonKind.NO_CLAIM, "the name claims nothing that can be checked")
    if not tally.confirmed and not tally.flagged:
        return Reason(ReasonKind.AMBIGUOUS_FILES, "the files settle none of the name's claims")
    return None
