"""Text with styles breaks and measures as rich does, which shows it on a terminal."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len as measured
from rich.console import Console
from rich.text import Text as Rich

from truename.report.text.cells import cell_len
from truename.report.text.lines import Page, Terminal, page_on
from truename.report.text.styled import Text, joined

TEXTS = st.text(st.sampled_from("ab-./ \n七é…×\u0301\u200d"), max_size=120) | st.text(max_size=60)


@given(TEXTS)
def test_cells_are_counted_as_rich_counts_them(text: str) -> None:
    assert cell_len(text) == measured(text)


@given(TEXTS, st.integers(20, 60))
def test_lines_break_where_those_of_rich_break(text: str, width: int) -> None:
    expected = [line.plain.rstrip() for line in Rich(text).wrap(Console(file=StringIO()), width, overflow="fold")]
    if "\t" not in text:  # which reports show as an escape
        assert [line.plain for line in Text(text).wrap(width)] == expected


@given(TEXTS, TEXTS, st.integers(20, 60))
def test_a_line_keeps_the_styles_of_its_part(first: str, second: str, width: int) -> None:
    whole = Text(first).append(second, "bold")
    bold = "".join(line.plain[s:e] for line in whole.wrap(width) for s, e, _ in line.spans)
    assert "".join(bold.split()) == "".join(Text(second).plain.split())


def test_parts_are_put_together_and_cut() -> None:
    text = Text.assemble("a ", ("bc", "bold"), Text("d", "red")).append("e", style="dim")
    text.stylize("green", 0, 1)
    assert text.plain == "a bcde"
    assert [tuple(span) for span in text.spans] == [(2, 4, "bold"), (4, 5, "red"), (5, 6, "dim"), (0, 1, "green")]
    assert [tuple(span) for span in text.cut(3, 5).spans] == [(0, 1, "bold"), (1, 2, "red")]
    assert (text + Text("f")).plain == "a bcdef"
    assert joined([Text("a"), Text("b", "red")]).plain == "a\nb"


@pytest.mark.parametrize(
    ("variables", "kind"),
    [({}, Page), ({"FORCE_COLOR": "1"}, Terminal), ({"FORCE_COLOR": ""}, Page), ({"NO_COLOR": "1"}, Page)],
)
def test_what_is_no_terminal_is_a_page(
    variables: dict[str, str], kind: type[Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert type(page_on(StringIO())) is kind


def test_a_terminal_shows_the_styles_and_a_page_the_text() -> None:
    line = Text.assemble(("bold", "bold"), " plain")
    shown, plain = StringIO(), StringIO()
    Terminal(Console(file=shown, force_terminal=True, color_system="standard", width=80)).put(line)
    Page(plain).put(line)
    assert shown.getvalue() == "\x1b[1mbold\x1b[0m plain\n"
    assert plain.getvalue() == "bold plain\n"
