"""What is loaded when it is first asked for, by one thread while the others wait."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import TypeVar

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
