"""Readings in a terminal: colours, and a legend that says what they mean."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from truename.findings import ReportedElement
from truename.report.reading import Reading
from truename.report.text.lines import Page, Terminal
from truename.report.text.reading import KINDS, legend, print_readings


def a_reading() -> Reading:
    elements = (
        ReportedElement("A", "family", "bert", "bert", 0, 4),
        ReportedElement("P", "parameters", "7b", 7_000_000_000, 5, 7),
    )
    return Reading("bert-7b", None, "bert-7b", None, "implementation", elements)


def printed(*, terminal: bool) -> str:
    text = io.StringIO()
    colours = Console(file=text, force_terminal=True, color_system="truecolor", width=80)
    print_readings(iter([a_reading(), a_reading()]), Terminal(colours) if terminal else Page(text))
    return text.getvalue()


def test_plain_text_has_no_legend() -> None:
    text = printed(terminal=False)
    assert "colours:" not in text
    assert text.count("bert-7b\n") == 2
    assert "\n\nbert-7b\n" in text


def test_a_terminal_gets_the_legend_of_what_it_saw_once() -> None:
    text = printed(terminal=True)
    assert text.count("colours:") == 1
    assert "\x1b[1;36marchitecture" in text
    assert "language" not in text


@pytest.mark.parametrize(("kinds", "plain"), [("AP", "colours: architecture, parameters"), ("L", "colours: language")])
def test_the_legend(kinds: str, plain: str) -> None:
    line = legend(kinds)
    assert line.plain == plain
    assert {str(span.style) for span in line.spans} >= {KINDS[kind][1] for kind in kinds}
