"""Look-alike letters and hidden characters."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truename.names import confusables
from truename.names.confusables import Disguise, disguised, fold, undisguised

LOOK_ALIKE = [
    ("ll\u0430ma-2", "llama-2", True),
    ("\u0422\u0035-base", "T5-base", True),  # wholly Cyrillic, beside Latin words
    ("\u03bfpt-1.3b", "opt-1.3b", True),  # Greek
    ("B\u0395RT", "BERT", True),
    ("\uff2c\uff2c\uff41\uff2d\uff21-2", "LLaMA-2", True),  # full width
    ("\U0001d425\U0001d425\U0001d41a\U0001d426\U0001d41a", "llama", True),  # mathematical
    ("my\u0441orp", "mycorp", False),
]
HIDDEN = [
    ("l\u200blama", Disguise.INVISIBLE, (1, 2)),
    ("llama\u202e-7b", Disguise.BIDIRECTIONAL, (5, 6)),
    ("\u2066\u2067bert", Disguise.BIDIRECTIONAL, (0, 2)),
    ("bert\x1b[2J", Disguise.CONTROL, (4, 5)),
    ("be\u00adrt", Disguise.INVISIBLE, (2, 3)),
    ("bert\u3164", Disguise.INVISIBLE, (4, 5)),
    ("l\u200dlama", Disguise.INVISIBLE, (1, 2)),
]
HONEST = [
    "",
    "llama-2-7b",
    "\u0441\u0430\u0439\u0433\u0430-7b",
    "\u0440\u0443\u0441\u0441\u043a\u0430\u044f-\u043c\u043e\u0434\u0435\u043b\u044c",
    "\u4e2d\u6587llama",
    "\u65e5\u672c\u8a9e-bert",
    "\u0645\u062f\u0644\u200c\u0647\u0627-bert",  # Persian writes a joiner between letters
    "\u0939\u093f\u0928\u094d\u0926\u0940-bert",
    "\u03b2-vae",
    "\u03c1GPT",  # a Greek letter as a sign
    "caf\u00e9",
    "yapay-zek\u00e2l\u0131",  # Turkish
    "\U0001f469\u200d\U0001f4bb-bert",  # an emoji of three characters
    "R\u00b2",
    "\udcff-bert",
]


@pytest.mark.parametrize(("name", "plain", "imitates"), LOOK_ALIKE)
def test_letters_that_only_look_latin(name: str, plain: str, imitates: bool) -> None:
    (part,) = disguised(name)
    assert part.disguise is Disguise.LOOK_ALIKE
    assert part.imitates is imitates
    assert undisguised(name) == plain
    assert fold(name) == plain


@pytest.mark.parametrize(("name", "disguise", "span"), HIDDEN)
def test_characters_that_are_not_seen(name: str, disguise: Disguise, span: tuple[int, int]) -> None:
    (part,) = disguised(name)
    assert (part.disguise, (part.start, part.end), part.plain) == (disguise, span, "")


@pytest.mark.parametrize("name", HONEST)
def test_honest_names_of_any_script(name: str) -> None:
    assert disguised(name) == ()
    assert undisguised(name) == name


@given(st.text(max_size=60))
def test_parts_are_ordered_spans_and_taking_them_off_is_enough(name: str) -> None:
    parts = disguised(name)
    ends = [0, *(part.end for part in parts)]
    assert all(start <= part.start < part.end <= len(name) for start, part in zip(ends, parts, strict=False))
    assert fold(fold(name)) == fold(name)


def test_the_table_is_of_cased_letters_beyond_ascii() -> None:
    path = Path(confusables.__file__).with_name("confusables.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))["look_alikes"]
    chars = "".join(table.values())
    assert len(set(chars)) == len(chars) > 300
    assert not any(char.isascii() for char in chars)
    assert all(len(twin) == 1 and twin.isascii() and twin.isalnum() for twin in table)


@pytest.mark.parametrize("piece", ["\u0430", "a\u0430-", "\u200b", "\u0430\u200b", "\u202e\u2066", "\U0001d425"])
def test_four_times_the_length_is_four_times_the_work(piece: str) -> None:
    def work(name: str) -> int:
        calls = 0

        def count(*_: object) -> None:
            nonlocal calls
            calls += 1

        before = sys.getprofile()
        sys.setprofile(count)
        try:
            disguised(name)
        finally:
            sys.setprofile(before)
        return calls

    disguised(piece * 4)
    assert work(piece * 4_000) <= 5 * work(piece * 1_000) + 200
