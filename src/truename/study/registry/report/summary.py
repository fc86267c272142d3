"""What a study found, for machines: the schema ``truename.study/2``, documented in ``docs/study_report.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from truename import __version__
from truename.study.publication.proportions import CONFIDENCE
from truename.study.registry.manifest import Settings
from truename.study.registry.tables.study_tables import Tables

if TYPE_CHECKING:
    from truename.study.survey import Analysis

SCHEMA = "truename.study/2"
_TOP = 50  # lines of tables that have one for each combination, order, form or name
_LONG = ("combinations", "orders", "version_forms", "says_nothing", "shared_names")


def summary(tables: Tables, settings: Settings, survey: Analysis | None) -> dict[str, Any]:
    """All tables as lists of objects, of the long ones the first lines; shares are numbers from 0 to 1."""
    found = {name: _lines(name, table) for name, table in tables.named().items() if name != "overview"}
    return {
        "schema": SCHEMA,
        "truename": __version__,
        "snapshot": settings.snapshot,
        "records": settings.records,
        "absent_columns": settings.absent,
        "confidence": CONFIDENCE,
        "survey": None if survey is None else {"title": survey.instrument.title, "inputs": survey.inputs},
        "overview": _lines("overview", tables.overview)[0],
        "tables": found,
    }


def _lines(name: str, table: pl.DataFrame) -> list[dict[str, Any]]:
    shown = table.head(_TOP) if name in _LONG else table
    return shown.with_columns(pl.col(pl.Date).cast(pl.String)).to_dicts()
