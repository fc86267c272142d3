from __future__ import annotations

from pathlib import Path

import pytest

from truename.errors import DeclaredError, UsageError
from truename.lab.zoo.corpus_build import Plan, build
from truename.lab.zoo.corpus_file import read_entries, read_failures
from zoo_fakes import Counted, Deadly, Fakes, Slow

pytest.importorskip("pyarrow")

TABLE = {"fakes": Fakes, "deadly": Deadly, "counted": Counted, "slow": Slow}


def _plan(out: Path, library: str = "fakes", **changes: object) -> Plan:
    return Plan(out, (library,), **({"configs": 3, "processes": 0} | changes))


def test_every_class_is_built_or_counted(tmp_path):
    seen = []
    report = build(_plan(tmp_path / "zoo.parquet"), lambda done, total, library: seen.append((done, total)), TABLE)
    assert (report.tallies[0].tried, report.tallies[0].built, report.entries) == (40, 39, 38 * 3 - 2 + 1 - 2 + 2)
    assert [(f.class_name, f.config_id, f.reason, f.message) for f in report.failures] == [
        ("Fake07", 0, "raises ValueError", "hidden sizes never fit"),
        ("Fake08", 1, "raises KeyError", "'no such thing'"),
        ("Fake08", 2, "raises KeyError", "'no such thing'"),
    ]
    assert seen[0] == (0, 40)
    assert seen[-1] == (40, 40)


def test_the_file_gives_back_what_was_built(tmp_path):
    out = tmp_path / "zoo.parquet"
    report = build(_plan(out), libraries=TABLE)
    entries = list(read_entries(out))
    assert len(entries) == report.entries
    first = entries[0]
    assert (first.class_name, first.config_id, first.config) == ("Fake00", 0, {"width": 8})
    assert [(r.template, r.dtype, r.shape, r.indices) for r in first.rows] == [
        ("layers.#.weight", "F32", (8, 8), "0-2")
    ]
    assert list(read_entries(out, [("class_name", "=", "Fake01")])) == [e for e in entries if e.class_name == "Fake01"]
    assert len(read_failures(out)) == 3


def test_a_few_classes_of_each_model_type(tmp_path):
    some = build(_plan(tmp_path / "some.parquet", each=3), libraries=TABLE)
    types = {e.model_type for e in read_entries(tmp_path / "some.parquet")}
    assert some.tallies[0].tried == 3 * len(types)


def test_equal_configurations_are_one_entry(tmp_path):
    out = tmp_path / "zoo.parquet"
    build(_plan(out), libraries=TABLE)
    assert [e.config_id for e in read_entries(out) if e.class_name == "Fake09"] == [0]


def test_the_same_seed_gives_the_same_file(tmp_path):
    paths = [tmp_path / name / "zoo.parquet" for name in ("a", "b", "c")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        path.parent.mkdir()
        build(_plan(path, seed=seed), libraries=TABLE)
    contents = [path.read_bytes() for path in paths]
    assert contents[0] == contents[1] != contents[2]


def test_a_stopped_build_goes_on(tmp_path, monkeypatch):
    log = tmp_path / "log"
    monkeypatch.setenv("ZOO_FAKES_LOG", str(log))
    plan = _plan(tmp_path / "zoo.parquet", "counted", resume=True)
    whole = build(plan, libraries=TABLE)
    calls = log.read_text().splitlines()
    parts = sorted(plan.parts.glob("*.parquet"))
    parts[1].unlink()
    log.write_text("")
    again = build(plan, libraries=TABLE)
    assert again.resumed == len(parts) - 1
    assert again.entries == whole.entries
    assert set(log.read_text().splitlines()) == {
        c for c in calls if c.startswith(tuple(f"Fake{i}" for i in range(12, 24)))
    }


def test_another_seed_takes_no_part_of_an_earlier_build(tmp_path):
    out = tmp_path / "zoo.parquet"
    build(_plan(out, resume=True), libraries=TABLE)
    assert build(_plan(out, resume=True, seed=1), libraries=TABLE).resumed == 0


def test_parts_of_an_earlier_build_are_not_overwritten(tmp_path):
    out = tmp_path / "zoo.parquet"
    build(_plan(out), libraries=TABLE)
    with pytest.raises(UsageError, match="--resume"):
        build(_plan(out), libraries=TABLE)


def test_an_unknown_library_is_one_sentence(tmp_path):
    with pytest.raises(UsageError, match="no library 'other' in the zoo: known are fakes"):
        build(_plan(tmp_path / "zoo.parquet", "other"), libraries=TABLE)


def test_a_class_that_ends_its_process_costs_itself_only(tmp_path):
    report = build(_plan(tmp_path / "zoo.parquet", "deadly", processes=2, configs=1), libraries=TABLE)
    assert report.tallies[0].built == 38
    assert [(f.class_name, f.reason) for f in report.failures] == [
        ("Fake07", "raises ValueError"),
        ("Fake20", "ends its process"),
    ]


def test_a_class_without_end_is_interrupted(tmp_path, monkeypatch):
    monkeypatch.setattr("truename.lab.zoo.worker.SECONDS", 1)
    report = build(_plan(tmp_path / "zoo.parquet", "slow", configs=1, match="Fake03"), libraries=TABLE)
    assert [(f.class_name, f.reason) for f in report.failures] == [("Fake03", "takes too long")]


def test_a_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "zoo.parquet"
    path.write_bytes(b"PAR1 no")
    with pytest.raises(DeclaredError, match="cannot be read as Parquet"):
        list(read_entries(path))
