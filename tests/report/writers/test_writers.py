"""Every form of a report, read by somebody else's reader where there is one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import msgspec
import pytest

from truename.findings import EvidenceRef, FailedTarget, Finding, ModelReport, Report, RuleText, Severity
from truename.report.json import report_json
from truename.report.writers import Entry, Form, Run, writer_for
from truename.report.writers.writer import fingerprint_of, path_within, place_of

HOSTILE = "a\x1b[31m|`<script>\u202e@all ::error::%0A[x](y)\n::error::"
GONE = FailedTarget("gone", "TargetNotFoundError", "gone: there is no such folder")


def described(code: str) -> RuleText:
    return RuleText(code, "parameter-count", "A count is wrong.", "It **matters**.")


def written(form: Form, entries: Sequence[Entry], **run: object) -> str:
    writer = writer_for(form, Run("9.9", describe=described, **run))  # type: ignore[arg-type]
    return writer.head() + "".join(map(writer.entry, entries)) + writer.tail()


@pytest.fixture
def hostile(llama: ModelReport) -> ModelReport:
    finding = llama.findings[0]
    evil = EvidenceRef(HOSTILE, "declared", HOSTILE, HOSTILE, HOSTILE, 3, 4)
    changed = msgspec.structs.replace(finding, message=HOSTILE, evidence=evil, suggestion=HOSTILE, rule=HOSTILE)
    return msgspec.structs.replace(llama, target=HOSTILE, name=HOSTILE, findings=(changed,))


@pytest.mark.parametrize("form", Form)
def test_no_form_lets_a_hostile_name_out(form: Form, hostile: ModelReport) -> None:
    text = written(form, [hostile, FailedTarget(HOSTILE, HOSTILE, HOSTILE)])
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<script>" not in text or form not in (Form.HTML, Form.JUNIT)
    assert not any(line.startswith("::error::") for line in text.splitlines())


@pytest.mark.parametrize("form", Form)
def test_nothing_to_write_is_a_whole_report(form: Form) -> None:
    text = written(form, [])
    if form in (Form.JSON, Form.GITLAB, Form.SARIF):
        json.loads(text)
    if form is Form.JUNIT:
        assert ElementTree.fromstring(text).tag == "testsuites"


def test_json_is_the_report_written_at_once(llama: ModelReport, hostile: ModelReport) -> None:
    for models, errors in [((), ()), ((llama,), ()), ((llama, hostile), (GONE,)), ((), (GONE, GONE))]:
        whole = report_json(Report(models, errors, "x.toml", "9.9"))
        assert written(Form.JSON, [*models, *errors], settings="x.toml") == whole


def test_json_lines(llama: ModelReport) -> None:
    lines = written(Form.JSONL, [llama, GONE]).splitlines()
    assert [json.loads(line)["target"] for line in lines] == [llama.target, "gone"]


def test_concise(llama: ModelReport) -> None:
    lines = written(Form.CONCISE, [llama, GONE]).splitlines()
    assert lines[0].startswith("models/llama-7b-128k/model.safetensors: error: ")
    assert lines[0].endswith("[SIZ001]")
    assert lines[-2] == "not checked: gone: there is no such folder"
    assert lines[-1].startswith("2 models: 1 contradicted, 1 could not be checked")


def placed(llama: ModelReport) -> ModelReport:
    """The model with a finding about the third line of its configuration."""
    evidence = EvidenceRef(8192, "declared", "config.json", "n_ctx", "n_ctx", 3, 5)
    return msgspec.structs.replace(
        llama, findings=(msgspec.structs.replace(llama.findings[0], evidence=evidence, severity=Severity.WARNING),)
    )


def test_places(llama: ModelReport, tmp_path: Path) -> None:
    model = placed(llama)
    assert str(place_of(model, model.findings[0])) == "models/llama-7b-128k/config.json:3:5"
    (tmp_path / "m").mkdir()
    weights = tmp_path / "m" / "x.gguf"
    weights.touch()
    assert path_within(str(tmp_path / "m"), "config.json") == str(tmp_path / "m" / "config.json")
    assert path_within(str(weights), "config.json") == str(tmp_path / "m" / "config.json")
    assert path_within("owner/name@main", "config.json") == "owner/name/config.json"


def test_github_annotations(llama: ModelReport) -> None:
    line = written(Form.GITHUB, [placed(llama)]).splitlines()[0]
    assert line.startswith(
        "::warning title=SIZ001 parameter-count,file=models/llama-7b-128k/config.json,line=3,col=5::"
    )


def test_gitlab_issues(llama: ModelReport) -> None:
    issues = json.loads(written(Form.GITLAB, [llama, placed(llama), GONE]))
    assert issues[0]["severity"] == "critical"
    assert {"description", "check_name", "fingerprint", "severity", "location"} <= issues[0].keys()
    assert issues[-1]["severity"] == "blocker"
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


def test_junit_counts(llama: ModelReport) -> None:
    junitparser = pytest.importorskip("junitparser")
    suites = junitparser.JUnitXml.fromstring(written(Form.JUNIT, [llama, GONE]).encode())
    first, second = list(suites)
    assert (first.name, first.tests, first.failures, first.skipped) == (llama.name, 3, 1, 1)
    assert (second.tests, second.errors) == (1, 1)


def test_junit_fails_what_fails_the_call(llama: ModelReport) -> None:
    text = written(Form.JUNIT, [placed(llama)], fail_on="error")
    assert "<failure" not in text
    assert "warning" in text
    assert "<failure" in written(Form.JUNIT, [placed(llama)])
    assert "<failure" not in written(Form.JUNIT, [llama], fail_on="never")


def sarif(entries: Sequence[Entry]) -> dict[str, object]:
    log: dict[str, object] = json.loads(written(Form.SARIF, entries))
    return log


def test_sarif_results(llama: ModelReport) -> None:
    run = sarif([placed(llama), llama, GONE])["runs"][0]  # type: ignore[index]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["SIZ001"]
    first, second = run["results"][:2]
    assert first["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 5}
    assert first["relatedLocations"][0]["physicalLocation"]["region"]["snippet"] == {"text": "7b"}
    assert "region" not in second["locations"][0]["physicalLocation"]
    assert first["partialFingerprints"] != second["partialFingerprints"]
    assert run["invocations"][0]["executionSuccessful"] is False


def test_sarif_points_into_the_name_where_no_file_shows_it(llama: ModelReport) -> None:
    finding = msgspec.structs.replace(llama.findings[0], evidence=None)
    run = sarif([msgspec.structs.replace(llama, findings=(finding,))])["runs"][0]  # type: ignore[index]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "models/llama-7b-128k"
    assert (place["region"]["startColumn"], place["region"]["endColumn"]) == (7, 9)


def multitool() -> str:
    """Microsoft's SARIF Multitool, from npm."""
    found = os.environ.get("SARIF_MULTITOOL") or shutil.which("sarif-multitool") or shutil.which("Sarif.Multitool")
    if found is None:
        pytest.skip("no SARIF Multitool is installed (npm install --global @microsoft/sarif-multitool)")
    return found


