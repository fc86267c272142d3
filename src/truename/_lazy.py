"""What is loaded when it is first asked for, by one thread while the others wait."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Any, TypeVar, cast

T = TypeVar("T")

_lock = RLock()  # one for all: what is loaded may ask for something else that is


def once(function: Callable[[], T]) -> Callable[[], T]:
    """Like ``functools.cache``, which lets every thread that comes before the first one has finished load as well.

    More than waste where msgspec decodes into structs: threads that meet a type for the first time together crash the
    interpreter (msgspec 0.22), since each sees what another has only begun to prepare.
    """
    kept: list[T] = []

    @wraps(function)
    def get() -> T:
        if not kept:
            with _lock:
                if not kept:
                    kept.append(function())
        return kept[0]

    return get


class _LazyPattern:
    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:  # asked only for what is not there yet: once for each method
        found = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, found)
        return found


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Like ``re.compile``, but compiled when it is first used: for what most models and names do not need.

    Compiling all patterns of the package took a sixth of a cold check.
    """
    return cast("re.Pattern[str]", _LazyPattern(text, flags))
