from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truename.report.visible import visible


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
