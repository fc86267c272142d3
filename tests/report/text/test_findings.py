from __future__ import annotations

from io import StringIO

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console

from truename.findings import (
    ClaimSpan,
    EvidenceRef,
    Finding,
    Grounds,
    JudgedClaim,
    ModelReport,
    Outcome,
    Outcomes,
    Reason,
    ReasonKind,
    Report,
    Severity,
    Undecided,
    Verdict,
    VerdictKind,
)
from truename.report.text.findings import print_report
from truename.report.text.lines import Terminal, page_on


def text_of(*models: ModelReport, verbose: bool = False, width: int = 80, settings: str | None = None) -> str:
    text = StringIO()
    page = page_on(text)
    page.width = width
    print_report(Report(models, settings=settings), page, verbose=verbose)
    return text.getvalue()


def with_verdict(model: ModelReport, verdict: Verdict, **more: object) -> ModelReport:
    return msgspec.structs.replace(model, verdict=verdict, **more)


def test_a_finding_is_shown_like_a_compilers(llama: ModelReport) -> None:
    assert (
        text_of(llama)
        == """\
models/llama-7b-128k: contradicted (1 of 3 claims; 1 confirmed, only by
  declaration)

  error SIZ001 parameter-count
    the name says 7 B parameters, the weights hold 1.1 B
      llama-7b-128k
            ^^
    found           1,100,048,384 (1.1 B)
    in              model.safetensors: 201 tensors
    suggested name  llama-1.1b

  llama       confirmed: llama, declared in config.json
  7b          flagged by SIZ001
  128k        cannot tell: no context length could be read from the files
  6 rules: 1 flagged, 1 confirmed, 1 do not apply, 3 cannot tell
    NAM002, NAM003 cannot tell: the family is not known
"""
    )


def test_a_model_without_a_finding_says_what_is_confirmed_and_by_what(honest: ModelReport) -> None:
    assert (
        text_of(honest)
        == """\
models/honest: consistent (1 of 1 claim confirmed)
  honest      confirmed: honest, measured in the structure of the weights
  10 rules: 0 flagged, 9 confirmed, 0 do not apply, 1 cannot tell
"""
    )


FAULT = Finding("FIL001", "unreadable-file", Severity.ERROR, "model.safetensors: is cut short")
UNREAD = Reason(ReasonKind.UNREAD_WEIGHTS, "no weights could be read")


@pytest.mark.parametrize(
    ("verdict", "more", "first"),
    [
        (Verdict(VerdictKind.CONSISTENT, claims=3, confirmed=2), {}, "consistent (2 of 3 claims confirmed)"),
        (
            Verdict(VerdictKind.CONSISTENT, claims=3, confirmed=2, declared_only=1),
            {},
            "consistent (2 of 3 claims confirmed, 1 of them only by declaration)",
        ),
        (
            Verdict(VerdictKind.CONSISTENT, claims=2, confirmed=2, declared_only=2),
            {},
            "consistent (2 of 2 claims confirmed, only by declaration)",
        ),
        (Verdict(VerdictKind.DEFECTIVE), {"findings": (FAULT,)}, "defective (1 fault in its files)"),
        (
            Verdict(VerdictKind.DEFECTIVE, claims=2, confirmed=1),
            {"findings": (msgspec.structs.replace(FAULT, more=2_000),)},
            "defective (2,001 faults in its files; 1 of 2 claims confirmed)",
        ),
        (Verdict(VerdictKind.NOT_VERIFIED, reason=UNREAD), {}, "not verified (no weights could be read)"),
    ],
)
def test_the_verdict_is_the_first_line(
    honest: ModelReport, verdict: Verdict, more: dict[str, object], first: str
) -> None:
    assert text_of(with_verdict(honest, verdict, **more), width=200).splitlines()[0] == f"models/honest: {first}"


def test_a_contradiction_without_weights_is_one_by_documents(llama: ModelReport) -> None:
    verdict = msgspec.structs.replace(llama.verdict, by_documents=True)
    line = text_of(with_verdict(llama, verdict), width=200).splitlines()[0]
    assert line.startswith("models/llama-7b-128k: contradicted by its documents (1 of 3 claims; ")


