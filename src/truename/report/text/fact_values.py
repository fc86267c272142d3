"""Values of facts as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from truename.report.text.excerpt import shortened

WIDEST = 160  # cells of one value; the JSON report has all of it
_SCALES = ((10**12, "T"), (10**9, "B"), (10**6, "M"))
_BYTES = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"))  # a bare B would be read as bytes


def value_text(value: Any, limit: int = WIDEST, *, unit: str = "") -> str:
    """A value in words: thousands separated, large counts also rounded, collections as a list.

    Args:
        value: the value of a fact.
        limit: cells that the text may have.
        unit: "bytes" where a number counts bytes.
    """
    if unit == "bytes" and type(value) is int:
        return shortened(_count(value, _BYTES), limit)
    return shortened(_text(value, limit), limit)


def _text(value: Any, limit: int) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return _count(value)
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1e6 else f"{value:,.0f}"
    if isinstance(value, Mapping):
        return _joined((f"{key}: {_text(item, limit)}" for key, item in value.items()), len(value), limit)
    if isinstance(value, tuple | list):
        return _joined((_text(item, limit) for item in value), len(value), limit)
    return str(value)


def _joined(items: Any, count: int, limit: int) -> str:
    """Items joined by commas; those that no longer fit are counted, not shown."""
    shown: list[str] = []
    used = 0
    for item in items:
        used += len(item) + 2
        if shown and used > limit - 16:
            return f"{', '.join(shown)} and {count - len(shown):,} more"
        shown.append(item)
    return ", ".join(shown) or "none"


def _count(value: int, scales: tuple[tuple[int, str], ...] = _SCALES) -> str:
    """1_100_048_384 as ``1,100,048,384 (1.10 B)``."""
    if abs(value) >= 10**18:
        return f"{value:.3e}" if abs(value) < 10**300 else "beyond any count"
    exact = f"{value:,}"
    for scale, letter in scales:
        if abs(value) >= scale:
            return f"{exact} ({value / scale:.3g} {letter})"
    return exact
