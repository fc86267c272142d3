"""JUnit's XML, which every build server shows: a suite a model, a test a claim and a test a fault of the files."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from truename.findings import ClaimSpan, FailedTarget, Finding, JudgedClaim, ModelReport, Outcome
from truename.report.verdict import verdict_words
from truename.report.visible import visible
from truename.report.writers.writer import Entry, Writer, place_of, sentence_of


class JUnitWriter(Writer):
    """Claims as tests: a flagged one fails, one that cannot be told is skipped with its reason."""

    def head(self) -> str:
        """The document opens."""
        return '<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="truename">\n'

    def entry(self, entry: Entry) -> str:
        """The suite of a model."""
        suite = Element("testsuite")
        if isinstance(entry, FailedTarget):
            _sizes(suite, entry.target, tests=1, errors=1)
            case = _case(suite, entry.target, "target")
            SubElement(case, "error", type=visible(entry.kind), message=visible(entry.message))
        else:
            self._model(suite, entry)
        indent(suite, level=1)
        return f"  {tostring(suite, encoding='unicode')}\n"

    def tail(self) -> str:
        """The document ends."""
        return "</testsuites>\n"

    def _model(self, suite: Element, model: ModelReport) -> None:
        left = list(model.findings)
        for claim in model.claims:
            case = _case(suite, model.name, f"{claim.role} {claim.text}")
            mine = [one for one in left if _is_about(one.claim, claim)]
            left = [one for one in left if one not in mine]
            self._findings(case, model, mine)
            if not mine and claim.outcome is Outcome.CANNOT_TELL and claim.reason is not None:
                SubElement(case, "skipped", message=visible(claim.reason.text))
        for finding in left:
            self._findings(_case(suite, model.name, f"{finding.code} {finding.rule}"), model, [finding])
        if not len(suite):
            _case(suite, model.name, "name")  # nothing to test is a suite that passes, and says so
        failures = sum(case.find("failure") is not None for case in suite)
        skipped = sum(case.find("skipped") is not None for case in suite)
        _sizes(suite, model.name, tests=len(suite), failures=failures, skipped=skipped)
        SubElement(suite, "system-out").text = visible(f"{model.target}: {verdict_words(model)}")

    def _findings(self, case: Element, model: ModelReport, findings: list[Finding]) -> None:
        """What fails the call fails the test; the rest is told beside it."""
        told = []
        for finding in findings:
            line = f"{place_of(model, finding)}: {finding.severity.value}: {sentence_of(finding)} [{finding.code}]"
            if self.run.fails(finding.severity) and case.find("failure") is None:
                failure = SubElement(case, "failure", type=visible(finding.code), message=sentence_of(finding))
                failure.text = visible(line)
            else:
                told.append(visible(line))
        if told:
            SubElement(case, "system-out").text = "\n".join(told)


def _is_about(span: ClaimSpan | None, claim: JudgedClaim) -> bool:
    return span is not None and (span.kind, span.start, span.end) == (claim.kind, claim.start, claim.end)


def _case(suite: Element, model: str, name: str) -> Element:
    return SubElement(suite, "testcase", classname=visible(model), name=visible(name), time="0")


def _sizes(suite: Element, name: str, **counts: int) -> None:
    suite.set("name", visible(name))
    for key, value in _counts(counts):
        suite.set(key, str(value))


def _counts(counts: dict[str, int]) -> Iterator[tuple[str, int]]:
    for key in ("tests", "failures", "errors", "skipped"):
        yield key, counts.get(key, 0)
