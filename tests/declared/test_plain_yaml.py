"""The plain part of YAML is read as the YAML library reads it, and everything else is left to that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truename.declared.card import parse_yaml
from truename.declared.plain_yaml import read_plain
from truename.errors import DeclaredError

PLAIN = {
    "words": "language: en\nlicense: apache-2.0\n",
    "words that YAML 1.1 makes values of": "a: no\nb: 1e5\nc: 2020-01-01\nd: 0x1F",
    "a list under its key": "tags:\n- a\n- b-c\nlicense: mit",
    "a list moved in": "tags:\n  - a\n  - b\nlicense: mit",
    "quotes": "a: 'x: y'\nb: \"# z\"\nc:\n- ''",
    "nothing behind a key": "a:\nb: x\nc:",
    "blank lines and blanks at ends": "a: x y  \n\n  \nb:   \n  - z ",
    "an address": "a: https://x.org/y#z?q=[1,2]",
    "a key twice": "a: x\nb: y\na:\n- z",
}
MORE = {
    "nothing": "",
    "only blanks": " \n ",
    "a comment": "a: x # y",
    "a list in brackets": "a: [x]",
    "a mapping below": "a:\n  b: c",
    "a mapping in a list": "a:\n- b: c",
    "a line that goes on": "a: x\n  y",
    "a list that moves": "a:\n- x\n  - y",
    "a list behind a word": "a: x\n- y",
    "an item without a text": "a:\n-\n- x",
    "a block of text": "a: |\n  x",
    "an anchor": "a: &b x",
    "an alias": "a: *b",
    "a tag": "a: !!int 1",
    "a colon at the end": "a: b:",
    "a quote that does not end": "a: 'x",
    "an escape": 'a: "\\n"',
    "a quote in quotes": "a: 'it''s'",
    "a tab": "a:\tx",
    "the line ends of Windows": "a: x\r\nb: y",
    "another script": "a: é",
    "a root that is a list": "- a",
}


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_what_is_plain_is_read_as_yaml_reads_it(text: str) -> None:
    assert read_plain(text) == parse_yaml("README.md", text)


@pytest.mark.parametrize("text", MORE.values(), ids=MORE)
def test_what_is_not_plain_is_left_to_yaml(text: str) -> None:
    assert read_plain(text) is None


_MARKS = ":-#?!&*|>%@`,[]{}~'\"\\/().=<_$^+\t\r\x85\ufeffé "
SIGNS = [*_MARKS, ": ", " #", "- ", "\n", "\n- ", "\n  - ", "---", "..."]
KEYS = st.text("ab_-1", min_size=1, max_size=4)
TEXTS = st.lists(st.sampled_from([*SIGNS, "x", "y1", "k:"]), max_size=8).map("".join)
LINES = st.one_of(
    st.tuples(KEYS, TEXTS).map(lambda kv: f"{kv[0]}: {kv[1]}"),
    KEYS.map(lambda key: f"{key}:"),
    st.tuples(st.sampled_from(["", " ", "  "]), TEXTS).map(lambda line: f"{line[0]}- {line[1]}"),
    TEXTS,
)


@given(st.lists(LINES, max_size=6).map("\n".join))
def test_no_text_is_read_otherwise_than_by_yaml(text: str) -> None:
    if (plain := read_plain(text)) is None:
        return
    try:
        assert parse_yaml("README.md", text) == plain
    except DeclaredError as error:
        pytest.fail(f"YAML refuses {text!r}: {error}")
