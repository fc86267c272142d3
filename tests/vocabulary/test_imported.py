"""The tables that kept libraries gave are what the recorded versions of those libraries give."""

from __future__ import annotations

import csv
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from truename.findings import Outcome
from truename.names import claims_of, parse_name
from truename.rules.rule import Case
from truename.rules.size.size_word import SizeWord
from truename.vocabulary.vocabulary import COMPILED

from reference import reference

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.mark.parametrize(("file", "library"), [("languages.toml", "pycountry"), ("transformers.toml", "transformers")])
def test_a_generated_table_is_up_to_date(file: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (COMPILED.parent / file).read_text(encoding="utf-8")
    try:
        installed = version(library)
    except PackageNotFoundError:
        pytest.skip(f"{library} is not installed")
    if f"{library} {installed}" not in text.splitlines()[0]:
        pytest.skip(f"{file} was written from another version than {library} {installed}")
    monkeypatch.syspath_prepend(TOOLS)
    write = getattr(import_module("import_vocabulary"), file.replace(".", "_"))
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
