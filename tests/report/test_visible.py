from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truename.report.visible import cell, visible, visible_json


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("llama-7b", "llama-7b"),
        ("模型-é", "模型-é"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\r\nb\tc", "a\\x0d\\x0ab\\x09c"),
        ("\x9b2J", "\\x9b2J"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb", "a\\u200bb"),
        ("a\u2028b", "a\\u2028b"),
        ("\U000e0041", "\\U000e0041"),
        ("\udce9", "\\udce9"),
        ("[bold]x[/bold] :smile:", "[bold]x[/bold] :smile:"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_what_is_visible_is_printable_and_stays_so(text: str) -> None:
    shown = visible(text)
    assert all(c.isprintable() or c.isspace() for c in shown)
    assert not any(c in shown for c in "\x1b\x9b\r\n\t\u202e\u2066\u200b")
    assert visible(shown) == shown


@pytest.mark.parametrize(
    "text", ["a\u202eb", "\x7f", "\x9b31m", "\u200b", "\ufeff", "\U000e0041", "é", "日本", "🤗", "a"]
)
def test_visible_json_is_the_same_json(text: str) -> None:
    document = json.dumps({"a": [text], text: "\t"}, ensure_ascii=False, indent=1)
    told = visible_json(document)
    assert json.loads(told) == json.loads(document)
    assert all(visible(line) == line for line in told.split("\n"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", r"'\x09=1"),
        ("\r=1", r"'\x0d=1"),
        ("-", "-"),
        ("", ""),
        ("bert=1", "bert=1"),
        ("a\u202eb", r"a\u202eb"),
        ("'=1", "'=1"),
    ],
)
def test_a_cell_is_never_run(text: str, shown: str) -> None:
    assert cell(text) == shown
