"""The table of docs/verdicts.md: every verdict, severity and option with the exit code that the code computes."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import msgspec
import pytest

from truename.evidence import Evidence
from truename.facts import FACTS, Fact, Origin
from truename.findings import (
    Finding,
    Grounds,
    JudgedClaim,
    ModelReport,
    Outcome,
    Reason,
    ReasonKind,
    Severity,
    Verdict,
    VerdictKind,
)
from truename.report.exit_code import FOUND, NEVER, OK, UNUSABLE, exit_code
from truename.report.verdict import WORDS
from truename.rules.verdict import Tally, verdict_of

PAGE = Path(__file__).parent.parent.parent / "docs" / "verdicts.md"
LEVELS = ("error", "warning", "note", NEVER)
KINDS = {word: kind for kind, word in WORDS.items()}
READ = Evidence.of(
    [
        Fact(FACTS["formats"], ("safetensors",), Origin.FILES),
        Fact(FACTS["parameters"], 7_000_000_000, Origin.WEIGHTS),
    ]
)
OPEN = JudgedClaim(
    "C", "context", "128k", 131_072, 9, 13, Outcome.CANNOT_TELL, reason=Reason(ReasonKind.NOT_DECLARED, "x")
)
SETTLED = JudgedClaim("A", "family", "llama", "llama", 0, 5, Outcome.CONFIRMED, basis=Grounds.DECLARED)


def finding(severity: str) -> tuple[Finding, ...]:
    return () if severity == "none" else (Finding("SIZ001", "parameter-count", Severity(severity), "m"),)


def report(verdict: VerdictKind, severity: str, open_claim: str) -> ModelReport:
    claims = (SETTLED, OPEN) if open_claim == "yes" else (SETTLED,)
    return ModelReport("t", "t", Verdict(verdict), claims, findings=finding(severity))


def told(model: ModelReport, level: str) -> str:
    """A cell of the table: the exit code, and the other one that ``--strict`` gives."""
    plain, strict = exit_code([model], level), exit_code([model], level, strict=True)
    return str(plain) if plain == strict else f"{plain}; {strict} with `--strict`"


def table() -> list[list[str]]:
    """The rows of the page's table, without its head."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    head = rows.index(["Verdict", "Worst finding", "Open claim", *(f"`--fail-on {level}`" for level in LEVELS)])
    return [row for row in rows[head + 1 :] if len(row) == 7]


@pytest.mark.parametrize("row", table(), ids=lambda row: "-".join(row[:3]))
def test_every_row_is_what_the_code_computes(row: list[str]) -> None:
    verdict, severity, open_claim, *cells = row
    model = report(KINDS[verdict.strip("*")], severity, open_claim)
    assert cells == [told(model, level) for level in LEVELS]


def possible() -> set[tuple[str, str]]:
    """Each verdict with each worst finding with which the rules can end."""
    found = set()
    for severity, about_files, claims in product(("error", "warning", "note", "none"), (False, True), ((), (SETTLED,))):
        findings = [msgspec.structs.replace(one, about_files=about_files) for one in finding(severity)]
        verdict = verdict_of(Tally.of(claims), findings, (), READ)
        found.add((WORDS[verdict.outcome], severity))
    return found


def test_the_table_has_every_case_once_and_no_other() -> None:
    rows = [(row[0].strip("*"), row[1], row[2]) for row in table()]
    assert len(rows) == len(set(rows))
    assert set(rows) == {(*pair, open_claim) for pair in possible() for open_claim in ("no", "yes")}


@pytest.mark.parametrize("severity", ["error", "warning", "note", "none"])
@pytest.mark.parametrize("strict", [False, True])
def test_a_target_that_could_not_be_checked_outweighs_every_finding(severity: str, strict: bool) -> None:
    model = report(VerdictKind.CONTRADICTED, severity, "yes")
    assert exit_code([model], "note", strict=strict, failed=True) == UNUSABLE


def test_the_worst_of_many_models_decides() -> None:
    good = report(VerdictKind.CONSISTENT, "none", "no")
    bad = report(VerdictKind.CONTRADICTED, "error", "no")
    assert exit_code([good, good], "warning", strict=True) == OK
    assert exit_code([good, bad, good], "warning") == FOUND
    assert exit_code([], "warning") == OK