def test_sarif_passes_microsofts_validator(llama: ModelReport, hostile: ModelReport, tmp_path: Path) -> None:
    for name, entries in {"all": [llama, placed(llama), hostile, GONE], "none": []}.items():
        log = tmp_path / f"{name}.sarif"
        log.write_text(written(Form.SARIF, entries), encoding="utf-8")
        done = subprocess.run([multitool(), "validate", str(log)], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout
        assert " error " not in done.stdout


def test_sarif_fits_its_schema(llama: ModelReport, hostile: ModelReport, sarif_schema: dict[str, object]) -> None:
    for entries in [[llama, placed(llama), hostile, GONE], []]:
        jsonschema.validate(sarif(entries), sarif_schema)


def test_markdown(llama: ModelReport) -> None:
    text = written(Form.MARKDOWN, [llama, GONE])
    assert text.startswith("## truename: 2 models: 1 contradicted, 1 could not be checked")
    assert "| ❌ | `llama-7b-128k` | **contradicted** (" in text
    assert "in `models/llama-7b-128k/model.safetensors`" in text


def test_markdown_cuts_what_no_summary_holds(llama: ModelReport) -> None:
    text = written(Form.MARKDOWN, [llama] * 4_000)
    assert len(text.encode()) < 1_000_000
    assert re.search(r"\n[\d,]+ more are left out of this summary\.", text)


def test_html_marks_the_name(llama: ModelReport) -> None:
    text = written(Form.HTML, [llama, GONE])
    assert '<mark class="flagged">7b</mark>' in text
    assert "default-src 'none'" in text
    assert "http" not in text.replace("http-equiv", "")


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"message": "worded otherwise"}, True),
        ({"severity": Severity.NOTE}, True),
        ({"code": "SIZ002"}, False),
        ({"claim": None}, False),
        ({"evidence": EvidenceRef(7, "weights", "model.safetensors")}, False),
    ],
)
def test_a_finding_is_recognised_by_rule_claim_and_evidence(
    llama: ModelReport, change: dict[str, object], same: bool
) -> None:
    finding: Finding = llama.findings[0]
    changed = msgspec.structs.replace(finding, **change)
    assert (fingerprint_of(llama, changed) == fingerprint_of(llama, finding)) is same


def test_where_a_model_lies_does_not_change_its_findings(llama: ModelReport) -> None:
    finding = llama.findings[0]
    moved = msgspec.structs.replace(llama, target="elsewhere/llama-7b-128k")
    assert fingerprint_of(moved, finding) == fingerprint_of(llama, finding)
    shown = finding.evidence
    assert shown is not None
    lower = msgspec.structs.replace(finding, evidence=msgspec.structs.replace(shown, line=99, column=2))
    assert fingerprint_of(llama, lower) == fingerprint_of(llama, finding)
