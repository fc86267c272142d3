"""A file of a model as its readers see it: a path for messages, a size, and ranges of bytes.

Sources hand out blobs and readers of formats take them, so neither knows the other.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Self


class Blob(ABC):
    """Random access to the bytes of one file; counts what was read.

    Attributes:
        path: relative to the model's root, with forward slashes.
        size: in bytes.
        bytes_read: how many bytes were asked for and given so far.
        meter: told the path and the number of bytes before each read, where the file is one of many of a model; an
            error that it raises is that of the read.
        stepper: told the path and a number of steps by walkers of small parts, as ``take_steps`` says.
    """

    meter: Callable[[str, int], None] | None = None
    stepper: Callable[[str, int], None] | None = None

    def __init__(self, path: str, size: int) -> None:
        self.path = path
        self.size = size
        self.bytes_read = 0

    def read(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset`` on; fewer only where the file ends.

        The caller bounds ``length``: nothing here decides how much memory a file may take.
        """
        if offset < 0 or length < 0:
            raise ValueError("offset and length must not be negative")
        length = min(length, max(0, self.size - offset))
        if self.meter is not None:
            self.meter(self.path, length)
        data = self._read(offset, length)
        self.bytes_read += len(data)
        return data

    def take_steps(self, count: int) -> None:
        """Count work on small parts of the file, some two microseconds a step; an error is that of the walker.

        A walker counts before its work, or every thousand steps.
        """
        if self.stepper is not None:
            self.stepper(self.path, count)

    @abstractmethod
    def _read(self, offset: int, length: int) -> bytes:
        """Bytes of a range that lies inside the file."""

    def close(self) -> None:  # noqa: B027 - most blobs hold nothing that needs closing
        """Release what the blob holds."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class MemoryBlob(Blob):
    """Bytes that are already in memory."""

    def __init__(self, path: str, data: bytes) -> None:
        super().__init__(path, len(data))
        self._data = data

    def _read(self, offset: int, length: int) -> bytes:
        return self._data[offset : offset + length]