def test_verbose_names_every_rule_that_did_not_decide(llama: ModelReport) -> None:
    lines = text_of(llama, verbose=True).splitlines()
    assert lines[-4:] == [
        "    CTX001 cannot tell: no context length could be read from the files",
        "    NAM002 cannot tell: the family is not known",
        "    NAM003 cannot tell: the family is not known",
        "    LNG001 does not apply: the name makes no claim about languages",
    ]


def test_a_reason_that_a_claim_has_told_is_not_told_again(llama: ModelReport) -> None:
    assert text_of(llama).count("no context length could be read") == 1
    assert "languages" not in text_of(llama)


def test_rules_of_one_reason_are_told_together_and_long_lists_are_cut(honest: ModelReport) -> None:
    of_one = Reason(ReasonKind.UNREAD_WEIGHTS, "it was not read")
    other = Reason(ReasonKind.UNREAD_FILE, "it was not read")
    undecided = (*(Undecided(f"AAA{n:03}", of_one) for n in range(9)), Undecided("BBB001", other))
    lines = text_of(msgspec.structs.replace(honest, cannot_tell=undecided), width=200).splitlines()
    assert lines[-2:] == [
        "    AAA000, AAA001, AAA002, AAA003, AAA004, AAA005 and 3 more cannot tell: it was not read",
        "    BBB001 cannot tell: it was not read",
    ]


def test_findings_that_one_stands_for_are_counted(honest: ModelReport) -> None:
    one = msgspec.structs.replace(honest, findings=(msgspec.structs.replace(FAULT, more=1),))
    assert "    and 1 more finding of this rule\n" in text_of(one)
    many = msgspec.structs.replace(honest, findings=(msgspec.structs.replace(FAULT, more=1_990),))
    assert "    and 1,990 more findings of this rule\n" in text_of(many)


def test_a_note_on_a_claim_is_called_one(llama: ModelReport) -> None:
    size = msgspec.structs.replace(llama.claims[1], severity=Severity.NOTE)
    text = text_of(msgspec.structs.replace(llama, claims=(size,)))
    assert "  7b          flagged by SIZ001, as a note\n" in text


def test_of_many_values_that_fit_the_claims_own_is_shown(honest: ModelReport) -> None:
    evidence = EvidenceRef(("honest", "bert", "roberta"), "weights", "model.safetensors")
    claim = msgspec.structs.replace(honest.claims[0], evidence=evidence)
    text = text_of(msgspec.structs.replace(honest, claims=(claim,)), width=200)
    assert "  honest      confirmed: honest, one of 3 that fit, measured in model.safetensors\n" in text


def test_several_models_end_with_a_count(llama: ModelReport, honest: ModelReport) -> None:
    closing = "\n2 models: 1 contradicted, 1 consistent (1 error)\n"
    assert text_of(llama, honest).endswith(closing)
    assert text_of(honest, llama).endswith(closing)
    assert text_of(honest, honest).endswith("\n2 models: 2 consistent\n")
    assert "1 model" not in text_of(honest)
    broken = with_verdict(honest, Verdict(VerdictKind.DEFECTIVE), findings=(FAULT,))
    unread = with_verdict(honest, Verdict(VerdictKind.NOT_VERIFIED, reason=UNREAD))
    assert text_of(honest, unread, broken, llama).endswith(
        "\n4 models: 1 contradicted, 1 defective, 1 not verified, 1 consistent (2 errors)\n"
    )


def test_the_settings_file_and_the_notices_are_told(honest: ModelReport) -> None:
    noticed = msgspec.structs.replace(honest, notices=("the files are those of the cache",))
    text = text_of(noticed, settings="pyproject.toml")
    assert text.splitlines()[1] == "  the files are those of the cache"
    assert text.endswith("\nsettings: pyproject.toml\n")


def test_a_name_that_is_not_the_targets_own_is_shown(honest: ModelReport) -> None:
    assert "named" not in text_of(honest)
    renamed = msgspec.structs.replace(honest, name="owner/other")
    assert "\n  named owner/other\n" in text_of(renamed)


HOSTILE = "\x1b]0;owned\x07\u202e\x1b[2J[bold]:smile:\n\r模"


