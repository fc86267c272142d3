"""The state of a pickle's machine while its opcodes are walked: a stack, marks, a memo. No opcode stands here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NoReturn

from truename.formats.pytorch import PyTorchError, PyTorchFault
from truename.formats.pytorch.pickled import Global, Opaque


class ShortReadError(Exception):
    """The bytes that are there end within an opcode."""


class ForgottenError(Exception):
    """An opcode needs what was stored and let go."""


class Machine:
    """What the opcodes of one stream work on.

    Args:
        path: the file, for messages.
        data: the stream's bytes, and whatever follows them.
        resolve: gives the stand-in of a name (``module.name``, byte offset of the opcode).
        persistent: gives the stand-in of a persistent id.
        opcodes: an item for each opcode that may be walked; what is left of it is for the file's next stream.
        position: where the stream begins in ``data``.
        more: appends bytes to ``data`` where the file has more of them, and says whether it did.
    """

    def __init__(
        self,
        path: str,
        data: bytes | bytearray,
        resolve: Callable[[str, int], Global],
        persistent: Callable[[Any], Any],
        opcodes: Iterator[None],
        position: int = 0,
        more: Callable[[], bool] | None = None,
    ) -> None:
        self.path = path
        self.data = data
        self.resolve = resolve
        self.persistent = persistent
        self.position = position
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []  # the stacks below each mark
        self.memo: dict[int, Any] = {}
        # Writers store every value under a number and fetch only the first few: numbers above 255 are let go, until an
        # opcode fetches one or counts them. Then the stream is taken again, and everything is kept.
        self.forgetful = True
        self.containers = 0
        self._more = more
        self._budget = opcodes

    def spend(self, opcodes: int) -> None:
        """Count what an operand costs beside its opcode."""
        next(islice(self._budget, opcodes, opcodes), None)

    def fail(self, code: PyTorchFault, problem: str) -> NoReturn:
        """Raise the fault ``code`` of this file."""
        raise PyTorchError(self.path, code, problem) from None

    def call(self, function: Any, args: Any) -> Any:
        """What stands for the result of a call; the function itself never runs."""
        if type(args) is not tuple:
            self.fail(PyTorchFault.OPERAND, "has a broken pickle: it calls with something else than a tuple")
        if type(function) is Global and function.rebuild is not None:
            return function.rebuild(args)
        return Opaque(function, args)
