from __future__ import annotations

from io import StringIO

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console

from truename.findings import ClaimSpan, Finding, ModelReport, Outcomes, Report, Severity, Undecided
from truename.report.text.findings import print_report
from truename.report.text.lines import terminal


def text_of(*models: ModelReport, verbose: bool = False) -> str:
    page = StringIO()
    print_report(Report(models), terminal(page), verbose=verbose)
    return page.getvalue()


def test_a_finding_is_shown_like_a_compilers(llama: ModelReport) -> None:
    assert (
        text_of(llama)
        == """\
models/llama-7b

  error SIZ001 parameter-count
    the name says 7 B parameters, the weights hold 1.1 B
      llama-7b
            ^^
    found           1,100,048,384 (1.1 B)
    in              model.safetensors: 201 tensors
    suggested name  llama-1.1b

  1 flagged, 2 clean, 3 cannot tell
    CTX001, CTX002: no context length could be read from the files
    1 rule: the name says nothing to check
"""
    )


def test_verbose_names_every_rule_that_could_not_tell(llama: ModelReport) -> None:
    lines = text_of(llama, verbose=True).splitlines()
    assert "    LNG001: the name makes no claim about languages" in lines
    assert "    CTX002: no context length could be read from the files" in lines


def test_several_models_end_with_a_count(llama: ModelReport, honest: ModelReport) -> None:
    assert text_of(llama, honest).endswith("\n2 models: 1 with findings (1 error)\n")
    assert text_of(honest, honest).endswith("\n2 models: 0 with findings\n")


def test_a_name_that_is_not_the_targets_own_is_shown(honest: ModelReport) -> None:
    assert "named" not in text_of(honest)
    renamed = msgspec.structs.replace(honest, name="owner/other")
    assert "\n  named owner/other\n" in text_of(renamed)


HOSTILE = "\x1b]0;owned\x07\u202e\x1b[2J[bold]:smile:\n\r模"


def test_hostile_text_reaches_no_terminal() -> None:
    finding = Finding(
        HOSTILE, HOSTILE, Severity.NOTE, HOSTILE * 9, ClaimSpan("O", HOSTILE, 3, 9), None, suggestion=HOSTILE
    )
    model = ModelReport(
        HOSTILE * 20,
        HOSTILE * 20,
        findings=(finding,),
        outcomes=Outcomes(1, 0, 1),
        cannot_tell=(Undecided("X", HOSTILE),),
    )
    text = text_of(model)
    assert not set(text) & set("\x1b\x07\r\u202e")
    assert "[bold]:smile:" in text
    assert all(cell_len(line) <= 80 for line in text.splitlines())


@pytest.mark.parametrize("length", [10, 200, 10_000])
def test_lines_stay_within_80_columns(length: int) -> None:
    name = "模" * length + "-7b"
    finding = Finding(
        "SIZ001", "parameter-count", Severity.ERROR, "m" * length, ClaimSpan("P", "7b", length + 1, length + 3)
    )
    text = text_of(ModelReport(f"models/{name}", name, findings=(finding,), outcomes=Outcomes(1, 0, 0)))
    lines = text.splitlines()
    assert all(cell_len(line) <= 80 for line in lines)
    assert all(line == line.rstrip() for line in lines)
    (mark,) = (number for number, line in enumerate(lines) if line.strip() == "^^")
    assert lines[mark - 1].endswith("-7b")
    assert cell_len(lines[mark]) == cell_len(lines[mark - 1])


def test_colour_is_for_terminals_only(llama: ModelReport, monkeypatch: pytest.MonkeyPatch) -> None:
    def coloured() -> str:
        page = StringIO()
        console = Console(file=page, force_terminal=True, color_system="standard", width=80, highlight=False)
        print_report(Report((llama,)), console)
        return page.getvalue()

    assert "\x1b" not in text_of(llama)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31merror" in coloured()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;31m" not in coloured()
