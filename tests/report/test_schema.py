"""The JSON Schema of a report: it is what the code says, and refuses what a report may not hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

import truename.findings
from truename import check
from truename.facts import Origin
from truename.findings import ModelReport, Outcome, ReasonKind, Report, Severity, VerdictKind
from truename.names.elements import Kind
from truename.report.json import report_json
from truename.report.schema import ELEMENT_LETTERS, SCHEMA_FILE, report_schema, schema_text
from truename.testing.miniature import demo_models
from validated_reports import violation

SHIPPED = files("truename.report").joinpath(SCHEMA_FILE)


def test_what_ships_is_what_the_code_says() -> None:
    assert SHIPPED.read_text(encoding="utf-8") == schema_text()


def test_it_is_a_schema_of_its_draft() -> None:
    Draft202012Validator.check_schema(report_schema())
    with pytest.raises(SchemaError):
        Draft202012Validator.check_schema({"type": "no such type"})


def test_every_noun_is_closed_whole_and_explained() -> None:
    for name, part in report_schema()["$defs"].items():
        assert part["description"], name
        if "properties" in part:
            noun = getattr(truename.findings, name, None)
            assert noun is None or list(part["properties"]) == list(noun.__struct_fields__)
            assert part["required"] == list(part["properties"]), name
            assert part["additionalProperties"] is False, name
            assert all(form["description"] and "default" not in form for form in part["properties"].values()), name


@pytest.mark.parametrize("noun", [Outcome, ReasonKind, Severity, VerdictKind])
def test_words_are_listed_in_their_own_order(noun: type[Outcome]) -> None:
    assert report_schema()["$defs"][noun.__name__]["enum"] == [word.value for word in noun]


def test_letters_and_origins_are_those_of_the_other_packages() -> None:
    assert set(ELEMENT_LETTERS) == {kind.value for kind in Kind}
    parts = report_schema()["$defs"]
    assert parts["ReportedFact"]["properties"]["origin"]["enum"] == [origin.value for origin in Origin]


def test_the_demos_report_is_valid(tmp_path: Path) -> None:
    models = tuple(check(model.write(tmp_path)) for model in demo_models())
    document = json.loads(report_json(Report(models, version="1.0")))
    assert violation(document) is None
    assert len(document["models"]) == 5
    assert len({model["verdict"]["outcome"] for model in document["models"]}) > 1


def renamed(model: dict[str, Any]) -> None:
    model["claims"][0]["outcome"] = "clean"


def unread(model: dict[str, Any]) -> None:
    model["cannot_tell"][0]["reason"] = "a text"


def without_a_severity(model: dict[str, Any]) -> None:
    model["claims"][1]["severity"] = None


def confirmed_with_a_reason(model: dict[str, Any]) -> None:
    model["claims"][0]["reason"] = {"kind": "adapter", "text": "x"}


def contradicted_with_a_reason(model: dict[str, Any]) -> None:
    model["verdict"]["reason"] = {"kind": "adapter", "text": "x"}


def of_no_known_origin(model: dict[str, Any]) -> None:
    model["facts"][0]["origin"] = "rumour"


def before_the_name(model: dict[str, Any]) -> None:
    model["elements"][0]["start"] = -1


def without_a_verdict(model: dict[str, Any]) -> None:
    del model["verdict"]


def with_a_field_too_many(model: dict[str, Any]) -> None:
    model["findings"][0]["clean"] = True


def not_a_fingerprint(model: dict[str, Any]) -> None:
    model["fingerprint"] = "md5"


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (renamed, "claims[0].outcome"),
        (unread, "cannot_tell[0].reason"),
        (without_a_severity, "claims[1].severity"),
        (confirmed_with_a_reason, "claims[0].reason"),
        (contradicted_with_a_reason, "verdict.reason"),
        (of_no_known_origin, "facts[0].origin"),
        (before_the_name, "elements[0].start"),
        (without_a_verdict, "verdict"),
        (with_a_field_too_many, "findings[0]"),
        (not_a_fingerprint, "fingerprint"),
    ],
)
def test_what_a_report_may_not_hold_is_refused(
    llama: ModelReport, spoil: Callable[[dict[str, Any]], None], where: str
) -> None:
    document = json.loads(report_json(Report((llama,))))
    assert violation(document) is None
    spoil(document["models"][0])
    wrong = violation(document)
    assert wrong is not None
    assert where in wrong


def test_a_report_that_breaks_the_schema_fails_the_test_that_writes_it(llama: ModelReport) -> None:
    with pytest.raises(AssertionError, match="schema"):
        report_json(Report((llama,), schema="truename.report/1"))
