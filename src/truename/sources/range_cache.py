"""Ranges of remote files on disk, under the hash of the file's content, so that none is ever out of date.

    <folder>/<first two of key>/<key>/<start>-<length>

Each range is written beside its place and moved there, so a reader never sees half of one and a kill leaves no
damage. The whole is bounded: when it has grown past its limit, the ranges that were used longest ago go.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 1 * 2**30
MAX_RANGE = 32 * 2**20  # a longer range is not kept
_DIGEST = 16  # bytes before the data, which tell a damaged range
_CHECK_EVERY = 64 * 2**20  # bytes written between two looks at the whole


class RangeCache:
    """Ranges by the content's key. Every failure of the disk is a miss, never an error.

    Args:
        folder: made when first written to.
        max_bytes: of all ranges together, about.
    """

    def __init__(self, folder: Path | str, max_bytes: int = MAX_BYTES) -> None:
        self._folder = Path(folder)
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._written = max(0, _CHECK_EVERY - 2**20)  # a first look soon after the start

    def ranges(self, key: str) -> dict[int, int]:
        """Start and length of the ranges that are there."""
        found: dict[int, int] = {}
        try:
            names = os.listdir(self._home(key))
        except OSError:
            return found
        for name in names:
            start, dash, length = name.partition("-")
            if dash and len(name) < 40 and start.isdecimal() and length.isdecimal() and int(length) <= MAX_RANGE:
                found[int(start)] = max(int(length), found.get(int(start), 0))
        return found

    def read(self, key: str, start: int, length: int) -> bytes | None:
        """A range as ``ranges`` names it, None where it is gone or not whole."""
        path = self._home(key) / f"{start}-{length}"
        try:
            with path.open("rb") as file:
                stored = file.read(_DIGEST + length + 1)
            os.utime(path)
        except OSError:
            return None
        data = stored[_DIGEST:]
        return data if len(data) == length and stored[:_DIGEST] == _digest(data) else None

    def write(self, key: str, start: int, data: bytes) -> None:
        """Keep a range."""
        if not data or len(data) > MAX_RANGE:
            return
        home = self._home(key)
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, name = tempfile.mkstemp(prefix=".", dir=home)
            with os.fdopen(descriptor, "wb") as file:
                file.write(_digest(data) + data)
            os.replace(name, home / f"{start}-{len(data)}")
        except OSError:
            return
        self._grown(len(data))

    def _home(self, key: str) -> Path:
        hashed = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / hashed[:2] / hashed

    def _grown(self, length: int) -> None:
        with self._lock:
            self._written += length
            if self._written < _CHECK_EVERY:
                return
            self._written = 0
        self._shrink()

    def _shrink(self) -> None:
        """Remove what was used longest ago until a tenth of the room is free."""
        entries = sorted(self._entries())
        total = sum(size for _, size, _ in entries)
        if total <= self._max_bytes:
            return
        for _, size, path in entries:
            if total <= self._max_bytes * 0.9:
                return
            try:
                os.unlink(path)
                os.rmdir(os.path.dirname(path))
            except OSError:
                pass  # another process was first, or other ranges of the file stay
            total -= size

    def _entries(self) -> Iterator[tuple[float, int, str]]:
        """Time of last use, size and path of every range."""
        for parent, _, names in os.walk(self._folder):
            for name in names:
                path = os.path.join(parent, name)
                try:
                    status = os.stat(path)
                except OSError:
                    continue
                yield status.st_mtime, status.st_size, path


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:_DIGEST]
