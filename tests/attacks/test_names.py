"""Long and hostile names cost time in proportion to their length: the work is counted, not timed."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from truename.names import parse_name

PIECES = [
    "a", "1b", "7b-", "Ab", "1.", "en-", "en-de-", "-", "xlm-roberta-", "L-12_H-", "bert-base-", "chinese-roberta-",
    "lora-", "a3b-", "500b-", "tiny-", "100M-", "8k-", "1-", "1_8b-", "Q4_K_", "l-", "to-", "550e8400-", "_", ".",
    "İ", "bert", "Llama-3.", "opus-mt-en-", "it-", "128E-", "4-bit-", "patch16-224-", "\u202e", "\ud800", "v1_1_",
]  # fmt: skip
LENGTH = 2_000


def work(name: str) -> int:
    """Function calls, of Python and of C, that reading a name takes."""
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        parse_name(name)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("prefix", ["", "opus-mt-", "vit-", "gemma-7b-"])
@pytest.mark.parametrize("piece", PIECES)
def test_four_times_the_length_is_at_most_five_times_the_work(piece: str, prefix: str) -> None:
    short, long = prefix + piece * (LENGTH // len(piece)), prefix + piece * (4 * LENGTH // len(piece))
    parse_name(short), parse_name(long)  # the chunks are read once and kept
    assert work(long) <= 5 * work(short) + 200


def test_ten_thousand_characters_are_read() -> None:
    name = "llama-7b-" * 1_111
    assert len(parse_name(name).elements) == 2 * 1_111
