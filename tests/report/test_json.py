from __future__ import annotations

import json
import math

import msgspec
import pytest

from truename.findings import FailedTarget, ModelReport, Report, ReportedFact
from truename.report.json import line_json, report_json

REPORT_KEYS = ["schema", "version", "settings", "models", "errors"]
MODEL_KEYS = [
    "target",
    "name",
    "verdict",
    "claims",
    "revision",
    "fingerprint",
    "elements",
    "convention",
    "facts",
    "findings",
    "outcomes",
    "confirmed",
    "cannot_tell",
    "does_not_apply",
    "notices",
    "known",
    "parts",
]
NO_PLACE = {"key_path": None, "line": None, "column": None}
TYPE = {"value": "llama", "origin": "declared", "file": "config.json", "detail": "model_type", **NO_PLACE}
COUNT = {"value": 1_100_048_384, "origin": "weights", "file": "model.safetensors", "detail": "201 tensors", **NO_PLACE}
NO_LENGTH = {"kind": "not_declared", "text": "no context length could be read from the files", "file": None}


def test_the_document_of_version_2(llama: ModelReport) -> None:
    failed = FailedTarget("nowhere", "TargetNotFoundError", "nowhere: there is no such folder")
    document = json.loads(report_json(Report((llama,), (failed,), "pyproject.toml", "9.9")))
    assert list(document) == REPORT_KEYS
    assert document["schema"] == "truename.report/2"
    assert (document["version"], document["settings"]) == ("9.9", "pyproject.toml")
    assert document["errors"] == [
        {"target": "nowhere", "kind": "TargetNotFoundError", "message": "nowhere: there is no such folder"}
    ]
    (model,) = document["models"]
    assert list(model) == MODEL_KEYS
    assert (model["target"], model["name"]) == ("models/llama-7b-128k", "llama-7b-128k")
    assert (model["revision"], model["fingerprint"]) == ("abc123", "0" * 64)
    assert model["convention"] == "implementation"
    assert model["notices"] == []


def test_what_was_in_version_1_stays_where_it_was(llama: ModelReport) -> None:
    (model,) = json.loads(report_json(Report((llama,))))["models"]
    assert model["elements"][1] == {
        "kind": "P",
        "role": "parameters",
        "text": "7b",
        "value": 7_000_000_000,
        "start": 6,
        "end": 8,
    }
    assert model["facts"] == [
        {"key": "parameters", "value": 1_100_048_384, "origin": "weights", "file": "model.safetensors"}
    ]
    assert model["findings"] == [
        {
            "code": "SIZ001",
            "rule": "parameter-count",
            "severity": "error",
            "message": "the name says 7 B parameters, the weights hold 1.1 B",
            "claim": {"kind": "P", "text": "7b", "start": 6, "end": 8},
            "evidence": COUNT,
            "suggestion": "llama-1.1b",
            "more": 0,
            "about_files": False,
        }
    ]
    assert list(model["findings"][0])[:7] == [
        "code",
        "rule",
        "severity",
        "message",
        "claim",
        "evidence",
        "suggestion",
    ]


def test_the_verdict_the_claims_and_the_outcomes(llama: ModelReport) -> None:
    (model,) = json.loads(report_json(Report((llama,))))["models"]
    assert model["verdict"] == {
        "outcome": "contradicted",
        "claims": 3,
        "confirmed": 1,
        "declared_only": 1,
        "by_documents": False,
        "reason": None,
    }
    family, size, length = model["claims"]
    assert family == {
        "kind": "A",
        "role": "family",
        "text": "llama",
        "value": "llama",
        "start": 0,
        "end": 5,
        "outcome": "confirmed",
        "severity": None,
        "basis": "declared",
        "codes": ["ARC001"],
        "evidence": TYPE,
        "reason": None,
    }
    assert (size["outcome"], size["severity"], size["evidence"]) == ("flagged", "error", COUNT)
    assert (length["outcome"], length["reason"]) == ("cannot_tell", NO_LENGTH)
    assert model["outcomes"] == {"flagged": 1, "confirmed": 1, "does_not_apply": 1, "cannot_tell": 3}
    assert model["confirmed"] == [
        {"code": "ARC001", "claim": {"kind": "A", "text": "llama", "start": 0, "end": 5}, "evidence": TYPE}
    ]
    assert model["cannot_tell"][0] == {"code": "CTX001", "reason": NO_LENGTH}
    assert model["does_not_apply"] == [
        {
            "code": "LNG001",
            "reason": {"kind": "no_claim", "text": "the name makes no claim about languages", "file": None},
        }
    ]


def test_the_same_report_gives_the_same_bytes(llama: ModelReport, honest: ModelReport) -> None:
    assert report_json(Report((llama, honest))) == report_json(Report((llama, honest)))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (math.nan, None),
        (math.inf, None),
        (-math.inf, None),
        (0.5, 0.5),
        (2**70, 2**70),
        (frozenset({"b", "a"}), ["a", "b"]),
        ({"b": 1, "a": {"d": 1, "c": 2}}, {"a": {"c": 2, "d": 1}, "b": 1}),
        (("F16", "F32"), ["F16", "F32"]),
        ("模型", "模型"),
        ("broken \udce9 name", "broken \\udce9 name"),
        ({"\udce9": ["\udce9"]}, {"\\udce9": ["\\udce9"]}),
    ],
)
def test_values(honest: ModelReport, value: object, written: object) -> None:
    model = msgspec.structs.replace(honest, facts=(ReportedFact("tags", value, "declared", None),))
    text = report_json(Report((model,)))
    found = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert found["models"][0]["facts"][0]["value"] == written
    assert text.endswith("}\n")
    assert text.startswith('{\n  "schema": "truename.report/2",\n  "version": "')
    assert list(found["models"][0]) == MODEL_KEYS


def test_mappings_are_written_in_one_order(honest: ModelReport) -> None:
    one, other = ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    texts = {
        report_json(Report((msgspec.structs.replace(honest, facts=(ReportedFact("k", v, "declared", None),)),)))
        for v in (one, other)
    }
    assert len(texts) == 1


def test_a_line_is_one_line(llama: ModelReport) -> None:
    line = line_json(llama)
    assert line.count("\n") == 1
    assert list(json.loads(line)) == MODEL_KEYS
