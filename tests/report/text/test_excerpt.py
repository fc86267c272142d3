from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from truename.report.text.excerpt import excerpt, shortened


@pytest.mark.parametrize(
    ("text", "start", "end", "width", "line", "mark"),
    [
        ("llama-7b", 6, 8, 40, "llama-7b", "      ^^"),
        ("模型-七b-中文", 3, 5, 40, "模型-七b-中文", "     ^^^"),
        ("x\x1b7b", 2, 4, 40, "x\\x1b7b", "     ^^"),
        ("a" * 40 + "-7b", 41, 43, 20, "…" + "a" * 15 + "-7b", " " * 17 + "^^"),
        ("7b-" + "a" * 40, 0, 2, 20, "7b-" + "a" * 15 + "…", "^^"),
        ("a" * 40 + "7b" + "c" * 40, 40, 42, 20, "…" + "a" * 8 + "7b" + "c" * 8 + "…", " " * 9 + "^^"),
        ("z" * 100, 0, 100, 20, "z" * 18 + "…", "^" * 18),
        ("abc", 0, 0, 20, "abc", "^"),
        ("abc", 7, 9, 20, "abc", "   ^"),
        ("", 0, 0, 20, "", "^"),
    ],
)
def test_excerpt(text: str, start: int, end: int, width: int, line: str, mark: str) -> None:
    part = excerpt(text, start, end, width)
    assert part.text == line
    assert " " * part.offset + "^" * part.length == mark


@given(st.text(min_size=1, max_size=300), st.data(), st.integers(12, 90))
def test_an_excerpt_fits_and_shows_its_span(text: str, data: st.DataObject, width: int) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    part = excerpt(text, start, end, width)
    assert cell_len(part.text) <= width
    assert cell_len(part.text[: part.start]) == part.offset
    assert cell_len(part.text[part.start : part.end]) in (part.length, 0)


@given(st.text(max_size=200), st.integers(5, 60))
def test_shortened_fits(text: str, limit: int) -> None:
    assert cell_len(shortened(text, limit)) <= limit
