"""Walk the opcodes of a pickle and build shapes only: nothing is imported, nothing is called, no object is made.

The stream's own machine (a stack, marks, a memo) with stand-ins for everything that is not a plain value: see
``pickled``. Names are looked up in truename's own table (``globals``); what they stand for never runs.
The opcodes that tensors are made of stand in one loop, the others in ``opcodes``.
The bounds: bytes by the caller, opcodes here (each makes at most one value), digits and lines in ``opcodes``.
"""

from __future__ import annotations

from struct import Struct
from struct import error as StructError
from typing import Any

from truename.formats.pytorch import MAX_OPCODES, PyTorchFault
from truename.formats.pytorch.machine import ForgottenError, Machine, ShortReadError
from truename.formats.pytorch.opcodes import OPERAND_BYTES, RARE
from truename.formats.pytorch.pickled import Global

_U16 = Struct("<H").unpack_from
_U32 = Struct("<I").unpack_from
_I32 = Struct("<i").unpack_from


class PickleMachine(Machine):
    """One stream of opcodes, from ``position`` to its STOP."""

    def run(self) -> Any:
        """The value that the stream leaves on its stack.

        Raises:
            FormatError: the stream is broken; its code says how.
        """
        begin = self.position
        while True:
            try:
                return self._run()
            except ForgottenError:
                self._restart(begin)
            except ShortReadError:
                if self._more is None or not self._more():
                    self.fail(PyTorchFault.PICKLE_TRUNCATED, "ends within its pickle; is it cut off?")

    def _restart(self, begin: int) -> None:
        """Take the stream again from its beginning, and keep all that it stores."""
        self.forgetful = False
        self.position = begin
        self.stack, self.marks, self.memo = [], [], {}

    def _run(self) -> Any:
        data, stack, memo, marks, persistent = self.data, self.stack, self.memo, self.marks, self.persistent
        position = start = self.position
        forgetful = self.forgetful
        code = 0
        try:
            for _ in self._budget:
                start = position
                code = data[position]
                position += 1
                if code == 0x72:  # LONG_BINPUT
                    if not (forgetful and data[position + 1]):
                        memo[_U32(data, position)[0]] = stack[-1]
                    position += 4
                elif code == 0x68:  # BINGET
                    stack.append(memo[data[position]])
                    position += 1
                elif code == 0x4B:  # BININT1
                    stack.append(data[position])
                    position += 1
                elif code == 0x4D:  # BININT2
                    stack.append(_U16(data, position)[0])
                    position += 2
                elif code == 0x58:  # BINUNICODE
                    end = position + 4 + _U32(data, position)[0]
                    if end > len(data):
                        raise ShortReadError
                    stack.append(str(data[position + 4 : end], "utf-8"))
                    position = end
                elif code == 0x28:  # MARK
                    marks.append(stack)
                    self.stack = stack = []
                elif code == 0x74:  # TUPLE
                    value = tuple(stack)
                    self.stack = stack = marks.pop()
                    stack.append(value)
                elif code == 0x52:  # REDUCE
                    args = stack.pop()
                    function = stack[-1]
                    if type(args) is tuple and type(function) is Global and function.rebuild is not None:
                        stack[-1] = function.rebuild(args)
                    else:
                        self.position = start
                        stack[-1] = self.call(function, args)
                elif code == 0x71:  # BINPUT
                    memo[data[position]] = stack[-1]
                    position += 1
                elif code == 0x51:  # BINPERSID
                    stack[-1] = persistent(stack[-1])
                elif code == 0x86:  # TUPLE2
                    last = stack.pop()
                    stack[-1] = (stack[-1], last)
                elif code == 0x89:  # NEWFALSE
                    stack.append(False)
                elif code == 0x29:  # EMPTY_TUPLE
                    stack.append(())
                elif code == 0x85:  # TUPLE1
                    stack[-1] = (stack[-1],)
                elif code == 0x6A:  # LONG_BINGET
                    if forgetful:
                        raise ForgottenError
                    stack.append(memo[_U32(data, position)[0]])
                    position += 4
                elif code == 0x4A:  # BININT
                    stack.append(_I32(data, position)[0])
                    position += 4
                elif code == 0x94:  # MEMOIZE
                    if forgetful:
                        raise ForgottenError
                    memo[len(memo)] = stack[-1]
                elif code == 0x8C:  # SHORT_BINUNICODE
                    end = position + 1 + data[position]
                    if end > len(data):
                        raise ShortReadError
                    stack.append(str(data[position + 1 : end], "utf-8"))
                    position = end
                elif code == 0x88:  # NEWTRUE
                    stack.append(True)
                elif code == 0x87:  # TUPLE3
                    last = stack.pop()
                    middle = stack.pop()
                    stack[-1] = (stack[-1], middle, last)
                elif code == 0x2E:  # STOP
                    self.position = position
                    return stack.pop()
                elif (rare := RARE.get(code)) is not None:
                    position = rare(self, position)
                    stack, data = self.stack, self.data
                else:
                    self.fail(
                        PyTorchFault.UNKNOWN_OPCODE,
                        f"has no pickle: byte {self.base + start:,} is not an opcode (0x{code:02x})",
                    )
            self.fail(PyTorchFault.TOO_MANY_OPCODES, f"has pickles of more than {MAX_OPCODES:,} opcodes")
        except ShortReadError:
            self.position = start
            raise
        except (IndexError, StructError):
            self.position = start
            if start + 1 + OPERAND_BYTES.get(code, 0) > len(data):
                raise ShortReadError from None
            self.fail(
                PyTorchFault.STACK,
                f"has a broken pickle: its opcode at byte {self.base + start:,} takes what is not there",
            )
        except KeyError:
            self.fail(PyTorchFault.MEMO, f"has a broken pickle: byte {self.base + start:,} takes what was never stored")
        except UnicodeDecodeError:
            self.fail(
                PyTorchFault.PICKLE_STRING, f"has a broken pickle: the string at byte {self.base + start:,} is not text"
            )
