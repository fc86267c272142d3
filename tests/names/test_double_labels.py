"""The names that were labelled twice: every label stands in its name, and the passes agree as the record says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from truename.names import Convention, Kind, parse_name

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import double_labels


def test_every_label_is_a_span_of_a_kind() -> None:
    rows = double_labels.read_rows("double_labels.tsv")
    assert len({row["name"] for row in rows}) == 300
    for row in rows:
        for one in double_labels.PASSES:
            found = double_labels.spans(row["name"], row[one])
            assert found
            assert {kind for *_, kind in found} <= {str(kind) for kind in Kind}


def test_conventions_are_those_of_the_study() -> None:
    rows = double_labels.read_rows("double_conventions.tsv")
    assert len({row["name"] for row in rows}) == 200
    assert {row[one] for row in rows for one in double_labels.PASSES} == {str(one) for one in Convention}


def test_the_names_are_others() -> None:
    first, second = (
        {row["name"] for row in double_labels.read_rows(f"double_{t}.tsv")} for t in ("labels", "conventions")
    )
    assert first.isdisjoint(second)


def test_the_passes_agree_and_the_reading_does_not_fall() -> None:
    rows = double_labels.read_rows("double_labels.tsv")
    first, second = (
        {row["name"]: double_labels.spans(row["name"], row[one]) for row in rows} for one in double_labels.PASSES
    )
    assert double_labels.f1(first, second, double_labels.kind_of) == pytest.approx(0.963, abs=0.001)
    ours = {
        name: frozenset((e.start, e.end, str(e.kind)) for e in parse_name(name, learned=False).elements)
        for name in first
    }
    assert double_labels.f1(ours, first, double_labels.kind_of) > 0.81
    assert double_labels.f1(ours, second, double_labels.kind_of) > 0.83


def test_a_label_that_is_not_in_the_name() -> None:
    with pytest.raises(ValueError, match="not found"):
        double_labels.spans("owner/bert-base", "bart/A")
