"""The verdict on a model in words, the same in every format for people."""

from __future__ import annotations

from collections.abc import Sequence

from truename.findings import ModelReport, Outcome, Severity, Verdict, VerdictKind

WORDS = {
    VerdictKind.CONTRADICTED: "contradicted",
    VerdictKind.DEFECTIVE: "defective",
    VerdictKind.NOT_VERIFIED: "not verified",
    VerdictKind.CONSISTENT: "consistent",
}


def verdict_words(model: ModelReport) -> str:
    """The verdict as a clause: ``consistent (2 of 3 claims confirmed, 1 of them only by declaration)``."""
    verdict = model.verdict
    word = WORDS[verdict.outcome]
    if verdict.outcome is VerdictKind.CONTRADICTED and verdict.by_documents:
        word += " by its documents"
    return f"{word} ({'; '.join(_details(model))})"


def _details(model: ModelReport) -> Sequence[str]:
    verdict = model.verdict
    details: list[str] = []
    if verdict.outcome is VerdictKind.CONTRADICTED:
        details.append(_contradicted(model))
    elif verdict.outcome is VerdictKind.DEFECTIVE:
        faults = sum(1 + f.more for f in model.findings if f.severity is not Severity.NOTE)
        details.append(f"{counted(faults, 'fault')} in its files")
    elif verdict.reason is not None:
        details.append(verdict.reason.text)
    if verdict.confirmed or verdict.outcome is VerdictKind.CONSISTENT:
        of_all = "" if verdict.outcome is VerdictKind.CONTRADICTED else f" of {counted(verdict.claims, 'claim')}"
        details.append(f"{verdict.confirmed}{of_all} confirmed{_only_declared(verdict)}")
    return details


def _contradicted(model: ModelReport) -> str:
    flagged = sum(c.outcome is Outcome.FLAGGED and c.severity is not Severity.NOTE for c in model.claims)
    return f"{flagged} of {counted(model.verdict.claims, 'claim')}" if flagged else "the name as a whole"


def _only_declared(verdict: Verdict) -> str:
    if not verdict.declared_only:
        return ""
    some = "" if verdict.declared_only == verdict.confirmed else f"{verdict.declared_only} of them "
    return f", {some}only by declaration"


def counted(count: int, noun: str) -> str:
    """A count with its noun: ``1 model``, ``2 models``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
