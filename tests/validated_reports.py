"""Every report that a test makes is held against the JSON Schema that ships, by a library that is not truename's."""

from __future__ import annotations

import json
from functools import cache, wraps
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

import truename.api
import truename.report.json


@cache
def _validator(noun: str) -> Draft202012Validator:
    schema = json.loads(files("truename.report").joinpath("report-2.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator({**schema, "$ref": f"#/$defs/{noun}"})


def violation(document: Any, noun: str = "ReportDocument") -> str | None:
    """What a parsed document breaks in the schema of ``noun``, and where; None where it breaks nothing."""
    error = best_match(_validator(noun).iter_errors(document))
    return None if error is None else f"{error.json_path}: {error.message}"


def validate_every_report() -> None:
    """From now on a report that breaks the schema fails the test that makes it, in this process."""
    judge, write = truename.api.judge, truename.report.json.document_json

    @wraps(judge)
    def judged(*arguments: Any, **options: Any) -> Any:
        report = judge(*arguments, **options)
        written = truename.report.json.line_json(report)
        assert (wrong := violation(json.loads(written), "ModelReport")) is None, wrong
        return report

    @wraps(write)
    def written(document: Any) -> str:
        text = write(document)
        if isinstance(document, truename.report.json.ReportDocument):
            assert (wrong := violation(json.loads(text))) is None, wrong
        return text

    truename.api.judge = judged
    truename.report.json.document_json = written
