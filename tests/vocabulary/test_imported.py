"""The tables that kept libraries gave are what the recorded versions of those libraries give."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from truename.findings import Outcome
from truename.names import claims_of, parse_name
from truename.rules.rule import Case
from truename.rules.size.size_word import SizeWord
from truename.vocabulary.vocabulary import COMPILED

from reference import reference

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT / "tools") not in sys.path:
    sys.path.insert(0, str(ROOT / "tools"))

import import_vocabulary

TABLES = [
    ("languages.toml", "pycountry", import_vocabulary.languages_toml),
    ("transformers.toml", "transformers", import_vocabulary.transformers_toml),
]


@pytest.mark.parametrize(("file", "library", "write"), TABLES, ids=[row[0] for row in TABLES])
def test_a_generated_table_is_up_to_date(file: str, library: str, write: Callable[[], str]) -> None:
    text = (COMPILED.parent / file).read_text(encoding="utf-8")
    try:
        installed = version(library)
    except PackageNotFoundError:
        pytest.skip(f"{library} is not installed")
    if f"{library} {installed}" not in text.splitlines()[0]:
        pytest.skip(f"{file} was written from another version than {library} {installed}")
    assert write() == text


def test_no_counted_release_contradicts_the_sizes_of_its_family() -> None:
    rule, compared, flagged = SizeWord(), 0, []
    with reference("parameter_counts.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["kind"] not in ("exact", "computed"):
                continue
            facts = Case(row["name"], parameters=int(row["params"])).evidence()
            outcome = rule.check(claims_of(parse_name(row["name"])), facts).outcome
            compared += outcome is not Outcome.CANNOT_TELL
            flagged += [row["name"]] if outcome is Outcome.FLAGGED else []
    assert compared > 10
    assert flagged == []
