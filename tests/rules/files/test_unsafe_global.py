"""FIL003: which names are errors, and from a file to the finding."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import pickles as p
from truename import check
from truename.facts import ImportedName
from truename.findings import Outcome, ReasonKind, Severity
from truename.names import claims_of, parse_name
from truename.rules.files.unsafe_global import UnsafeGlobal, is_dangerous
from truename.rules.rule import Case


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("os.system", True),
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


@pytest.mark.parametrize(
    ("facts", "outcome", "kind"),
    [
        ({}, Outcome.DOES_NOT_APPLY, ReasonKind.NO_SUCH_FILE),
        ({"formats": ("safetensors",)}, Outcome.DOES_NOT_APPLY, ReasonKind.NO_SUCH_FILE),
        ({"unsafe_globals": ()}, Outcome.CONFIRMED, None),
        ({"unsafe_globals": (), "unread_pickles": ("a.pt",)}, Outcome.CANNOT_TELL, ReasonKind.UNREAD_FILE),
        ({"unread_pickles": ("a.pt",)}, Outcome.CANNOT_TELL, ReasonKind.UNREAD_FILE),
        ({"unsafe_globals": (ImportedName("os.system"),), "unread_pickles": ("a.pt",)}, Outcome.FLAGGED, None),
    ],
)
def test_only_pickles_that_were_walked_whole_pass(
    facts: dict[str, object], outcome: Outcome, kind: ReasonKind | None
) -> None:
    case = Case("m", **facts)
    decision = UnsafeGlobal().check(claims_of(parse_name(case.name)), case.evidence())
    assert decision.outcome is outcome
    assert (decision.reason.kind if decision.reason else None) is kind
    assert bool(decision.confirmations) is (outcome is Outcome.CONFIRMED)


def program(folder: Path) -> bytes:
    """An archive that is not supported: its pickles were not walked."""
    with zipfile.ZipFile(folder / "archive", "w") as file:
        file.writestr("program/models/model.json", b"{}")
        file.writestr("program/archive_format", b"pt2")
    return (folder / "archive").read_bytes()


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt"])
@pytest.mark.parametrize("kind", ["broken", "cut short", "not supported"])
def test_the_main_set_does_not_pass_where_it_was_not_read_to_its_end(tmp_path: Path, name: str, kind: str) -> None:
    folder = tmp_path / "bert-base-uncased"
    folder.mkdir()
    data = {
        "broken": p.archive(p.stream(p.mapping(p.WEIGHTS) + b"\xff"), {}),
        "cut short": p.SMALL[: len(p.SMALL) // 2],
        "not supported": program(tmp_path),
    }[kind]
    (folder / name).write_bytes(data)
    report = check(folder, rules=[UnsafeGlobal()])
    assert not report.findings
    assert [(one.code, one.reason.kind) for one in report.cannot_tell] == [("FIL003", ReasonKind.UNREAD_FILE)]
