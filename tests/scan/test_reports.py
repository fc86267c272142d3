"""A scan's rows as entries of reports: the same as a check's, but for the lists that a row only counts."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from truename.api import judge, with_positions
from truename.errors import EmptyTargetError
from truename.evidence import gather
from truename.findings import FailedTarget, ModelReport
from truename.names import parse_name
from truename.scan.columns import table_of
from truename.scan.reports import entry_of
from truename.scan.rows import error_row, line_of, report_row
from truename.scan.targets import Target
from truename.sources import open_source
from truename.testing.miniature import demo_models

T = TypeVar("T", bound=msgspec.Struct)
PIPELINE = {"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"]}


def through_a_row(folder: Path) -> tuple[ModelReport, ModelReport]:
    """The report of a check, and what is left of it in the table."""
    source = open_source(folder)
    evidence = gather(source)
    report = with_positions(judge(parse_name(source.name), evidence, target=str(folder)), source)
    (row,) = table_of([line_of(report_row(report, evidence))]).to_pylist()
    entry = entry_of(row)
    assert isinstance(entry, ModelReport)
    return report, entry


@pytest.mark.parametrize("model", list(demo_models()), ids=lambda model: model.name)
def test_a_report_survives_its_row(model: object, tmp_path: Path) -> None:
    report, entry = through_a_row(model.write(tmp_path))  # type: ignore[attr-defined]
    counted = {"confirmed": (), "does_not_apply": (), "notices": ()}
    facts = tuple(fact for fact in report.facts if not fact.key.startswith("identification."))
    reasons = tuple(
        msgspec.structs.replace(one, reason=msgspec.structs.replace(one.reason, file=None))
        for one in report.cannot_tell
    )
    claims = tuple(_as_a_row_holds_it(claim) for claim in report.claims)
    findings = tuple(_as_a_row_holds_it(finding) for finding in report.findings)
    expected = {"facts": facts, "cannot_tell": reasons, "claims": claims, "findings": findings, **counted}
    assert entry == msgspec.structs.replace(report, **expected)


def _as_a_row_holds_it(one: T) -> T:
    shown = getattr(one, "evidence", None)
    if shown is None or "claims" in one.__struct_fields__:
        return one
    if hasattr(one, "outcome"):  # of a claim, what was compared has no key and no line in the table
        return msgspec.structs.replace(one, evidence=msgspec.structs.replace(shown, key_path=None))
    return one


def test_parts_and_faults_between_files_stay_what_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "sd-tiny"
    (folder / "unet").mkdir(parents=True)
    (folder / "model_index.json").write_text(msgspec.json.encode(PIPELINE).decode())
    (folder / "unet" / "config.json").write_text('{"_class_name": "UNet2DConditionModel"}')
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"\0" * 4)
    report, entry = through_a_row(folder)
    assert report.findings
    assert [one.about_files for one in entry.findings] == [one.about_files for one in report.findings]
    assert entry.parts == tuple(
        msgspec.structs.replace(part, reason=part.reason and msgspec.structs.replace(part.reason, file=None))
        for part in report.parts
    )


def test_what_could_not_be_checked() -> None:
    error = EmptyTargetError("x", "is empty")
    assert entry_of(error_row(Target("x"), error)) == FailedTarget("x", "EmptyTargetError", str(error))
