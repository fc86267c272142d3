"""Architecture claims against declared model types: the names that a person read, and the reference file."""

from __future__ import annotations

import csv
import gzip
import tomllib
from pathlib import Path

import pytest

from truename.findings import Outcome
from truename.names import claims_of, parse_name
from truename.rules.architecture.family_against_config import FamilyAgainstConfig
from truename.rules.rule import Case

from reference import reference

REVIEWED = tomllib.loads(Path(__file__).with_name("reviewed_contradictions.toml").read_text(encoding="utf-8"))
RULE = FamilyAgainstConfig()


def is_flagged(name: str, model_type: str, *classes: str) -> bool:
    facts = Case(name, model_type=model_type, architectures=classes).evidence()
    return RULE.check(claims_of(parse_name(name)), facts).outcome is Outcome.FLAGGED


@pytest.mark.parametrize("row", REVIEWED["contradictions"] + REVIEWED["contradicted_releases"], ids=lambda row: row[0])
def test_a_contradiction_is_flagged(row: list[str]) -> None:
    assert is_flagged(*row)


@pytest.mark.parametrize("row", REVIEWED["legitimate"] + REVIEWED["releases"], ids=lambda row: row[0])
def test_an_honest_name_is_not_flagged(row: list[str]) -> None:
    assert not is_flagged(*row)


def test_no_name_was_read_twice() -> None:
    read = [tuple(row[:2]) for rows in REVIEWED.values() for row in rows]
    assert len(set(read)) == len(read)


def test_precision_and_recall_over_the_whole_reference() -> None:
    path = reference("ptm-naming", "architectures.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [(row["name"], row["model_type"], row["architecture"]) for row in csv.DictReader(file)]
    true = {tuple(row[:2]) for row in REVIEWED["contradictions"]} & {row[:2] for row in rows}
    flagged = {row[:2] for row in rows if is_flagged(*row)}
    assert len(flagged & true) >= 0.95 * len(flagged)
    assert len(flagged & true) >= 0.90 * len(true)
