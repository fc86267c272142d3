"""The bytes of pickles as they are walked: read on where a stream goes on, moved where data lies between opcodes."""

from __future__ import annotations

from truename.blob import Blob, MemoryBlob
from truename.formats.pytorch import PyTorchError, PyTorchFault

MAX_PICKLE_BYTES = 32_000_000  # a checkpoint of 2,000 tensors has 300,000
MAX_FED_BYTES = 256_000_000  # of one file, whatever number of streams it has
STEP = 65_536  # bytes that are read at a time where nothing says how long a pickle is
_AFTER_DATA = 16_384  # ... and behind an array, where the next one may be near


class HeldBlob(MemoryBlob):
    """Bytes that were read before, whole: an entry of an archive, or what stands within a pickle."""


class Feed:
    """A stretch of a file, from ``base`` on, that grows at its end.

    Attributes:
        data: the bytes; the same object until the feed is moved.
        base: where they begin in the file.
    """

    def __init__(self, blob: Blob, begin: int = 0) -> None:
        self.blob = blob
        self.base = begin
        held = isinstance(blob, HeldBlob) and blob.size <= MAX_PICKLE_BYTES
        self.data: bytes | bytearray = blob.read(begin, blob.size) if held else bytearray(blob.read(begin, STEP))
        self._step = STEP
        self._fed = len(self.data)

    def more(self) -> bool:
        """Read on; False where the file ends.

        Raises:
            PyTorchError: no real pickle is as long.
        """
        if isinstance(self.data, bytes):  # all of it
            return False
        if len(self.data) >= MAX_PICKLE_BYTES or self._fed >= MAX_FED_BYTES:
            problem = f"has a pickle of more than {min(MAX_PICKLE_BYTES, len(self.data)):,} bytes"
            raise PyTorchError(self.blob.path, PyTorchFault.PICKLE_TOO_LARGE, problem)
        step = self.blob.read(self.base + len(self.data), self._step)
        self._step = STEP
        self._fed += len(step)
        self.data.extend(step)
        return bool(step)

    def move(self, position: int) -> int:
        """Where the file's byte ``position`` lies in ``data``, which is another object where it did not hold it."""
        if not self.base <= position <= self.base + len(self.data):
            self.base = position
            self.data = bytearray()
            self._step = _AFTER_DATA
        return position - self.base

    def byte(self, position: int) -> int | None:
        """The file's byte at ``position``, None behind its end."""
        at = self.move(position)
        if at == len(self.data) and not self.more():
            return None
        return self.data[at]
