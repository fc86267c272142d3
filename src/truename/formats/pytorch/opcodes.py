"""The opcodes of a pickle that are rare in checkpoints: text, containers, objects, extensions, framing.

Each takes the machine and the position behind its opcode and gives the position behind its operand. Operands are read
before the stack changes, so that an opcode which runs out of bytes can be taken again with more of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from struct import Struct
from typing import Any

from truename.formats.pytorch import PyTorchFault
from truename.formats.pytorch.machine import ForgottenError, Machine, ShortReadError
from truename.formats.pytorch.pickled import Global, Opaque, Span, set_item

MAX_LINE = 1_024  # bytes of a line: a module, a name, a number; strings of protocol 0 may be longer
MAX_TEXT_LINE = 65_536
MAX_NUMBER_BYTES = 32
ARRAY_WRAPPER = (
    "NumpyArrayWrapper"  # joblib's class, under whatever name it is imported: the array's bytes stand behind
)
MAX_CONTAINERS = 500_000  # mappings and lists: one byte of a stream makes a hundred of memory
HIGHEST_PROTOCOL = 5

Operation = Callable[[Machine, int], int]

_U16, _U32, _U64 = Struct("<H").unpack_from, Struct("<I").unpack_from, Struct("<Q").unpack_from
_F64 = Struct(">d").unpack_from
_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
# Classes, by their capital, and functions that writers of pickles make an object with and give its state.
_MADE = re.compile(
    r"_?[A-Z]\w*|dtype|ndarray|matrix|recarray|_reconstruct\w*|_?rebuild\w*|__\w+_ctor|newObj|__pyx_unpickle_\w+"
    r"|_mareconstruct|(?:bsr|coo|csc|csr|dia|dok|lil)_(?:matrix|array)|rv_\w*frozen|\w+_gen|interp[12]d|gaussian_kde"
    r"|_new_Index|_?create_\w+|_make_skeleton_class|defaultdict|deque|partial|"
)
STOP = 0x2E
_ESCAPED = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"\\": b"\\", b"'": b"'", b'"': b'"'}


# opcode -> bytes of its fixed operand, where it has one: tells a stream that is cut off from one that is wrong
OPERAND_BYTES: dict[int, int] = {
    **dict.fromkeys(b"qhKU\x80\x82\x8a\x8cC", 1),
    **dict.fromkeys(b"M\x83", 2),
    **dict.fromkeys(b"rjJXTB\x84\x8b", 4),
    **dict.fromkeys(b"G\x8d\x8e\x95\x96", 8),
}


def begins_stream(head: bytes | bytearray) -> bool:
    """A PROTO opcode with a protocol that exists, as every writer since Python 2.3 begins."""
    return len(head) > 1 and head[0] == 0x80 and 2 <= head[1] <= HIGHEST_PROTOCOL


def _line(machine: Machine, position: int, limit: int = MAX_LINE) -> tuple[bytes, int]:
    end = machine.data.find(b"\n", position, position + limit + 1)
    if end < 0:
        if position + limit < len(machine.data):
            machine.fail(PyTorchFault.TEXT_LINE, f"has a broken pickle: no line ends within {limit:,} bytes")
        raise ShortReadError
    return bytes(machine.data[position:end]), end + 1


def _number(machine: Machine, line: bytes) -> int:
    if len(line) > MAX_NUMBER_BYTES:
        machine.fail(PyTorchFault.NUMBER_TOO_LARGE, f"has a pickle with a number of {len(line):,} digits")
    try:
        return int(line)
    except ValueError:
        machine.fail(PyTorchFault.TEXT_LINE, "has a broken pickle: a line of text is no number")


def _counted(read: Callable[[Any, int], tuple[int]], width: int) -> Callable[[Machine, int], tuple[int, int]]:
    """A reader of a length and of the range behind it."""

    def take(machine: Machine, position: int) -> tuple[int, int]:
        start = position + width
        end = start + read(machine.data, position)[0]
        if end > len(machine.data):
            raise ShortReadError
        return start, end

    return take


def _byte(data: bytes | bytearray, position: int) -> tuple[int]:
    return (data[position],)


def _span(take: Callable[[Machine, int], tuple[int, int]]) -> Operation:
    def operation(machine: Machine, position: int) -> int:
        start, end = take(machine, position)
        machine.stack.append(Span(machine.base + start, machine.base + end))
        if (
            machine.around is not None
            and begins_stream(machine.data[start : start + 2])
            and machine.data[end - 1] == STOP
        ):
            machine.around.held(machine, bytes(machine.data[start:end]))
        return end

    return operation


def _string(take: Callable[[Machine, int], tuple[int, int]]) -> Operation:
    """A string of Python 2: text where it is text, else a character for each byte."""

    def operation(machine: Machine, position: int) -> int:
        start, end = take(machine, position)
        raw = machine.data[start:end]
        try:
            text = str(raw, "utf-8")
        except UnicodeDecodeError:
            text = str(raw, "latin-1")
        machine.stack.append(text)
        return end

    return operation


def _unicode(take: Callable[[Machine, int], tuple[int, int]]) -> Operation:
    def operation(machine: Machine, position: int) -> int:
        start, end = take(machine, position)
        machine.stack.append(str(machine.data[start:end], "utf-8"))
        return end

    return operation


def _long(take: Callable[[Machine, int], tuple[int, int]]) -> Operation:
    def operation(machine: Machine, position: int) -> int:
        start, end = take(machine, position)
        if end - start > MAX_NUMBER_BYTES:
            machine.fail(PyTorchFault.NUMBER_TOO_LARGE, f"has a pickle with a number of {end - start:,} bytes")
        machine.stack.append(int.from_bytes(machine.data[start:end], "little", signed=True))
        return end

    return operation


def _constant(value: Any) -> Operation:
    def operation(machine: Machine, position: int) -> int:
        machine.stack.append(value)
        return position

    return operation


def _fresh(kind: type) -> Operation:
    def operation(machine: Machine, position: int) -> int:
        machine.containers += 1
        if machine.containers > MAX_CONTAINERS:
            problem = f"has a pickle of more than {MAX_CONTAINERS:,} mappings and lists"
            machine.fail(PyTorchFault.TOO_MANY_OPCODES, problem)
        machine.stack.append(kind())
        return position

    return operation


def _proto(machine: Machine, position: int) -> int:
    protocol = machine.data[position]
    if protocol > HIGHEST_PROTOCOL:
        machine.fail(PyTorchFault.UNKNOWN_PROTOCOL, f"has a pickle of protocol {protocol}; the highest is 5")
    return position + 1


def _frame(machine: Machine, position: int) -> int:
    machine.frame_end = machine.base + position + 8 + _U64(machine.data, position)[0]
    return position + 8


def _float(machine: Machine, position: int) -> int:
    machine.stack.append(_F64(machine.data, position)[0])
    return position + 8


def _float_line(machine: Machine, position: int) -> int:
    line, position = _line(machine, position)
    try:
        machine.stack.append(float(line))
    except ValueError:
        machine.fail(PyTorchFault.TEXT_LINE, "has a broken pickle: a line of text is no number")
    return position


def _int_line(machine: Machine, position: int) -> int:
    line, position = _line(machine, position)
    truth = {b"01": True, b"00": False}.get(line)
    machine.stack.append(_number(machine, line) if truth is None else truth)
    return position


def _long_line(machine: Machine, position: int) -> int:
    line, position = _line(machine, position)
    machine.stack.append(_number(machine, line.removesuffix(b"L")))
    return position


def _string_line(machine: Machine, position: int) -> int:
    line, position = _line(machine, position, MAX_TEXT_LINE)
    if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in (b"'", b'"'):
        machine.fail(PyTorchFault.PICKLE_STRING, "has a broken pickle: a string without its quotes")
    machine.spend(line.count(b"\\"))
    raw = _ESCAPE.sub(_unescaped, line[1:-1])
    machine.stack.append(raw.decode("latin-1"))
    return position


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes.fromhex(found[1].decode()) if found[1] else _ESCAPED.get(found[2], found[0])


def _unicode_line(machine: Machine, position: int) -> int:
    line, position = _line(machine, position, MAX_TEXT_LINE)
    text = line.decode("raw-unicode-escape")
    machine.stack.append(text.encode("utf-8", "replace").decode())  # half of a surrogate pair is no text
    return position


def _put_line(machine: Machine, position: int) -> int:
    line, position = _line(machine, position)
    key = _number(machine, line)
    if not 0 <= key < 2**32:
        machine.fail(PyTorchFault.MEMO, "has a broken pickle: it stores a value under no index")
    machine.memo[key] = machine.stack[-1]
    return position


def _get_line(machine: Machine, position: int) -> int:
    if machine.forgetful:
        raise ForgottenError
    line, position = _line(machine, position)
    machine.stack.append(machine.memo[_number(machine, line)])
    return position


def _persistent_line(machine: Machine, position: int) -> int:
    line, position = _line(machine, position)
    machine.stack.append(machine.persistent(line.decode("latin-1")))
    return position


def _global(machine: Machine, position: int) -> int:
    at = position - 1
    module, position = _line(machine, position)
    name, position = _line(machine, position)
    machine.stack.append(machine.resolve(f"{module.decode()}.{name.decode()}", at))
    return position


def _stack_global(machine: Machine, position: int) -> int:
    name, module = machine.stack.pop(), machine.stack.pop()
    if type(name) is not str or type(module) is not str:
        machine.fail(
            PyTorchFault.OPERAND,
            f"has a broken pickle: byte {machine.base + position - 1:,} imports what is not a name",
        )
    machine.stack.append(machine.resolve(f"{module[:MAX_LINE]}.{name[:MAX_LINE]}", position - 1))
    return position


def _extension(read: Callable[[Any, int], tuple[int]], width: int) -> Operation:
    """A number of the registry of extensions, which is empty: no file brings one, and every loader stops here."""

    def operation(machine: Machine, position: int) -> int:
        read(machine.data, position)
        problem = (
            f"has a broken pickle: byte {machine.base + position - 1:,} takes a name from a registry that is empty"
        )
        machine.fail(PyTorchFault.EXTENSION, problem)

    return operation


def _instance(machine: Machine, position: int) -> int:
    at = position - 1
    module, position = _line(machine, position)
    name, position = _line(machine, position)
    function = machine.resolve(f"{module.decode()}.{name.decode()}", at)  # some loaders import it before they look
    if not machine.marks:
        raise IndexError
    args = _pop_mark(machine)
    machine.position = at
    machine.stack.append(machine.call(function, tuple(args)))
    return position


def _object(machine: Machine, position: int) -> int:
    args = _pop_mark(machine)
    function = args.pop(0)
    machine.position = position - 1
    machine.stack.append(machine.call(function, tuple(args)))
    return position


def _new_object(machine: Machine, position: int) -> int:
    args = machine.stack.pop()
    machine.position = position - 1
    machine.stack[-1] = machine.call(machine.stack[-1], args)
    return position


def _new_object_ex(machine: Machine, position: int) -> int:
    machine.stack.pop()
    return _new_object(machine, position)


def _build(machine: Machine, position: int) -> int:
    state = machine.stack.pop()
    target = machine.stack[-1]
    if type(target) is Global:  # its attributes would be set: of what is imported, not of an object
        machine.resolve(f"{target.name}.__setstate__", position - 1)
    elif type(target) is Opaque:
        last = target.name.rpartition(".")[2]
        if target.state is not None and last in ("dtype", ARRAY_WRAPPER):
            machine.fail(PyTorchFault.ARRAY, "has a broken pickle: it gives a dtype or an array its state twice")
        target.state = state
        if last == ARRAY_WRAPPER and machine.arrays and machine.around is not None:
            return machine.around.array(machine, position)
        if machine.arrays and machine.around is not None and machine.around.wrapped and not _MADE.fullmatch(last):
            # What a function hands on may be an array's description, and nobody could say where the stream goes on.
            machine.fail(PyTorchFault.ARRAY, "has a broken pickle: it gives a state to what is made by no class")
    return position


def _pop_mark(machine: Machine) -> list[Any]:
    items, machine.stack = machine.stack, machine.marks.pop()
    return items


def _pop(machine: Machine, position: int) -> int:
    if machine.stack:
        machine.stack.pop()
    else:
        _pop_mark(machine)
    return position


def _drop_mark(machine: Machine, position: int) -> int:
    _pop_mark(machine)
    return position


def _duplicate(machine: Machine, position: int) -> int:
    machine.stack.append(machine.stack[-1])
    return position


def _collect(machine: Machine, position: int) -> int:
    items = _pop_mark(machine)
    machine.stack.append(items)
    return position


def _dictionary(machine: Machine, position: int) -> int:
    items = _pop_mark(machine)
    mapping: dict[Any, Any] = {}
    machine.stack.append(mapping)
    _set_items(machine, mapping, items)
    return position


def _set_item(machine: Machine, position: int) -> int:
    value, key = machine.stack.pop(), machine.stack.pop()
    _set_items(machine, machine.stack[-1], [key, value])
    return position


def _set_marked(machine: Machine, position: int) -> int:
    items = _pop_mark(machine)
    _set_items(machine, machine.stack[-1], items)
    return position


def _set_items(machine: Machine, target: Any, items: list[Any]) -> None:
    if type(target) is Opaque:
        target = _items(target)
    if type(target) is not dict:
        machine.fail(PyTorchFault.OPERAND, "has a broken pickle: it sets items of what is no mapping")
    if len(items) % 2:
        machine.fail(PyTorchFault.STACK, "has a broken pickle: it sets a key without a value")
    for key, value in zip(items[::2], items[1::2], strict=True):
        set_item(target, key, value)


def _items(target: Opaque) -> dict[str, Any]:
    if target.items is None:
        target.items = {}
    return target.items


def _append(machine: Machine, position: int) -> int:
    value = machine.stack.pop()
    _extend(machine, machine.stack[-1], [value])
    return position


def _append_marked(machine: Machine, position: int) -> int:
    items = _pop_mark(machine)
    _extend(machine, machine.stack[-1], items)
    return position


def _extend(machine: Machine, target: Any, items: list[Any]) -> None:
    if type(target) is list:
        target.extend(items)
    elif type(target) is Opaque:
        held = _items(target)
        for value in items:
            held[str(len(held))] = value
    else:
        machine.fail(PyTorchFault.OPERAND, "has a broken pickle: it appends to what is no list")


def _buffer(machine: Machine, position: int) -> int:
    machine.stack.append(Opaque(None))
    return position


def _nothing(_: Machine, position: int) -> int:
    return position


_SHORT, _LONG, _LONGEST = _counted(_byte, 1), _counted(_U32, 4), _counted(_U64, 8)

# fmt: off
RARE: dict[int, Operation] = {
    ord(code): operation
    for code, operation in {
        "\x80": _proto, "\x95": _frame, "c": _global, "\x93": _stack_global, "i": _instance, "o": _object,
        "\x81": _new_object, "\x92": _new_object_ex, "b": _build, "P": _persistent_line,
        "\x82": _extension(_byte, 1), "\x83": _extension(_U16, 2), "\x84": _extension(_U32, 4),
        "}": _fresh(dict), "]": _fresh(list), "\x8f": _fresh(list), "N": _constant(None),
        "d": _dictionary, "l": _collect, "\x91": _collect, "s": _set_item, "u": _set_marked,
        "a": _append, "e": _append_marked, "\x90": _append_marked, "0": _pop, "1": _drop_mark, "2": _duplicate,
        "I": _int_line, "L": _long_line, "F": _float_line, "G": _float, "\x8a": _long(_SHORT), "\x8b": _long(_LONG),
        "S": _string_line, "V": _unicode_line, "U": _string(_SHORT), "T": _string(_LONG), "\x8d": _unicode(_LONGEST),
        "C": _span(_SHORT), "B": _span(_LONG), "\x8e": _span(_LONGEST), "\x96": _span(_LONGEST),
        "p": _put_line, "g": _get_line, "\x97": _buffer, "\x98": _nothing,
    }.items()
}
# fmt: on
