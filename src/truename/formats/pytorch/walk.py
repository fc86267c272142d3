"""Walk every pickle of one file: streams behind one another, within arrays of objects, and within bytes of others.

Each stream has a memo of its own. Where a file means one thing to ``joblib.load``, which takes an array's bytes from
between the opcodes, and another to ``pickle.load``, which does not, it is walked both ways.
"""

from __future__ import annotations

import contextlib
import math
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from truename.blob import Blob
from truename.errors import FormatError
from truename.formats.header import UnsafeGlobal
from truename.formats.numpy.dtypes import NO_NUMBERS, numpy_dtype
from truename.formats.pytorch import PyTorchError, PyTorchFault, Walked
from truename.formats.pytorch.feed import Feed, HeldBlob
from truename.formats.pytorch.globals import GlobalTable
from truename.formats.pytorch.machine import ForgottenError, Machine
from truename.formats.pytorch.opcodes import ARRAY_WRAPPER
from truename.formats.pytorch.packed import UnpackedBlob
from truename.formats.pytorch.pickled import Global, Opaque, Record, Span, Storage
from truename.formats.pytorch.storages import Storages
from truename.formats.pytorch.stream import PickleMachine

MAX_STREAMS = 10_000  # behind one another
MAX_DEPTH = 8  # pickles within the bytes of others
MAX_PADDING = 4_096  # bytes behind the last stream that may be zeros
_MAX_DIMENSIONS = 64
_MAX_BYTES = 2**62
_HOLDS_OBJECTS = 1  # of a dtype's flags
_BYTES_PER_OPCODE = 256  # that are copied
_PROTO = 0x80  # the opcode that every writer since Python 2.3 begins with

# torch/serialization.py: the two numbers that begin a stream
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PROTOCOL = 1001

# joblib/numpy_pickle.py: what an array is described with. Any other attribute could stand in for one of its methods.
_DESCRIPTION = frozenset(("subclass", "shape", "order", "dtype", "allow_mmap", "numpy_array_alignment_bytes"))
# What a pickle names to run code, and what every pickle of arrays names.
_STRONG = frozenset(
    ["os", "posix", "nt", "subprocess", "builtins", "__builtin__", "sys", "ctypes", "importlib", "runpy", "socket"]
) | frozenset(["shutil", "pty", "pickle", "_pickle", "marshal"])
_OF_ARRAYS = frozenset(["dtype", "ndarray", "scalar", "_reconstruct", "_frombuffer", "NumpyArrayWrapper"])
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", re.ASCII)


class _Element(msgspec.Struct, frozen=True):
    """One element of an array: its dtype's word, its bytes, and whether it is an object, which is pickled."""

    word: str
    width: int
    pickled: bool
    fields: bool = False


