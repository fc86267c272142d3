"""Reports for people: the verdict first, then each finding as a compiler would show it, then what was confirmed."""

from __future__ import annotations

from collections.abc import Iterator

from truename.findings import (
    EvidenceRef,
    Finding,
    JudgedClaim,
    ModelReport,
    Outcome,
    Reason,
    Report,
    Severity,
    Undecided,
    VerdictKind,
)
from truename.report.tally import Tally
from truename.report.text.cells import cell_len
from truename.report.text.excerpt import excerpt, shortened
from truename.report.text.fact_values import value_text
from truename.report.text.lines import Page, blank, labelled, put, wrapped
from truename.report.text.parts import part_lines
from truename.report.text.styled import Text
from truename.report.verdict import WORDS, counted, verdict_words
from truename.report.visible import visible

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
VERDICT_STYLES = {
    VerdictKind.CONTRADICTED: "bold red",
    VerdictKind.DEFECTIVE: "bold yellow",
    VerdictKind.NOT_VERIFIED: "bold magenta",
    VerdictKind.CONSISTENT: "bold green",
}
_LABEL = len("suggested name") + 2
_CODES = 6  # codes of one reason that are named before the rest is counted
_LONGEST = 400  # cells of a reason, a detail or a suggestion
_CLAIM = 24  # cells of a claim in the list of claims
_BESIDE = 24  # cells that are left to its outcome, with the blanks around
_MESSAGE = 2000
_PLACES = {"files": "the list of files", "weights": "the weights", "classifier": "the structure of the weights"}


def print_report(report: Report, page: Page, *, verbose: bool = False) -> None:
    """Print every model's verdict, findings and claims, and a closing line where there are several models.

    Args:
        report: what to print.
        page: where to; see ``truename.report.text.lines``.
        verbose: name every rule that did not decide, with its reason, instead of folding them.
    """
    for number, model in enumerate(report.models):
        if number:
            blank(page)
        print_model(model, page, verbose=verbose)
    if len(report.models) > 1:
        tally = Tally()
        for model in report.models:
            tally.add(model)
        print_closing(str(tally), page)
    if report.settings is not None:
        print_settings(report.settings, page)


def print_closing(sentence: str, page: Page) -> None:
    """Print what several models came to, below an empty line."""
    blank(page)
    for line in wrapped(page, Text(sentence, style="bold"), indent=0):
        put(page, line)


def print_settings(file: str, page: Page) -> None:
    """Print which file of settings held."""
    settings = Text(f"settings: {shortened(file, _LONGEST)}", style="dim")
    for line in wrapped(page, settings, indent=0, hanging=2):
        put(page, line)


def print_model(model: ModelReport, page: Page, *, verbose: bool = False) -> None:
    """Print one model."""
    for line in _heading(model, page):
        put(page, line)
    for finding in model.findings:
        blank(page)
        for line in _finding(model, finding, page):
            put(page, line)
    if model.findings:
        blank(page)
    for claim in model.claims:
        for line in _claim(claim, page):
            put(page, line)
    for line in wrapped(page, _outcomes(model), indent=2):
        put(page, line)
    if model.known:
        told = f"{counted(len(model.known), 'known finding')} in the baseline" + ("" if verbose else "; -v shows them")
        put(page, Text(f"  {told}", style="dim"))
    for finding in model.known if verbose else ():
        known = Text(f"{visible(finding.code)} {shortened(finding.message, _LONGEST)}", style="dim")
        for line in wrapped(page, known, indent=4, hanging=2):
            put(page, line)
    for reason in _reasons(model, verbose):
        for line in wrapped(page, reason, indent=4, hanging=2):
            put(page, line)


def _heading(model: ModelReport, page: Page) -> Iterator[Text]:
    verdict = Text(shortened(verdict_words(model), _MESSAGE))
    verdict.stylize(VERDICT_STYLES[model.verdict.outcome], 0, len(WORDS[model.verdict.outcome]))
    line = Text.assemble((f"{shortened(model.target, _LONGEST)}: ", "bold"), verdict)
    yield from wrapped(page, line, indent=0, hanging=2)
    last = model.target.replace("\\", "/").rstrip("/").rpartition("/")[2]
    if model.name not in (last, model.target):
        name = Text(shortened(model.name, _LONGEST), style="bold")
        yield from labelled(page, "named", name, indent=2, column=len("named "))
    for notice in model.notices:
        yield from wrapped(page, Text(shortened(notice, _MESSAGE)), indent=2, hanging=2)
    yield from part_lines(model.parts, page)


