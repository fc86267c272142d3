"""``truename diff``: two reports, or a model at two revisions: what is new, what is gone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from truename.cli.output import FOUND, Format, Guard, write_text

if TYPE_CHECKING:
    from truename.findings import ModelReport
    from truename.report.difference import ModelDifference


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(diff))


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A JSON report, or a model as for check.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The same, later.")],
    format_: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
) -> int:
    """Show which findings are new in B and which of A are gone; exit with 1 for new ones."""
    from truename.report.difference import differences
    from truename.report.json import document_json

    found = differences(_models(before), _models(after))
    if format_ is Format.JSON:
        write_text(document_json({"schema": "truename.diff/1", "models": [one for one in found if one.differs]}))
    else:
        write_text(_told(found))
    return FOUND if any(one.new for one in found) else 0


def _models(written: str) -> tuple[ModelReport, ...]:
    """The models of a report; of anything that is not a file of JSON the report that a check makes of it."""
    if Path(written).is_file() and Path(written).suffix.lower() in (".json", ".jsonl"):
        from truename.report.difference import read_report

        return read_report(Path(written))
    from truename.api import check

    return (check(written),)


def _told(found: tuple[ModelDifference, ...]) -> str:
    from truename.report.verdict import WORDS, counted
    from truename.report.visible import visible
    from truename.report.writers.writer import sentence_of

    lines = []
    for one in found:
        if not one.differs:
            continue
        verdicts = [("not there" if verdict is None else WORDS[verdict]) for verdict in (one.before, one.after)]
        changed = verdicts[1] if verdicts[0] == verdicts[1] else f"{verdicts[0]}, now {verdicts[1]}"
        lines.append(f"{visible(one.name)}: {changed}")
        lines += [f"  + {finding.severity.value} {finding.code} {sentence_of(finding)}" for finding in one.new]
        lines += [f"  - {finding.severity.value} {finding.code} {sentence_of(finding)}" for finding in one.gone]
        for text, old, new in one.claims:
            told = [("not claimed" if outcome is None else outcome.replace("_", " ")) for outcome in (old, new)]
            lines.append(f"  ~ {visible(text)}: {told[0]}, now {told[1]}")
    counts = [sum(len(one.new) for one in found), sum(len(one.gone) for one in found)]
    differing = sum(one.differs for one in found)
    lines.append(f"{counted(differing, 'model')} of {len(found):,} changed: {counts[0]} new, {counts[1]} gone")
    return "\n".join(lines) + "\n"
