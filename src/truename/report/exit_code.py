"""The exit code of a check or a scan, from what its reports say."""

from __future__ import annotations

from collections.abc import Iterable

from truename.findings import ModelReport, Outcome, Severity, VerdictKind

OK, FOUND, UNUSABLE = 0, 1, 2
NEVER = "never"


def fails(model: ModelReport, fail_on: str, *, strict: bool = False) -> bool:
    """Whether one model makes a call end with exit code 1.

    Args:
        model: its report.
        fail_on: the severity of a finding from which on it fails, or ``never``.
        strict: also fail a model that is not verified, or of which a claim could not be settled.
    """
    if strict and (
        model.verdict.outcome is VerdictKind.NOT_VERIFIED
        or any(claim.outcome is Outcome.CANNOT_TELL for claim in model.claims)
    ):
        return True
    if fail_on == NEVER:
        return False
    limit = Severity(fail_on).rank
    return any(finding.severity.rank <= limit for finding in model.findings)


def exit_code(models: Iterable[ModelReport], fail_on: str, *, strict: bool = False, failed: bool = False) -> int:
    """0 where nothing is found, 1 where a model fails, 2 where a target could not be checked.

    Args:
        models: the reports of a call.
        fail_on: see ``fails``.
        strict: see ``fails``.
        failed: whether a target could not be checked.
    """
    if failed:
        return UNUSABLE
    return FOUND if any(fails(model, fail_on, strict=strict) for model in models) else OK