def _finding(model: ModelReport, finding: Finding, page: Page) -> Iterator[Text]:
    style = STYLES[finding.severity]
    title = Text.assemble((finding.severity.value, style), " ", (visible(finding.code), "bold"))
    yield from wrapped(page, title.append(f" {visible(finding.rule)}", style="dim"), indent=2)
    yield from wrapped(page, Text(shortened(finding.message, _MESSAGE)), indent=4)
    if finding.claim is not None:
        part = excerpt(model.name, finding.claim.start, finding.claim.end, page.width - 6)
        name = Text(f"      {part.text}")
        name.stylize(style, 6 + part.start, 6 + part.end)
        yield name
        yield Text(" " * (6 + part.offset)) + Text("^" * part.length, style=style)
    if finding.evidence is not None:
        yield from _evidence(finding.evidence, page, finding.message)
    if finding.more:
        others = Text(f"and {counted(finding.more, 'more finding')} of this rule", style="dim")
        yield from wrapped(page, others, indent=4)
    if finding.suggestion is not None:
        value = Text(shortened(finding.suggestion, _LONGEST), style="green")
        yield from labelled(page, "suggested name", value, indent=4, column=_LABEL)


def _evidence(evidence: EvidenceRef, page: Page, message: str) -> Iterator[Text]:
    """What was found, unless the message has just said it, and where."""
    found = value_text(evidence.value)
    if found != message:
        yield from labelled(page, "found", Text(found), indent=4, column=_LABEL)
    where = Text(shortened(_place(evidence), _LONGEST))
    if evidence.detail:
        where.append(f": {shortened(evidence.detail, _LONGEST)}", style="dim")
    yield from labelled(page, "in", where, indent=4, column=_LABEL)


def _place(evidence: EvidenceRef) -> str:
    return evidence.file if evidence.file is not None else _PLACES.get(evidence.origin, evidence.origin)


def _claim(claim: JudgedClaim, page: Page) -> Iterator[Text]:
    """One line of the list of claims: ``7b  confirmed: 6.74 B, measured in model.safetensors``."""
    text = Text()
    if claim.outcome is Outcome.FLAGGED:
        style = STYLES[claim.severity or Severity.ERROR]
        text.append("flagged", style=style).append(f" by {visible(', '.join(claim.codes))}")
        if claim.severity is Severity.NOTE:
            text.append(", as a note")
    elif claim.outcome is Outcome.CANNOT_TELL and claim.reason is not None:
        text.append("cannot tell", style="bold magenta").append(f": {shortened(claim.reason.text, _LONGEST)}")
    elif claim.evidence is not None and claim.basis is not None:
        where = f"{claim.basis} in {shortened(_place(claim.evidence), 80)}"
        text.append("confirmed", style="green").append(f": {_agreeing(claim, claim.evidence)}, {where}")
    label = shortened(claim.text, min(_CLAIM, page.width - _BESIDE))
    yield from labelled(page, label, text, indent=2, column=max(12, cell_len(label) + 2))


def _agreeing(claim: JudgedClaim, evidence: EvidenceRef) -> str:
    """The value that bears a claim out; of many that fit, the claim's own."""
    several = evidence.value if isinstance(evidence.value, tuple) else ()
    if len(several) > 1 and claim.value in several:
        return f"{value_text(claim.value, 60)}, one of {len(several)} that fit"
    return value_text(evidence.value, 60)


def _outcomes(model: ModelReport) -> Text:
    outcomes = model.outcomes
    rules = outcomes.flagged + outcomes.confirmed + outcomes.does_not_apply + outcomes.cannot_tell
    return Text(
        f"{counted(rules, 'rule')}: {outcomes.flagged} flagged, {outcomes.confirmed} confirmed, "
        f"{outcomes.does_not_apply} do not apply, {outcomes.cannot_tell} cannot tell",
        style="dim",
    )


def _reasons(model: ModelReport, verbose: bool) -> Iterator[Text]:
    """Why rules did not decide. Unless ``verbose``, only what the list of claims has not said, folded by reason."""
    if verbose:
        for title, undecided in (("cannot tell", model.cannot_tell), ("does not apply", model.does_not_apply)):
            for one in undecided:
                reason = shortened(one.reason.text, _LONGEST)
                yield Text(f"{visible(one.code)} {title}: {reason}", style="dim")
        return
    told = {claim.reason for claim in model.claims}
    for why, codes in _folded(one for one in model.cannot_tell if one.reason not in told).items():
        named = ", ".join(codes[:_CODES]) + (f" and {len(codes) - _CODES} more" if len(codes) > _CODES else "")
        yield Text(f"{named} cannot tell: {shortened(why.text, _LONGEST)}", style="dim")


def _folded(undecided: Iterator[Undecided]) -> dict[Reason, list[str]]:
    groups: dict[Reason, list[str]] = {}
    for one in undecided:
        groups.setdefault(one.reason, []).append(visible(one.code))
    return groups
