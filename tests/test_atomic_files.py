"""Files that are there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from truename.atomic_files import PARTIAL, remove_partial_files, write_atomically, write_bytes_atomically


def test_the_file_is_replaced_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"before")
    with write_atomically(path) as partial:
        partial.write_bytes(b"after")
        assert path.read_bytes() == b"before"
        assert partial.name.endswith(PARTIAL)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.json", b"after")]


def test_a_block_that_raises_leaves_everything_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"before")

    def write_half() -> None:
        with write_atomically(path) as partial:
            partial.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.json", b"before")]


def test_two_files_that_differ_in_their_suffix_do_not_meet(tmp_path: Path) -> None:
    with write_atomically(tmp_path / "a.json") as one, write_atomically(tmp_path / "a.parquet") as other:
        one.write_bytes(b"1")
        other.write_bytes(b"2")
    assert ((tmp_path / "a.json").read_bytes(), (tmp_path / "a.parquet").read_bytes()) == (b"1", b"2")


def test_what_a_kill_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / f"part-00001.parquet.99{PARTIAL}").write_bytes(b"half")
    write_bytes_atomically(tmp_path / "part-00000.parquet", b"whole")
    remove_partial_files(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["part-00000.parquet"]
