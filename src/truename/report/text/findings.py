"""Reports for people: each finding as a compiler would show it, with a mark under the part of the name at fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from truename.findings import EvidenceRef, Finding, ModelReport, Report, Severity, Undecided
from truename.report.text.excerpt import excerpt, shortened
from truename.report.text.fact_values import value_text
from truename.report.text.lines import labelled, put, wrapped
from truename.report.visible import visible

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
# How a rule says that it has nothing to check, and what is said of all such rules together.
FOLDED = {
    "the name makes no claim about ": "the name says nothing to check",
    "the files hold no ": "there are no files of the kind that they check",
}
_LABEL = len("suggested name") + 2
_CODES = 6  # codes of one reason that are named before the rest is counted
_LONGEST = 400  # cells of a reason, a detail or a suggestion
_MESSAGE = 2000
_PLACES = {"files": "the list of files", "weights": "the weights", "classifier": "the structure of the weights"}


def print_report(report: Report, console: Console, *, verbose: bool = False) -> None:
    """Print every model's findings and outcomes, and a closing line where there are several models.

    Args:
        report: what to print.
        console: where to; see ``truename.report.text.lines``.
        verbose: name every rule that could not tell, with its reason, instead of folding them.
    """
    for number, model in enumerate(report.models):
        if number:
            console.print()
        print_model(model, console, verbose=verbose)
    if len(report.models) > 1:
        console.print()
        put(console, _closing(report.models))


def print_model(model: ModelReport, console: Console, *, verbose: bool = False) -> None:
    """Print one model."""
    for line in _heading(model, console):
        put(console, line)
    for finding in model.findings:
        console.print()
        for line in _finding(model, finding, console):
            put(console, line)
    if model.findings:
        console.print()
    put(console, _outcomes(model), indent=2)
    for reason in _reasons(model.cannot_tell, verbose):
        for line in wrapped(console, reason, indent=4, hanging=2):
            put(console, line)


def _heading(model: ModelReport, console: Console) -> Iterator[Text]:
    yield from wrapped(console, Text(shortened(model.target, _LONGEST), style="bold"), indent=0)
    last = model.target.replace("\\", "/").rstrip("/").rpartition("/")[2]
    if model.name not in (last, model.target):
        name = Text(shortened(model.name, _LONGEST), style="bold")
        yield from labelled(console, "named", name, indent=2, column=len("named "))


def _finding(model: ModelReport, finding: Finding, console: Console) -> Iterator[Text]:
    style = STYLES[finding.severity]
    title = Text.assemble((finding.severity.value, style), " ", (visible(finding.code), "bold"))
    yield from wrapped(console, title.append(f" {visible(finding.rule)}", style="dim"), indent=2)
    yield from wrapped(console, Text(shortened(finding.message, _MESSAGE)), indent=4)
    if finding.claim is not None:
        part = excerpt(model.name, finding.claim.start, finding.claim.end, console.width - 6)
        name = Text(f"      {part.text}")
        name.stylize(style, 6 + part.start, 6 + part.end)
        yield name
        yield Text(" " * (6 + part.offset)) + Text("^" * part.length, style=style)
    if finding.evidence is not None:
        yield from _evidence(finding.evidence, console, finding.message)
    if finding.suggestion is not None:
        value = Text(shortened(finding.suggestion, _LONGEST), style="green")
        yield from labelled(console, "suggested name", value, indent=4, column=_LABEL)


def _evidence(evidence: EvidenceRef, console: Console, message: str) -> Iterator[Text]:
    """What was found, unless the message has just said it, and where."""
    found = value_text(evidence.value)
    if found != message:
        yield from labelled(console, "found", Text(found), indent=4, column=_LABEL)
    place = evidence.file if evidence.file is not None else _PLACES.get(evidence.origin, evidence.origin)
    where = Text(shortened(place, _LONGEST))
    if evidence.detail:
        where.append(f": {shortened(evidence.detail, _LONGEST)}", style="dim")
    yield from labelled(console, "in", where, indent=4, column=_LABEL)


def _outcomes(model: ModelReport) -> Text:
    outcomes = model.outcomes
    line = Text()
    line.append(f"{outcomes.flagged} flagged", style=STYLES[model.worst] if model.worst else "")
    line.append(", ")
    line.append(f"{outcomes.clean} clean", style="green" if outcomes.clean else "")
    return line.append(f", {outcomes.cannot_tell} cannot tell")


def _reasons(undecided: Sequence[Undecided], verbose: bool) -> Iterator[Text]:
    """Why rules could not tell: folded by reason, or one line a rule."""
    if verbose:
        yield from (Text(f"{visible(u.code)}: {shortened(u.reason, _LONGEST)}", style="dim") for u in undecided)
        return
    groups: dict[str, list[str]] = {}
    for one in undecided:
        if not one.reason.startswith(tuple(FOLDED)):
            groups.setdefault(one.reason, []).append(visible(one.code))
    for reason, codes in groups.items():
        named = ", ".join(codes[:_CODES]) + (f" and {len(codes) - _CODES} more" if len(codes) > _CODES else "")
        yield Text(f"{named}: {shortened(reason, _LONGEST)}", style="dim")
    for beginning, together in FOLDED.items():
        if count := sum(one.reason.startswith(beginning) for one in undecided):
            yield Text(f"{_counted(count, 'rule')}: {together}", style="dim")


def _closing(models: Sequence[ModelReport]) -> Text:
    """``5 models: 4 with findings (3 errors, 1 warning)``."""
    found = [finding for model in models for finding in model.findings]
    line = f"{len(models)} models: {sum(bool(m.findings) for m in models)} with findings"
    counts = [(s, sum(f.severity is s for f in found)) for s in Severity]
    told = ", ".join(_counted(count, severity.value) for severity, count in counts if count)
    return Text(f"{line} ({told})" if told else line, style="bold")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
