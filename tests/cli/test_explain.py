"""Explaining a decision, comparing reports, and proposing names."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import pytest

from truename.cli import main
from truename.findings import Finding
from truename.testing.miniature import demo_models

WRONG, HONEST, LONG = "llama-7b", "bert_uncased_L-2_H-128_A-2", "llama-instruct-128k"


def test_the_whole_chain_is_shown(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(models / WRONG), "SIZ001"]) == 0
    out = capsys.readouterr().out
    assert "llama-7b\n          ^^\n    parameters 7b: claims 7,000,000,000" in out
    assert "> parameters: 1,100,048,384 (1.1 B), 0.16 times what is claimed" in out
    assert "non embedding parameters: 968,976,384" in out  # also what was weighed and not chosen
    assert "the decision: flagged\n    error: the name says 7b" in out


def test_the_place_of_a_key_and_the_rules_name_in_words(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(models / LONG), "context-length"]) == 0
    assert "at  config.json:" in capsys.readouterr().out


def test_what_does_not_apply_says_why(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(models / WRONG), "ctx001"]) == 0
    out = capsys.readouterr().out
    assert "the decision: does not apply\n    the name makes no claim about" in out


@pytest.mark.parametrize("code", ["ARC001", "FIL003", "QNT001", "POL001", "REL001", "NAM005"])
@pytest.mark.parametrize("name", [None, "a\x1b[31m\u202e-7b-awq"])
def test_every_kind_of_rule_can_be_explained(
    models: Path, code: str, name: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [] if name is None else ["--name", name]
    assert main(["explain", str(models / WRONG), code, *named]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 80
    assert main(["explain", str(models / WRONG), code, *named, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["code"] == code


@pytest.mark.parametrize(
    ("code", "hint"), [("SIZ0001", "did you mean SIZ001?"), ("xyz", "'truename rules' lists them")]
)
def test_no_such_rule(models: Path, code: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(models / WRONG), code]) == 2
    assert hint in capsys.readouterr().err


def test_diff_of_two_reports(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(models / WRONG), str(models / HONEST), "-o", "json=a.json"])
    main(["check", str(models / HONEST), str(models / LONG), "-o", "jsonl=b.jsonl"])
    assert main(["diff", "a.json", "b.jsonl"]) == 1
    out = capsys.readouterr().out
    assert f"{WRONG}: contradicted, now not there\n  - error SIZ001" in out
    assert f"{LONG}: not there, now contradicted\n  + error CTX001" in out
    assert "2 models of 3 changed: 1 new, 1 gone" in out
    assert HONEST not in out
    assert main(["diff", "a.json", "a.json"]) == 0
    assert "0 models of 2 changed: 0 new, 0 gone" in capsys.readouterr().out


def test_diff_of_a_model_that_was_mended(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mended = Path("mended") / LONG
    shutil.copytree(models / LONG, mended)
    config = json.loads((mended / "config.json").read_text())
    (mended / "config.json").write_text(json.dumps({**config, "max_position_embeddings": 131_072}))
    assert main(["diff", str(models / LONG), str(mended)]) == 0
    out = capsys.readouterr().out
    assert "  - error CTX001" in out
    assert "  ~ 128k: flagged, now confirmed" in out
    assert main(["diff", str(mended), str(models / LONG), "--format", "json"]) == 1
    (changed,) = json.loads(capsys.readouterr().out)["models"]
    assert [one["code"] for one in changed["new"]] == ["CTX001"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not a report"),
        ('{"schema": "truename.report/1"}', "a report of the form truename.report/1"),
        ('{"schema": "truename.report/2", "models"', "neither JSON nor one model a line"),
        ('{"schema": "truename.report/2"}', "not a whole report"),
        ("[]", "not a report"),
    ],
)
def test_what_is_not_a_report(text: str, problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.json").write_text(text)
    code = main(["diff", "x.json", "x.json"])
    told = capsys.readouterr()
    if not text:
        assert (code, told.out) == (0, "0 models of 0 changed: 0 new, 0 gone\n")
        return
    assert code == 2
    assert problem in told.err


def test_suggest_keeps_the_authors_words(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suggest", str(models / WRONG), "--name", "Llama-7B-Instruct-v2-ja"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first == "Llama-1.1B-Instruct-v2-ja  (the author's own words)"


def test_a_right_name_is_proposed_as_it_is(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suggest", str(models / HONEST)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{HONEST}  (the author's own words)\n  confirmed: ")
    assert "hub convention" in out


@pytest.mark.parametrize("model", list(demo_models()), ids=lambda model: model.name)
def test_no_proposal_is_contradicted(models: Path, model: object, capsys: pytest.CaptureFixture[str]) -> None:
    folder = models / model.name  # type: ignore[attr-defined]
    assert main(["suggest", str(folder), "--format", "json"]) == 0
    for proposal in json.loads(capsys.readouterr().out)["names"]:
        assert main(["check", str(folder), "--name", proposal["name"], "--format", "concise"]) == 0, proposal
        capsys.readouterr()


def bare(finding: Finding) -> Finding:
    """A finding without the name that a report adds to it."""
    return msgspec.structs.replace(finding, suggestion=None)


@pytest.mark.parametrize("code", ["ARC001", "CTX001", "SIZ001"])
def test_an_explanation_is_the_checks_own_decision(models: Path, code: str, tmp_path: Path) -> None:
    """Without weights documents give a warning at most, and settings have the last word: in both alike."""
    from truename import Config, Severity, check, explain, select_rules

    folder = tmp_path / "llama-7b-128k"
    folder.mkdir()
    shutil.copy(models / "bert-sentiment-uncased" / "config.json", folder)
    for config in (Config(), Config(severities={code[:3]: Severity.NOTE})):
        report = check(folder, rules=select_rules([code]), config=config)
        explained = explain(folder, code, config=config).findings
        without = [
            [msgspec.structs.replace(one, suggestion=None) for one in side] for side in (explained, report.findings)
        ]
        assert without[0] == without[1] != []


def test_a_part_of_a_model_is_explained_as_it_is_checked(tmp_path: Path) -> None:
    from truename import check, explain
    from truename.testing import write_header_only

    folder = tmp_path / "LLaVA-7B-mm-projector"
    folder.mkdir()
    tensors = {f"model.mm_projector.{n}.weight": ("F16", (4096, 1024 if n == 0 else 4096)) for n in (0, 2)}
    write_header_only(folder / "model.safetensors", tensors)
    decided = {one.code for one in (*check(folder).findings, *check(folder).cannot_tell)}
    for code in ("SIZ001", "ARC002"):
        assert bool(explain(folder, code).findings) is (code in {one.code for one in check(folder).findings})
        assert (explain(folder, code).outcome in ("flagged", "cannot_tell")) is (code in decided)
