"""Ranges on disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from truename.sources import range_cache
from truename.sources.range_cache import RangeCache


@pytest.fixture
def cache(tmp_path: Path) -> RangeCache:
    return RangeCache(tmp_path / "ranges")


def test_what_is_written_is_read(cache: RangeCache) -> None:
    cache.write("a", 5, b"hello")
    assert cache.ranges("a") == {5: 5}
    assert cache.read("a", 5, 5) == b"hello"
    assert cache.ranges("b") == {}
    assert cache.read("a", 5, 4) is None


def test_the_longest_of_a_start_counts(cache: RangeCache) -> None:
    for data in (b"hell", b"hello world", b"he"):
        cache.write("a", 0, data)
    assert cache.ranges("a") == {0: 11}


def test_empty_and_huge_ranges_are_not_kept(cache: RangeCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(range_cache, "MAX_RANGE", 10)
    cache.write("a", 0, b"")
    cache.write("a", 0, b"x" * 11)
    assert cache.ranges("a") == {}


def test_a_damaged_range_is_none(cache: RangeCache, tmp_path: Path) -> None:
    cache.write("a", 0, b"hello")
    (path,) = (path for path in tmp_path.rglob("0-5"))
    path.write_bytes(path.read_bytes()[:-1] + b"0")
    assert cache.read("a", 0, 5) is None


def test_nothing_half_written_is_left(cache: RangeCache, tmp_path: Path) -> None:
    cache.write("a", 0, b"hello")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["0-5"]


def test_what_was_used_longest_ago_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(range_cache, "_CHECK_EVERY", 1_000)
    cache = RangeCache(tmp_path, max_bytes=5_000)
    for number in range(20):
        cache.write(str(number), 0, b"x" * 500)
        for path in cache._home(str(number)).iterdir():
            os.utime(path, (number, number))
    kept = [number for number in range(20) if cache.ranges(str(number))]
    assert kept == list(range(kept[0], 20))
    assert 5 <= len(kept) <= 11
    assert not list(tmp_path.glob(f"*/{cache._home('0').name}"))
