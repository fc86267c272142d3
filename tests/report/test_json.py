from __future__ import annotations

import json
import math

import msgspec
import pytest

from truename.findings import ModelReport, Report, ReportedFact
from truename.report.json import line_json, report_json

MODEL_KEYS = ["target", "name", "elements", "convention", "facts", "findings", "outcomes", "cannot_tell"]


def test_the_schema_of_version_1(llama: ModelReport) -> None:
    document = json.loads(report_json(Report((llama,))))
    assert list(document) == ["schema", "models"]
    assert document["schema"] == "truename.report/1"
    (model,) = document["models"]
    assert list(model) == MODEL_KEYS
    assert model["elements"][1] == {"kind": "P", "text": "7b", "value": 7_000_000_000, "start": 6, "end": 8}
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
            "evidence": {
                "value": 1_100_048_384,
                "origin": "weights",
                "file": "model.safetensors",
                "detail": "201 tensors",
            },
            "suggestion": "llama-1.1b",
        }
    ]
    assert list(model["findings"][0]) == ["code", "rule", "severity", "message", "claim", "evidence", "suggestion"]
    assert model["outcomes"] == {"flagged": 1, "clean": 2, "cannot_tell": 3}
    assert model["cannot_tell"][0] == {"code": "LNG001", "reason": "the name makes no claim about languages"}


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
    assert text.startswith('{\n  "schema": "truename.report/1",\n  "models": [\n')
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
