"""What reading the weights of one model may take, over all of its files: one object, handed down to every file.

Each reader has bounds of its own for one file. A model may have thousands of files, and a bound for each of them is
none for the model. What would take more is refused as something that truename does not read: nothing is wrong with it,
and nothing can be told of it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import auto
from itertools import repeat

from truename.errors import Fault, UnsupportedFormatError

MAX_BYTES = 400_000_000  # of headers and indexes: 48 GGUF files, each with the vocabulary of a model, have so many
MAX_DISTANT_BYTES = 96_000_000  # ... of a model on another machine, of which what came is kept while it is checked
MAX_TENSORS = 300_000  # entries of headers and of indexes each: the largest mixtures of experts have some 200,000
MAX_TENSORS_BESIDE = 100_000  # ... of what lies beside the main weights, and is held against them
MAX_OPCODES = 2_500_000  # of the pickles of weights: a tensor takes some 25, so 100,000
# What walkers of small parts take, some two microseconds each: a field of a protocol buffer, half an item of msgpack,
# 32 words of a vocabulary. The graph of a decoder of 126 layers has 230,000; 48 GGUF files of a model have 900,000.
MAX_STEPS = 1_000_000
MAX_UNPACKED_STEPS = 2_048  # what compressed pickles unpack to, in steps of 64 KiB
MAX_SECONDS = 10.0  # of the processor for the main weights; what stays within all the others takes a second or two
MAX_SECONDS_BESIDE = 4.0  # ... and for what lies beside them: 48 such GGUF files take 2.4


class BudgetFault(Fault):
    """Of what a model has more than is read."""

    BYTES = auto()
    TENSORS = auto()
    OPCODES = auto()
    STEPS = auto()
    SECONDS = auto()


class _Allowance:
    """What is left of one thing that reading takes; for many threads."""

    def __init__(self, most: int, what: str, fault: BudgetFault) -> None:
        self._most, self._left = most, most
        self._what, self._fault = what, fault
        self._lock = threading.Lock()

    def take(self, path: str, count: int) -> None:
        """Take so much of it for a file, or refuse the file."""
        with self._lock:
            self._left -= count
            over = self._left < 0
        if over:
            raise UnsupportedFormatError(path, _beyond(f"{self._most:,} {self._what}"), self._fault)

    def limit(self, count: int) -> None:
        """Leave no more than so much of what is left."""
        with self._lock:
            self._left = min(self._left, count)


class Budget:
    """What is left for one model. One object serves many threads.

    Args:
        bytes: that are read of weights files and indexes.
        tensors: of all files together, and of all indexes together.
        opcodes: of pickles.
        steps: of walkers of small parts: see ``Blob.take_steps``.
        seconds: of the processor.
    """

    def __init__(
        self,
        *,
        bytes: int = MAX_BYTES,
        tensors: int = MAX_TENSORS,
        opcodes: int = MAX_OPCODES,
        steps: int = MAX_STEPS,
        seconds: float = MAX_SECONDS,
    ) -> None:
        self._bytes = _Allowance(bytes, "bytes of headers", BudgetFault.BYTES)
        self._tensors = _Allowance(tensors, "tensors", BudgetFault.TENSORS)
        self._promised = _Allowance(tensors, "tensors in its indexes", BudgetFault.TENSORS)
        self._steps = _Allowance(steps, "small parts", BudgetFault.STEPS)
        self._seconds, self._seconds_left = seconds, seconds
        self._lock = threading.Lock()
        self._opcodes = opcodes
        self.opcodes: Iterator[None] = repeat(None, opcodes)
        self.unpacked: Iterator[None] = repeat(None, MAX_UNPACKED_STEPS)

    def take_bytes(self, path: str, count: int) -> None:
        """Before so many bytes of a file are read.

        Raises:
            UnsupportedFormatError: the model has more than are read.
        """
        self._bytes.take(path, count)

    def take_tensors(self, path: str, count: int) -> None:
        """After the header of a file was read.

        Raises:
            UnsupportedFormatError: the model has more than are read.
        """
        self._tensors.take(path, count)

    def take_promised(self, path: str, count: int) -> None:
        """Before an index of so many tensors is decoded.

        Raises:
            UnsupportedFormatError: the model has more than are read.
        """
        self._promised.take(path, count)

    def take_steps(self, path: str, count: int) -> None:
        """Before, or soon after, so many small parts of a file are walked.

        Raises:
            UnsupportedFormatError: the model has more than are walked.
        """
        self._steps.take(path, count)

    def beyond_opcodes(self, path: str) -> UnsupportedFormatError:
        """The error of a pickle for which no opcodes are left."""
        return UnsupportedFormatError(path, _beyond(f"{self._opcodes:,} opcodes of pickles"), BudgetFault.OPCODES)

    def limit_tensors(self, count: int) -> None:
        """From now on no more than so many of what is left."""
        self._tensors.limit(count)

    def limit_seconds(self, seconds: float) -> None:
        """From now on no more than so many, whatever was taken before."""
        with self._lock:
            self._seconds = self._seconds_left = seconds

    @contextmanager
    def reading(self, path: str) -> Iterator[None]:
        """Count what this thread takes of the processor in here.

        Raises:
            UnsupportedFormatError: something is spent, so that no other file is begun.
        """
        self.take_bytes(path, 0)
        self.take_tensors(path, 0)
        self.take_steps(path, 0)
        if self._seconds_left <= 0:
            what = f"takes {self._seconds:g} seconds of the processor"
            raise UnsupportedFormatError(
                path, f"belongs to a model that {what} and is not read on", BudgetFault.SECONDS
            )
        begun = time.thread_time()
        try:
            yield
        finally:
            with self._lock:
                self._seconds_left -= time.thread_time() - begun


def _beyond(what: str) -> str:
    return f"goes beyond the {what} that are read of one model"
