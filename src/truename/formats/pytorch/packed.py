"""Pickles that are compressed as a whole, as ``joblib.load`` opens them: unpacked step by step, and within bounds."""

from __future__ import annotations

import bz2
import importlib
import importlib.util
import lzma
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol

from truename.blob import Blob
from truename.formats.pytorch import MAX_UNPACKED_STEPS, UNPACKED_STEP, PickledError, PyTorchError, PyTorchFault

_LZMA_MEMORY = 80_000_000  # bytes that a stream of LZMA may ask for; one of the highest preset takes 65 MiB
_READ = 65_536


class _Unpacker(Protocol):
    """What every module of compression gives."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _lzma(format: int) -> Callable[[], _Unpacker]:
    return lambda: lzma.LZMADecompressor(format, _LZMA_MEMORY)


def _lz4() -> Callable[[], _Unpacker] | None:
    """That of the package ``lz4``, where it is installed: joblib asks for it too."""
    if importlib.util.find_spec("lz4") is None:
        return None
    return lambda: importlib.import_module("lz4.frame").LZ4FrameDecompressor()


OLD_JOBLIB = b"ZF"
# joblib/compressor.py: the first bytes; what unpacks the rest, None: nothing that is installed; and how many times as
# long as gzip it takes for as many bytes, at its worst.
COMPRESSIONS: tuple[tuple[bytes, str, Callable[[], _Unpacker] | None, int], ...] = (
    (b"\x1f\x8b", "gzip", lambda: zlib.decompressobj(16 + zlib.MAX_WBITS), 1),
    (b"BZ", "bzip2", bz2.BZ2Decompressor, 8),
    (b"\xfd7zXZ", "xz", _lzma(lzma.FORMAT_XZ), 3),
    (b"\x5d\0", "LZMA", _lzma(lzma.FORMAT_ALONE), 3),
    (b"x", "zlib", zlib.decompressobj, 1),
    (b"\x04\x22\x4d\x18", "LZ4", _lz4(), 1),
    (b"\x28\xb5\x2f\xfd", "Zstandard", None, 1),
    (OLD_JOBLIB, "joblib before 0.10", None, 1),
)


def is_packed(head: bytes) -> bool:
    """Whether a pickle of these first bytes is compressed."""
    return any(head.startswith(magic) for magic, *_ in COMPRESSIONS)


def unpacked(blob: Blob, steps: Iterator[None]) -> UnpackedBlob:
    """What is packed in ``blob``.

    Raises:
        PickledError: nothing that is installed unpacks it.
    """
    head = blob.read(0, 6)
    _, name, unpacker, cost = next(found for found in COMPRESSIONS if head.startswith(found[0]))
    if unpacker is None:
        raise PickledError(blob.path, f"is a pickle compressed by {name}, which truename does not unpack")
    return UnpackedBlob(blob, name, unpacker, steps, cost)


class UnpackedBlob(Blob):
    """The unpacked bytes; what lies before the last read is gone, and takes unpacking from the beginning.

    ``size`` is above the most that is unpacked: nothing says how much there is.
    """

    def __init__(
        self, packed: Blob, name: str, unpacker: Callable[[], _Unpacker], steps: Iterator[None], cost: int
    ) -> None:
        self._most = MAX_UNPACKED_STEPS // cost * UNPACKED_STEP
        super().__init__(packed.path, self._most + UNPACKED_STEP)  # so that a read behind the most is an error
        self._cost = cost
        self._packed = packed
        self._name = name
        self._unpacker = unpacker
        self._steps = steps
        self._begin()

    def again(self) -> UnpackedBlob:
        """The same bytes, unpacked on their own."""
        return UnpackedBlob(self._packed, self._name, self._unpacker, self._steps, self._cost)

    def _begin(self) -> None:
        self._stream = self._unpacker()
        self._taken = 0  # of the packed bytes
        self._input = b""
        self._at = 0  # of the unpacked bytes, where ``_held`` begins
        self._held = b""
        self._first = True  # whether this is the first of the streams that stand behind one another

    def _read(self, offset: int, length: int) -> bytes:
        if offset < self._at:
            self._begin()
        found = bytearray()
        while len(found) < length:
            begin = offset + len(found) - self._at
            if begin < len(self._held):
                found += self._held[begin : begin + length - len(found)]
                continue
            self._at += len(self._held)
            self._held = self._next()
            if not self._held:
                break
        return bytes(found)

    def _next(self) -> bytes:
        """The next few unpacked bytes; none at the end."""
        try:
            while True:
                if self._stream.eof:
                    self._input = self._stream.unused_data or self._input
                    while not (left := self._input.lstrip(b"\0")):  # readers step over zeros behind a stream
                        self._spend()
                        if not (left := self._more()):
                            return b""
                        self._input = left
                    self._input = left
                    self._stream, self._first = self._unpacker(), False
                data = self._step()
                if data:
                    return data
                if not self._stream.eof and not self._input:
                    self._input = self._more()
                    if not self._input:
                        raise PyTorchError(
                            self.path, PyTorchFault.PACKED, f"ends within its {self._name}; is it cut off?"
                        )
        except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, RuntimeError):
            if not self._first:  # readers take what stands behind a whole stream for no part of it
                return b""
            raise PyTorchError(self.path, PyTorchFault.PACKED, f"is a pickle in a broken {self._name}") from None

    def _spend(self) -> None:
        if next(islice(self._steps, self._cost - 1, None), self) is self:
            problem = f"is a compressed pickle, of which no more than {self._most:,} bytes are unpacked"
            raise PickledError(self.path, problem)

    def _step(self) -> bytes:
        self._spend()
        given, self._input = self._input, b""
        data = self._stream.decompress(given, UNPACKED_STEP)
        self._input = getattr(self._stream, "unconsumed_tail", b"")  # only zlib hands back what it did not take
        return data

    def _more(self) -> bytes:
        step = self._packed.read(self._taken, _READ)
        self._taken += len(step)
        return step
