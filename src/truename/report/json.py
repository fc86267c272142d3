"""Reports as JSON: the schema ``truename.report/2``, the same bytes for the same input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from truename.findings import FailedTarget, ModelReport, Report
from truename.json_text import REFUSALS
from truename.report.visible import visible_json

# Sets and mappings are sorted, structs keep the order of their fields. Numbers that JSON lacks become null.
_ENCODER = msgspec.json.Encoder(order="deterministic")


class ReportDocument(msgspec.Struct, frozen=True):
    """A report as it is written: the schema in front, where a reader looks for it.

    Attributes:
        schema: the name of this form.
        version: of truename.
        settings: the settings file that was used; None where there is none.
        models: in the order in which they were asked for.
        errors: the targets that could not be checked.
    """

    schema: str
    version: str
    settings: str | None
    models: Sequence[ModelReport]
    errors: Sequence[FailedTarget]


def report_json(report: Report) -> str:
    """A whole report as indented JSON text that ends with a newline."""
    return document_json(ReportDocument(report.schema, report.version, report.settings, report.models, report.errors))


def document_json(document: Any) -> str:
    """Any noun as indented JSON text that ends with a newline."""
    return visible_json(msgspec.json.format(_encode(document), indent=2).decode()) + "\n"


def line_json(document: Any) -> str:
    """Any noun as one line of JSON with its newline."""
    return visible_json(_encode(document).decode()) + "\n"


def _encode(document: Any) -> bytes:
    try:
        return _ENCODER.encode(document)
    except REFUSALS:  # a file name that is not UTF-8 reaches Python as lone surrogates
        return msgspec.json.encode(_whole(msgspec.to_builtins(document, order="deterministic")))


def _whole(value: Any) -> Any:
    """``value`` with lone surrogates replaced by their escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(item) for item in value]
    return value
