"""FIL003: which names are errors, and from a file to the finding."""

from __future__ import annotations

from pathlib import Path

import pytest

import pickles as p
from truename import check
from truename.findings import Severity
from truename.rules.files.unsafe_global import UnsafeGlobal, is_dangerous


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("os.system (byte 5 of a)", True),
        ("os", True),
        ("builtins.getattr", True),
        ("torch.hub.load", True),
        ("copyreg.extension.5", True),
        ("osprey.Model", False),
        ("models.yolo.Model", False),
        ("torch.nn.modules.linear.Linear", False),
        ("torch.optim.adam.Adam", False),
    ],
)
def test_is_dangerous(name: str, expected: bool) -> None:
    assert is_dangerous(name) is expected


HOOK = p.call("os.system", p.text("true"))
TABLE = [
    (p.SMALL, None),
    (p.SMALL_LEGACY, None),
    (p.archive(p.stream(p.mapping({**p.WEIGHTS, "hook": HOOK})), p.STORAGES), Severity.ERROR),
    (p.archive(p.stream(HOOK + b"\xff"), {}), Severity.ERROR),  # broken behind the payload
    (p.archive(p.stream(p.mapping({**p.WEIGHTS, "hook": p.call("mine.Config")})), p.STORAGES), Severity.WARNING),
]


@pytest.mark.parametrize(("data", "severity"), TABLE)
def test_a_folder(tmp_path: Path, data: bytes, severity: Severity | None) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(data)
    report = check(tmp_path, rules=[UnsafeGlobal()])
    found = report.findings
    assert [finding.severity for finding in found] == ([] if severity is None else [severity])


def test_a_shard_behind_an_honest_one(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model-00001-of-00002.bin").write_bytes(p.SMALL)
    data = p.archive(p.stream(p.mapping({"x": p.tensor("0", (20,)), "hook": HOOK})), {"0": 80})
    (tmp_path / "pytorch_model-00002-of-00002.bin").write_bytes(data)
    report = check(tmp_path, rules=[UnsafeGlobal()])
    (finding,) = report.findings
    assert finding.evidence is not None
    assert "os.system" in finding.message
    assert finding.evidence.file == "pytorch_model-00002-of-00002.bin"
