from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from small_study import row, rows
from truename.study.registry.tables.study_tables import tabulate
from truename.study.registry.tables.versions import forms, versions


def versioned(text: str, *parts: int, owner: str = "ann", series: str = "model-*") -> dict[str, Any]:
    return row(f"model-{text}", kinds="AV", owner=owner, version=text, version_parts=list(parts), series=series)


def of_family(name: str) -> dict[str, Any]:
    return row(name, kinds="AV", version=name[-1], version_parts=[int(name[-1])])


def counts(*given: dict[str, Any]) -> dict[str, int]:
    return {what: models for what, models in versions(rows(*given)).select("what", "models").rows() if models}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([versioned("v1", 1)], {"first": 1}),
        ([versioned("v0.1", 0, 1)], {"first": 1}),
        ([versioned("v1.0", 1, 0)], {"first": 1}),
        ([versioned("v2", 2)], {"missing": 1}),
        ([versioned("v1.1", 1, 1)], {"missing": 1}),
        ([versioned("v1", 1), versioned("v2", 2)], {"predecessor": 1, "first": 1}),
        # by number, not as text
        ([versioned("v9", 9), versioned("v10", 10)], {"predecessor": 1, "missing": 1}),
        ([versioned("v1", 1), versioned("v1.0", 1, 0)], {"first": 2}),
        ([versioned("v1", 1), versioned("v1.0.1", 1, 0, 1)], {"predecessor": 1, "first": 1}),
        # another owner's and another series' are none
        ([versioned("v1", 1), versioned("v2", 2, owner="bob")], {"first": 1, "missing": 1}),
        ([versioned("v1", 1), versioned("v2", 2, series="other-*")], {"first": 1, "missing": 1}),
        ([versioned("2407", 2407)], {"date": 1}),
        ([versioned("2407", 2407), versioned("2501", 2501)], {"date": 1, "predecessor": 1}),
        ([versioned("final"), versioned("v2", 2)], {"no_number": 1, "missing": 1}),
        ([row("plain")], {}),
        # of a family: neither has a predecessor nor is one
        ([of_family("llama-2"), of_family("llama-3")], {"family": 2}),
        ([of_family("llama-1"), versioned("v2", 2)], {"family": 1, "missing": 1}),
    ],
)
def test_predecessors(given: list[dict[str, Any]], expected: dict[str, int]) -> None:
    assert counts(*given) == expected


def test_shares_are_of_names_with_a_version() -> None:
    table = versions(rows(versioned("v1", 1), row("plain")))
    assert set(table["of"]) == {1}


def test_a_date_and_a_stage_are_versions_without_a_number_to_compare() -> None:
    assert counts(row("model-2024-05-13", kinds="AV"), row("model-beta", kinds="AV")) == {"no_number": 2}


def test_a_version_counts_the_same_everywhere() -> None:
    tables = tabulate(rows(versioned("v1", 1), row("model-beta", kinds="AV"), row("plain")), {}, ["ARC001"])
    of_elements = tables.elements.filter(pl.col("what") == "V")["models"][0]
    assert tables.overview["with_version"][0] == of_elements == tables.versions["of"][0] == 2


def test_forms() -> None:
    table = forms(rows(versioned("v1.5", 1, 5), versioned("V2.0", 2, 0), versioned("3", 3), row("plain")))
    assert table.select("form", "models", "of").rows() == [("v#.#", 2, 3), ("#", 1, 3)]
