"""Settings of a project: what holds, where it comes from, and what it does."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from truename.cli import main
from truename.settings import settings_schema

WRONG = "llama-7b"
WHOLE = """
extend-select = ["NAM"]
fail-on = "error"
[severities]
SIZ = "note"
[naming]
required = ["family", "size"]
[[per-model-ignores]]
models = "llama-*"
codes = ["SIZ001"]
reason = "known since spring"
expires = 2999-01-01
"""


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_config_says_what_holds_and_where_it_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"]) == 0
    assert "no file of settings: the defaults hold" in told(capsys)
    Path("truename.toml").write_text('fail-on = "error"\n')
    assert main(["config"]) == 0
    out = told(capsys)
    assert "truename.toml" in out.splitlines()[0]
    assert '  fail-on            set      "error"' in out
    assert "  strict             default  false" in out
    assert main(["config", "--isolated"]) == 0
    assert "no file of settings" in told(capsys)


def test_the_schema_is_for_editors(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--schema"]) == 0
    schema = json.loads(told(capsys))
    assert schema == json.loads(json.dumps(settings_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"fail-on": "error", "naming": {"required": ["family"]}}, schema)
    for wrong in ({"fail-on": "sometimes"}, {"nonsense": 1}, {"severities": {"SIZ": "fatal"}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_own_settings_win_over_a_project_beside_them(models: Path) -> None:
    Path("pyproject.toml").write_text('[tool.truename]\nfail-on = "never"\n')
    assert main(["check", str(models / WRONG)]) == 0
    Path("truename.toml").write_text('fail-on = "error"\n')
    assert main(["check", str(models / WRONG)]) == 1
    assert main(["check", str(models / WRONG), "--isolated", "--fail-on", "never"]) == 0


def test_a_rule_left_out_for_a_model_is_told_with_its_reason(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("truename.toml").write_text(WHOLE)
    assert main(["check", str(models / WRONG)]) == 0
    out = told(capsys)
    assert "the settings leave out SIZ001 until 2999-01-01: known since spring" in out
    assert "SIZ001 parameter-count" not in out
    Path("truename.toml").write_text(WHOLE.replace("2999", "2001"))
    main(["check", str(models / WRONG)])
    out = told(capsys)
    assert "the settings no longer leave out SIZ001, since 2001-01-01: known since spring" in " ".join(out.split())
    assert "note SIZ001" in out


def test_severities_change_the_verdict(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("truename.toml").write_text('[severities]\nSIZ001 = "note"\n')
    assert main(["check", str(models / WRONG), "--format", "json"]) == 0
    (model,) = json.loads(told(capsys))["models"]
    assert model["verdict"]["outcome"] == "consistent"
    assert model["findings"][0]["severity"] == "note"


def test_a_policy_fails_a_name_and_leaves_its_verdict(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("truename.toml").write_text('[naming]\nrequired = ["family", "version"]\nlongest-name = 10\n')
    assert main(["check", str(models / "bert_uncased_L-2_H-128_A-2"), "--format", "json"]) == 1
    (model,) = json.loads(told(capsys))["models"]
    assert model["verdict"]["outcome"] == "consistent"
    assert [finding["code"] for finding in model["findings"]] == ["POL001", "POL007"]


def test_scan_goes_by_the_same_settings(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("truename.toml").write_text(WHOLE)
    main(["check", *sorted(str(path) for path in models.iterdir()), "--format", "concise"])
    lines = sorted(told(capsys).splitlines())
    main(["scan", "--folder", str(models), "--out", "out", "--format", "concise"])
    assert sorted(told(capsys).splitlines()) == lines


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('\nselekt = ["SIZ"]\n', "truename.toml:2: selekt is not a setting; did you mean select?"),
        ("[naming]\nowner = []\n", "truename.toml:2: naming.owner is not a setting; did you mean owners?"),
        ('[[per-model-ignores]]\nmodels="x"\ncodes=[]\nreasons="x"\n', "truename.toml:4: per-model-ignores.reasons"),
        ('[[per-model-ignores]]\nmodels="x"\ncodes=["SIZ"]\nreason=" "\n', "gives no reason"),
        ('[[per-model-ignores]]\nmodels="x"\ncodes=["SIZ"]\n', "missing required field `reason`"),
        ('[[per-model-ignores]]\nmodels="x"\ncodes=["XYZ"]\nreason="x"\n', "starts with 'XYZ'"),
        ('[severities]\nSIZ = "fatal"\n', "severities"),
        ('[naming]\nrequired = ["famly"]\n', "'famly', which there is not; did you mean family?"),
        ('[naming]\nconventions = ["none"]\n', "the convention 'none'"),
        ('[naming]\npattern = "(a"\n', "naming pattern '(a' cannot be read"),
        ('endpoint = "nonsense"\n', "nonsense"),
        ('releases = "nowhere.json"\n', "nowhere.json"),
    ],
)
def test_bad_settings_are_one_sentence(
    models: Path, text: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("truename.toml").write_text(text)
    assert main(["check", str(models / WRONG)]) == 2
    told = capsys.readouterr()
    assert problem in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_a_pattern_takes_linear_time(models: Path) -> None:
    Path("truename.toml").write_text('[naming]\npattern = "(a+)+b"\n')
    name = "a" * 80 + "c"
    assert main(["check", str(models / WRONG), "--name", name, "--select", "POL"]) == 1
