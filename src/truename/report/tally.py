"""What the models of a call came to, for the line that sums them up."""

from __future__ import annotations

from collections import Counter

from truename.findings import FailedTarget, ModelReport, Severity, VerdictKind
from truename.report.verdict import WORDS, counted


class Tally:
    """Counts models by verdict, findings by severity, and targets that could not be checked."""

    def __init__(self) -> None:
        self.models = self.failed = 0
        self.verdicts: Counter[VerdictKind] = Counter()
        self.findings: Counter[Severity] = Counter()

    def add(self, entry: ModelReport | FailedTarget) -> None:
        """Count one more."""
        if isinstance(entry, FailedTarget):
            self.failed += 1
            return
        self.models += 1
        self.verdicts[entry.verdict.outcome] += 1
        for finding in entry.findings:
            self.findings[finding.severity] += 1 + finding.more

    def __str__(self) -> str:
        """``5 models: 4 contradicted, 1 consistent (3 errors, 1 warning)``."""
        told = [f"{self.verdicts[kind]:,} {WORDS[kind]}" for kind in VerdictKind if self.verdicts[kind]]
        if self.failed:
            told.append(f"{self.failed:,} could not be checked")
        counts = [counted(self.findings[one], one.value) for one in Severity if self.findings[one]]
        found = f" ({', '.join(counts)})" if counts else ""
        return f"{counted(self.models + self.failed, 'model')}: {', '.join(told) or 'none checked'}{found}"