def hostile_report() -> ModelReport:
    """Every text of a report that a model's files or its name can choose."""
    evidence = EvidenceRef(HOSTILE, HOSTILE, HOSTILE * 20, HOSTILE * 20)
    reason = Reason(ReasonKind.UNREAD_FILE, HOSTILE * 20)
    claims = (
        JudgedClaim(
            "O",
            HOSTILE,
            HOSTILE,
            HOSTILE,
            3,
            9,
            Outcome.CONFIRMED,
            basis=Grounds.MEASURED,
            codes=(HOSTILE,),
            evidence=evidence,
        ),
        JudgedClaim(
            "O", HOSTILE, HOSTILE * 9, HOSTILE, 3, 9, Outcome.FLAGGED, severity=Severity.NOTE, codes=(HOSTILE,)
        ),
        JudgedClaim("O", HOSTILE, HOSTILE, HOSTILE, 3, 9, Outcome.CANNOT_TELL, reason=reason),
    )
    finding = Finding(
        HOSTILE, HOSTILE, Severity.NOTE, HOSTILE * 9, ClaimSpan("O", HOSTILE, 3, 9), evidence, suggestion=HOSTILE
    )
    return ModelReport(
        HOSTILE * 20,
        HOSTILE * 20,
        Verdict(VerdictKind.NOT_VERIFIED, reason=reason),
        claims,
        findings=(finding,),
        outcomes=Outcomes(flagged=1, cannot_tell=1),
        cannot_tell=(Undecided("X", Reason(ReasonKind.NOT_DECLARED, HOSTILE)),),
        does_not_apply=(Undecided(HOSTILE, Reason(ReasonKind.NO_CLAIM, HOSTILE)),),
        notices=(HOSTILE * 3,),
    )


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("verbose", [False, True])
def test_hostile_text_reaches_no_terminal(width: int, verbose: bool) -> None:
    text = text_of(hostile_report(), verbose=verbose, width=width, settings=HOSTILE * 9)
    assert not set(text) & set("\x1b\x07\r\u202e")
    assert "[bold]:smile:" in text.replace("\n", "").replace(" ", "")
    assert all(cell_len(line) <= width for line in text.splitlines())


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("length", [10, 200, 10_000])
def test_lines_stay_within_the_width(length: int, width: int) -> None:
    name = "模" * length + "-7b"
    finding = Finding(
        "SIZ001", "parameter-count", Severity.ERROR, "m" * length, ClaimSpan("P", "7b", length + 1, length + 3)
    )
    claim = JudgedClaim("O", "other", name[:-3], None, 0, length, Outcome.CANNOT_TELL, reason=UNREAD)
    model = ModelReport(
        f"models/{name}",
        name,
        Verdict(VerdictKind.CONTRADICTED, claims=1),
        (claim,),
        findings=(finding,),
        outcomes=Outcomes(flagged=1),
    )
    lines = text_of(model, width=width).splitlines()
    assert all(cell_len(line) <= width for line in lines)
    assert all(line == line.rstrip() for line in lines)
    (mark,) = (number for number, line in enumerate(lines) if line.strip() == "^^")
    assert lines[mark - 1].endswith("-7b")
    assert cell_len(lines[mark]) == cell_len(lines[mark - 1])


@pytest.mark.parametrize("width", [40, 80, 200])
def test_every_width_says_the_same_words(llama: ModelReport, width: int) -> None:
    wide, text = (text_of(llama, width=w) for w in (10_000, width))
    assert text.split() == wide.split()
    assert all(cell_len(line) <= width for line in text.splitlines())


def test_colour_is_for_terminals_only(llama: ModelReport, monkeypatch: pytest.MonkeyPatch) -> None:
    def coloured(model: ModelReport) -> str:
        page = StringIO()
        console = Console(file=page, force_terminal=True, color_system="standard", width=80, highlight=False)
        print_report(Report((model,)), Terminal(console))
        return page.getvalue()

    assert "\x1b" not in text_of(llama)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31merror" in coloured(llama)
    assert "\x1b[1;31mcontradicted" in coloured(llama)
    assert "\x1b[32mconfirmed" in coloured(llama)
    assert "\x1b[1;32mconsistent" in coloured(with_verdict(llama, Verdict(VerdictKind.CONSISTENT)))
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;31m" not in coloured(llama)
    assert "\x1b[32m" not in coloured(llama)
