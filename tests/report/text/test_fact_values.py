from __future__ import annotations

import pytest

from truename.report.text.fact_values import value_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        (True, "yes"),
        (False, "no"),
        (32, "32"),
        (8192, "8,192"),
        (1_100_048_384, "1,100,048,384 (1.1 B)"),
        (24_000_000, "24,000,000 (24 M)"),
        (10**13, "10,000,000,000,000 (10 T)"),
        (10**20, "1.000e+20"),
        pytest.param(10**5000, "beyond any count", id="10**5000"),
        (4.5, "4.5"),
        (0.333333, "0.3333"),
        ("gptq", "gptq"),
        ((), "none"),
        (("F16", "F32"), "F16, F32"),
        ({"a": 1}, "a: 1"),
        ("\x1b[2J", "\\x1b[2J"),
        ("x" * 500, "x" * 159 + "…"),
    ],
)
def test_value_text(value: object, text: str) -> None:
    assert value_text(value) == text


def test_a_long_list_ends_with_a_count() -> None:
    text = value_text(tuple(f"language-{n}" for n in range(100)))
    assert text.endswith("more")
    assert len(text) <= 160
