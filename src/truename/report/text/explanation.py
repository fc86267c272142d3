"""An explanation for people: the rule, the claim in the name, everything that was weighed, the decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from truename.findings import Confirmation, Finding, InspectedFact, Outcome, Reason, ReportedElement
from truename.report.text.excerpt import excerpt, shortened
from truename.report.text.fact_values import value_text
from truename.report.text.lines import Page, blank, labelled, put, wrapped
from truename.report.text.styled import Text
from truename.report.visible import visible

_LONGEST = 400
_OUTCOMES = {
    Outcome.FLAGGED: "flagged",
    Outcome.CANNOT_TELL: "cannot tell",
    Outcome.CONFIRMED: "confirmed",
    Outcome.DOES_NOT_APPLY: "does not apply",
}


class Weighed(Protocol):
    """A fact with its part in the decision; see ``truename.explanation``."""

    @property
    def fact(self) -> InspectedFact:
        """With its value and where it was read."""
        ...

    @property
    def ratio(self) -> float | None:
        """Of its number to the claimed one."""
        ...

    @property
    def chosen(self) -> bool:
        """Whether the decision rests on it."""
        ...


def print_explanation(
    *,
    heading: str,
    summary: str,
    name: str,
    claims: tuple[ReportedElement, ...],
    facts: Sequence[Weighed],
    missing: dict[str, Reason],
    outcome: Outcome,
    findings: tuple[Finding, ...],
    confirmed: tuple[Confirmation, ...],
    reason: Reason | None,
    page: Page,
) -> None:
    """Print every step of a decision in the order in which it was made."""
    for line in wrapped(page, Text(visible(heading), style="bold"), indent=0):
        put(page, line)
    for line in wrapped(page, Text(visible(summary)), indent=0):
        put(page, line)
    blank(page)
    put(page, Text("the name", style="bold"))
    for line in _claims(name, claims, page):
        put(page, line)
    blank(page)
    put(page, Text("what was weighed", style="bold"))
    for fact in facts:
        for line in _fact(fact, page):
            put(page, line)
    for key, why in missing.items():
        yielded = Text(f"{key.replace('_', ' ')} is missing: {shortened(why.text, _LONGEST)}", style="dim")
        for line in wrapped(page, yielded, indent=4, hanging=2):
            put(page, line)
    blank(page)
    put(page, Text.assemble(("the decision: ", "bold"), _OUTCOMES[outcome]))
    for line in _decided(findings, confirmed, reason, page):
        put(page, line)


def _claims(name: str, claims: tuple[ReportedElement, ...], page: Page) -> Iterator[Text]:
    if not claims:
        yield from wrapped(page, Text(f"{shortened(name, _LONGEST)} (the rule judges no single part of it)"), indent=2)
    for one in claims:
        part = excerpt(name, one.start, one.end, page.width - 4)
        yield Text(f"    {part.text}")
        yield Text(" " * (4 + part.offset) + "^" * part.length)
        claimed = "claims nothing" if one.value is None else f"claims {value_text(one.value, 80)}"
        yield from wrapped(page, Text(f"{one.role.replace('_', ' ')} {visible(one.text)}: {claimed}"), indent=4)


def _fact(weighed: Weighed, page: Page) -> Iterator[Text]:
    fact = weighed.fact
    mark = "> " if weighed.chosen else "  "
    said = f"{mark}{fact.key.replace('_', ' ')}: {value_text(fact.value, 120)}"
    if weighed.ratio is not None:
        said += f", {weighed.ratio:.2f} times what is claimed"
    yield from wrapped(page, Text(said, style="bold" if weighed.chosen else ""), indent=2, hanging=4)
    where = fact.file or fact.origin
    detail = f": {fact.detail}" if fact.detail else ""
    place = Text(f"{fact.origin}, {shortened(where + detail, _LONGEST)}", style="dim")
    yield from wrapped(page, place, indent=6, hanging=2)


def _decided(
    findings: tuple[Finding, ...], confirmed: tuple[Confirmation, ...], reason: Reason | None, page: Page
) -> Iterator[Text]:
    for finding in findings:
        said = Text(f"{finding.severity.value}: {shortened(finding.message, _LONGEST)}")
        yield from wrapped(page, said, indent=4, hanging=2)
        shown = finding.evidence
        if shown is not None and shown.line is not None:
            yield from labelled(page, "at", Text(f"{shown.file}:{shown.line}:{shown.column}"), indent=6, column=4)
    for one in confirmed:
        claim = "the files" if one.claim is None else visible(one.claim.text)
        value = "" if one.evidence is None else f": {value_text(one.evidence.value, 120)}"
        yield from wrapped(page, Text(f"{claim} confirmed{value}"), indent=4, hanging=2)
    if reason is not None:
        yield from wrapped(page, Text(shortened(reason.text, _LONGEST)), indent=4, hanging=2)
    if findings or confirmed:
        yield Text("    the decision rests on the facts marked >", style="dim")
