"""The state of a pickle's machine while its opcodes are walked: a stack, marks, a memo. No opcode stands here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NoReturn, Protocol

from truename.formats.pytorch import PyTorchError, PyTorchFault
from truename.formats.pytorch.pickled import Global, Opaque

GETATTR = "builtins.getattr"
LOAD_FROM_BYTES = "torch.storage._load_from_bytes"
# What calls its first argument with its third.
FROM_TYPE = frozenset(("torch._tensor._rebuild_from_type", "torch._tensor._rebuild_from_type_v2"))
MAX_PART = 256  # characters of a name that is put together


PARTIAL = "functools.partial"
ENCODE = "_codecs.encode"  # how protocols below 3 write bytes


class ShortReadError(Exception):
    """The bytes that are there end within an opcode."""


class ForgottenError(Exception):
    """An opcode needs what was stored and let go."""


class Surroundings(Protocol):
    """What a stream may hold beside its opcodes: bytes of arrays behind an object, and pickles within bytes."""

    @property
    def wrapped(self) -> bool:
        """Whether the class that stands for an array has been imported."""

    def array(self, machine: Machine, position: int) -> int:
        """Take the array that the object on top of the stack stands for; the position behind its bytes."""

    def held(self, machine: Machine, data: bytes) -> None:
        """Look at bytes that are a pickle by their ends: a class may load them when it gets its state."""

    def nested(self, machine: Machine, args: tuple[Any, ...]) -> Any:
        """What a call that loads a pickle from its arguments gives."""


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
        around: reads what lies between and within the opcodes; None: nothing does.
        arrays: whether an array's bytes stand behind the object that describes it, as joblib writes and reads them.
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
        around: Surroundings | None = None,
        arrays: bool = False,
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
        self.base = 0  # where ``data`` begins, in bytes from the start of the stream's file or entry
        self.frame_end = 0  # of the last frame, counted like ``base``
        self.around = around
        self.arrays = arrays
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
        if type(function) is not Global:
            # No writer of pickles calls what a call has given: it is how an allowed name becomes any other.
            self.resolve(f"{name_of(function)}.__call__", self.position)
            return Opaque(function, args)
        if function.rebuild is not None:
            return function.rebuild(args)
        if function.name == GETATTR:
            if len(args) < 2:
                self.resolve(f"{GETATTR}.__call__", self.position)
            return self.resolve(".".join(map(name_of, args[:2])), self.position)
        if function.name == PARTIAL and type(args[0] if args else None) is not Global:
            self.resolve(f"{PARTIAL}.__call__", self.position)
        if function.name == ENCODE and self.around is not None and type(args[0] if args else None) is str:
            text = args[0]
            if text[:1] == "\x80" and text[-1:] == "." and text.isascii() is False:
                self.around.held(self, text.encode("latin-1", "replace"))
        if function.name == LOAD_FROM_BYTES and self.around is not None:
            return self.around.nested(self, args)
        if function.name in FROM_TYPE:
            return self._from_type(args)
        return Opaque(function, args)

    def _from_type(self, args: tuple[Any, ...]) -> Any:
        """``_rebuild_from_type_v2``: function, class, arguments, state; what its function gives."""
        function = args[0] if args else None
        if type(function) is not Global:
            self.resolve(f"{name_of(function)}.__call__", self.position)
        elif len(args) >= 3 and type(args[2]) is tuple and function.name not in FROM_TYPE:
            made = self.call(function, args[2])
            if type(made) is not Opaque:
                return made
        return Opaque(args[1] if len(args) > 1 else None, args)


def name_of(value: Any) -> str:
    """What a value is called where it takes part in a name: the attribute of one counts as an import of it."""
    if type(value) is str:
        return value[:MAX_PART]
    if type(value) is Global:
        return value.name[:MAX_PART]
    return f"{value.name[:MAX_PART]}()" if type(value) is Opaque and value.name else "object"