class Walk:
    """The pickles of one file or entry.

    Args:
        blob: what is walked.
        table: looks names up, and remembers those that tensors do not need.
        opcodes: an item for each opcode that may be walked.
        lenient: whether any persistent id will do, and not only one of a storage of PyTorch.
        archive: walks the pickles of an archive that lies within one of these: the blob, opcodes, and depth.
        depth: how many pickles this one lies within.

    Attributes:
        unwalked: whether there is something that may be a pickle and could not be walked to its end.
        position: behind what was walked last.
    """

    def __init__(
        self,
        blob: Blob,
        table: GlobalTable,
        opcodes: Iterator[None],
        archive: Callable[[Blob, Iterator[None], int], Walked],
        lenient: bool = False,
        depth: int = 0,
    ) -> None:
        self.blob = blob
        self.table = table
        self.feed = Feed(blob)
        self.storages = Storages(blob.path)
        self.unwalked = False
        self.position = 0
        self.wrapped = False
        self._opcodes = opcodes
        self._archive = archive
        self._lenient = lenient
        self._depth = depth

    def program(self) -> Any:
        """What the pickle at ``position`` holds, or the five pickles and the storages of an old file of PyTorch.

        Raises:
            PyTorchError: it is broken; its code says how.
        """
        root = self.load()
        if root != _LEGACY_MAGIC:
            return root
        if self.load() != _LEGACY_PROTOCOL:
            problem = "is a stream of PyTorch with a protocol other than 1001"
            raise PyTorchError(self.blob.path, PyTorchFault.LEGACY, problem)
        self.load()  # byte order and sizes of types of the machine that wrote it
        self.storages = Storages(self.blob.path)
        root = self.load()
        self._skip_storages(self.load())
        return root

    def rest(self) -> None:
        """Walk what stands behind: a loader may take one pickle after another from a file."""
        for _ in range(MAX_STREAMS):
            if self._is_padding():
                return
            begin, stream = self.position, GlobalTable(self.table.file, self.table.stream)
            found, self.table = self.table, stream
            try:
                self.program()
            except PyTorchError:
                self.unwalked = True
                return
            finally:
                self.table = found
                found.adopt(named(stream.unsafe))
            if self.position <= begin:
                break
        self.unwalked = True

    def load(self) -> Any:
        """The value of the stream at ``position``."""
        begin = self.position
        taken = _Taken(self)
        machine = self._machine(begin, taken, arrays=True)
        value = machine.run()
        self.position = self.feed.base + machine.position
        if machine.frame_end > self.position:  # some loaders would go on behind the frame
            self.unwalked = True
        if taken.arrays:
            self._load_plainly(begin, objects=taken.objects > 0)
        return value

    def _machine(self, begin: int, around: _Taken | None, *, arrays: bool) -> PickleMachine:
        position = self.feed.move(begin)
        persistent = self._any_id if self._lenient else self.storages.load
        machine = PickleMachine(
            self.blob.path,
            self.feed.data,
            self._resolve,
            persistent,
            self._opcodes,
            position,
            self.feed.more,
            around,
            arrays,
        )
        machine.base = self.feed.base
        return machine

    def _any_id(self, identity: Any) -> Any:
        try:
            return self.storages.load(identity)
        except PyTorchError:
            return Opaque(None, (identity,))

    def _resolve(self, name: str, offset: int) -> Global:
        self.wrapped |= name.endswith(ARRAY_WRAPPER)
        return self.table.resolve(name, self.feed.base + offset)

    def _load_plainly(self, begin: int, *, objects: bool) -> None:
        """Walk the stream once more as ``pickle.load`` does, up to where it breaks: most often in the first array."""
        kept = self.feed, self.table, self.storages, self.unwalked
        blob = self.blob.again() if isinstance(self.blob, UnpackedBlob) else self.blob
        self.feed, self.storages = Feed(blob, begin), Storages(self.blob.path)
        self.table = GlobalTable(self.table.file, self.table.stream)
        try:
            self._machine(begin, _Taken(self), arrays=False).run()
        except PyTorchError as error:
            broken = error.code not in (PyTorchFault.TOO_MANY_OPCODES, PyTorchFault.PICKLE_TOO_LARGE)
        else:
            broken = True
        found = named(self.table.unsafe)
        self.feed, self.table, self.storages, unwalked = kept
        if objects:  # the memos of two streams are one here: most of what is imported then names nothing
            known = {one.name for one in self.table.unsafe}
            found = [one for one in found if one.name not in known and _may_be_function(one.name)]
            broken &= all(one.name.partition(".")[0] in _STRONG for one in found)
            found = [one for one in found if one.name.partition(".")[0] in _STRONG]
        self.unwalked = unwalked or not broken
        self.table.adopt(found)

    def inner(self, machine: Machine, position: int) -> int:
        """Walk a whole stream between the opcodes of another; the position behind it."""
        stream = self._machine(self.feed.base + position, _Taken(self), arrays=False)
        stream.run()
        if stream.frame_end > self.feed.base + stream.position:
            machine.fail(PyTorchFault.FRAME, "has a pickle in an array that ends within its frame")
        return stream.position

    def nested(self, machine: Machine, args: tuple[Any, ...]) -> Any:
        """``_load_from_bytes``: a file of PyTorch within a pickle, such as every plain pickle of a tensor holds."""
        data = self._bytes(args[0] if len(args) == 1 else None)
        machine.spend(0 if data is None else len(data) // _BYTES_PER_OPCODE)
        if data is None or self._depth == MAX_DEPTH:
            self.unwalked = True
            return Opaque(None, args)
        if data[:2] == b"PK":
            try:
                found = self._archive(HeldBlob(self.blob.path, data), self._opcodes, self._depth + 1)
            except FormatError:
                found = Walked(unwalked=True)
            self.table.adopt(found.unsafe)
            self.unwalked |= bool(found.unwalked)
            return Opaque(None, args)
        at = f"{self.table.stream} at byte {self.feed.base + machine.position:,}"
        table = GlobalTable(self.table.file, at)
        walk = Walk(
            HeldBlob(self.blob.path, data), table, self._opcodes, self._archive, lenient=True, depth=self._depth + 1
        )
        root = None
        try:
            root = walk.program()
            walk.rest()
        except PyTorchError:
            self.unwalked = True
        finally:
            self.table.adopt(table.unsafe)
        self.unwalked |= walk.unwalked
        if type(root) is Storage:  # its key is that of another file
            return Storage(at, root.dtype, root.width, root.elements)
        return Opaque(None, args) if root is None else root

    def held(self, machine: Machine, data: bytes) -> None:
        """Walk bytes that may be a pickle; where they import something, nobody can say whether they are loaded."""
        machine.spend(len(data) // _BYTES_PER_OPCODE)
        if self._depth == MAX_DEPTH:
            self.unwalked = True
            return
        table = GlobalTable(self.table.file, self.table.stream)
        part, depth = HeldBlob(self.blob.path, data), self._depth + 1
        walk = Walk(part, table, self._opcodes, self._archive, lenient=True, depth=depth)
        with contextlib.suppress(PyTorchError):
            walk.program()
        self.unwalked |= walk.unwalked or bool(table.unsafe)

    def _bytes(self, value: Any) -> bytes | None:
        """Bytes as a stream holds them: up to protocol 2 as a text of as many characters."""
        if type(value) is Span:
            begin = value.start - self.feed.base
            return bytes(self.feed.data[begin : value.end - self.feed.base]) if begin >= 0 else None
        if type(value) is Opaque and value.name == "_codecs.encode" and len(value.args) == 2:
            text, encoding = value.args
            if type(text) is str and encoding in ("latin1", "latin-1"):
                try:
                    return text.encode("latin-1")
                except UnicodeEncodeError:
                    return None
        return None

    def _is_padding(self) -> bool:
        """Whether nothing but zeros stands behind ``position``."""
        if self.feed.byte(self.position) is None:
            return True
        at = self.feed.move(self.position)
        while len(self.feed.data) - at <= MAX_PADDING and self.feed.more():
            pass
        behind = self.feed.data[at:]
        return len(behind) <= MAX_PADDING and not behind.strip(b"\0\r\n ")

    def _skip_storages(self, keys: Any) -> None:
        """Behind the pickles each storage has eight bytes for its count, and its elements."""
        path = self.blob.path
        if type(keys) is not list or set(map(type, keys)) - {str}:
            raise PyTorchError(path, PyTorchFault.LEGACY, "does not list its storages behind its pickle")
        roots = self.storages.roots
        if missing := set(roots) - set(keys):
            problem = f"does not hold the storage {min(missing)[:120]!r}"
            raise PyTorchError(path, PyTorchFault.STORAGE_MISSING, problem)
        needed = sum(8 + roots.get(key, 0) for key in keys)
        if self.position + needed > self.blob.size:
            problem = (
                f"has {self.blob.size - self.position:,} bytes behind its pickle, and its storages need {needed:,}"
            )
            raise PyTorchError(path, PyTorchFault.STORAGE_SIZE, f"{problem}; is it cut off?")
        self.position += needed


class _Taken:
    """What one stream takes from beside its opcodes."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self.arrays = 0
        self.objects = 0  # of the arrays

    @property
    def wrapped(self) -> bool:
        """Whether joblib's class that stands for an array has been imported."""
        return self._walk.wrapped

    def array(self, machine: Machine, position: int) -> int:
        """Step over the bytes of an array of joblib, which stand behind its description; walk those of objects."""
        if machine.forgetful:  # the stream cannot be taken again from behind an array
            raise ForgottenError
        self.arrays += 1
        feed = self._walk.feed
        at = feed.base + position
        if machine.frame_end > at:
            machine.fail(PyTorchFault.FRAME, "has a broken pickle: an array's bytes stand within a frame")
        wrapper = machine.stack[-1]
        shape, element = _described(machine, wrapper.state)
        if element.pickled:
            self.objects += 1
            return self._behind(machine, feed.base + self._walk.inner(machine, position))
        if wrapper.state.get("numpy_array_alignment_bytes") is not None:
            padding = feed.byte(at)
            if padding is None:
                machine.fail(PyTorchFault.PICKLE_TRUNCATED, "ends within its pickle; is it cut off?")
            at += 1 + padding
        size = math.prod(shape) * element.width
        if at + size > self._walk.blob.size:
            machine.fail(PyTorchFault.STORAGE_SIZE, f"ends within an array of {size:,} bytes; is it cut off?")
        if element.word[0] not in NO_NUMBERS and not element.fields:
            dtype = Global("numpy.dtype", value=(element.word, element.width))
            machine.stack[-1] = Record(None, None, shape, None, dtype)
        return self._behind(machine, at + size)

    def _behind(self, machine: Machine, at: int) -> int:
        feed = self._walk.feed
        position = feed.move(at)
        machine.data, machine.base = feed.data, feed.base
        return position

    def held(self, machine: Machine, data: bytes) -> None:
        """Bytes that are a pickle by their ends."""
        self._walk.held(machine, data)

    def nested(self, machine: Machine, args: tuple[Any, ...]) -> Any:
        """A pickle within the bytes of this one."""
        return self._walk.nested(machine, args)


def named(found: tuple[UnsafeGlobal, ...]) -> list[UnsafeGlobal]:
    """Those that can be names: what may be no pickle at all is walked too, and gives any bytes."""
    return [one for one in found if _NAME.fullmatch(one.name.replace("()", ""))]


def _may_be_function(name: str) -> bool:
    module, _, last = name.partition(".")
    if module in _STRONG:
        return last not in _OF_ARRAYS
    return module in sys.stdlib_module_names and last.rpartition(".")[2].islower() and last not in _OF_ARRAYS


def _described(machine: Machine, state: Any) -> tuple[tuple[int, ...], _Element]:
    """The shape and the element of an array that joblib's ``NumpyArrayWrapper`` describes."""
    unclear = "has an array of joblib that is not described as joblib does"
    if type(state) is not dict or not state.keys() <= _DESCRIPTION:
        machine.fail(PyTorchFault.ARRAY, unclear)
    shape, element = state.get("shape"), _element(state.get("dtype"))
    if element is None or type(shape) is not tuple or len(shape) > _MAX_DIMENSIONS:
        machine.fail(PyTorchFault.ARRAY, unclear)
    for size in shape:
        if type(size) is not int or size < 0:
            machine.fail(PyTorchFault.ARRAY, unclear)
    if math.prod(filter(None, shape)) * max(element.width, 1) >= _MAX_BYTES:
        machine.fail(PyTorchFault.TENSOR_SHAPE, "has an array of more bytes than a file can have")
    return shape, element


def _element(dtype: Any, depth: int = 4) -> _Element | None:
    """What a dtype is that a stream builds; None where it is not as NumPy's own pickles build it."""
    if type(dtype) is not Opaque or dtype.name != "numpy.dtype" or not dtype.args or type(dtype.args[0]) is not str:
        return None
    found = numpy_dtype(dtype.args[0])
    state = dtype.state
    if found is None or not (state is None or (type(state) is tuple and 8 <= len(state) <= 9)):
        return None
    word, width = found
    if word[0] == "O":
        return _Element(word, width, pickled=True)
    if state is None:
        return _Element(word, width, pickled=False)
    _, _, part, names, fields, size, _, flags = state[:8]
    if word[0] == "V" and (part is not None or fields is not None):
        inner = _inner(part, names, fields, depth)
        return None if inner is None or size != width else _Element(word, width, inner, fields=True)
    if (
        part is not None
        or names is not None
        or fields is not None
        or type(flags) is not int
        or flags & _HOLDS_OBJECTS
        or size not in (-1, width)
    ):
        return None  # its flags alone can make objects of numbers
    return _Element(word, width, pickled=False)


def _inner(part: Any, names: Any, fields: Any, depth: int) -> bool | None:
    """Whether a dtype made of others holds objects; None where that cannot be told."""
    if depth == 0:
        return None
    if part is not None:
        parts = [part[0]] if type(part) is tuple and part else [None]
    elif type(fields) is dict and type(names) is tuple and 0 < len(fields) <= 1_000:
        parts = [field[0] if type(field) is tuple and field else None for field in fields.values()]
    else:
        return None
    elements = [_element(one, depth - 1) for one in parts]
    if None in elements:
        return None
    return any(element is not None and element.pickled for element in elements)
