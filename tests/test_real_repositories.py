"""Real repositories, each read by a person: right names stay quiet, wrong ones are flagged where they can be."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from truename import check
from truename.findings import Severity

from reference import reference

REVIEWED: dict[str, dict[str, Any]] = {
    entry["folder"]: entry
    for entry in tomllib.loads(Path(__file__).with_name("real_repositories.toml").read_text("utf-8"))["repository"]
}


@pytest.fixture(scope="module")
def findings() -> dict[str, list[tuple[Severity, str]]]:
    """Folder -> severity and code of every finding under the name that its owner gave it."""
    folders = sorted(path for path in reference("real-repos").iterdir() if path.is_dir())
    reports = {path.name: check(path, name=path.name.replace("+", "/")) for path in folders}
    return {folder: [(f.severity, f.code) for f in report.findings] for folder, report in reports.items()}


def test_every_finding_is_a_reviewed_one(findings: dict[str, list[tuple[Severity, str]]]) -> None:
    found = {folder: [f"{severity} {code}" for severity, code in list_] for folder, list_ in findings.items()}
    assert {f: x for f, x in found.items() if x} == {f: e["expect"] for f, e in REVIEWED.items() if e["expect"]}


def test_no_right_name_gets_a_warning_or_an_error(findings: dict[str, list[tuple[Severity, str]]]) -> None:
    right = {folder: list_ for folder, list_ in findings.items() if "wrong" not in REVIEWED.get(folder, {})}
    assert len(right) > 50
    assert {f: x for f, x in right.items() if any(severity is not Severity.NOTE for severity, _ in x)} == {}
