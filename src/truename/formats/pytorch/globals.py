"""The names that a checkpoint's pickle may import, and what truename does in their place.

Everything else is recorded as an unsafe global and flows on as an opaque value. The harmless names and the dtypes
stand in ``pickle_globals.toml``; the functions that build tensors stand here, after ``torch/_utils.py`` of 2.7.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from itertools import takewhile
from typing import Any

from truename.formats.header import UnsafeGlobal
from truename.formats.numpy.dtypes import NO_NUMBERS, numpy_dtype
from truename.formats.pytorch.machine import FROM_TYPE
from truename.formats.pytorch.pickled import Global, Opaque, Record, Storage, set_item

MAX_UNSAFE = 256  # distinct names that are kept; more do not make it worse
MAX_OTHERS = 10_000  # distinct names of one stream that are in no table: classes of a program in TorchScript
_NAMELESS = Global("")


class GlobalTable:
    """Looks names up for one stream and remembers the unsafe ones.

    Args:
        file: the file, for ``UnsafeGlobal``.
        stream: what offsets count in: the archive's entry, or the file.
    """

    def __init__(self, file: str, stream: str) -> None:
        self.file = file
        self.stream = stream
        self.base = 0  # where the stream begins in what offsets count in
        self._unsafe: dict[str, UnsafeGlobal] = {}
        self._others: dict[str, Global] = {}  # what is in no table, by name

    @property
    def unsafe(self) -> tuple[UnsafeGlobal, ...]:
        """The unsafe names in the order in which they came first."""
        return tuple(self._unsafe.values())

    def adopt(self, found: Iterable[UnsafeGlobal]) -> None:
        """Add what another stream of the file imports."""
        for one in found:
            if len(self._unsafe) < MAX_UNSAFE:
                self._unsafe.setdefault(one.name, one)

    def resolve(self, name: str, offset: int) -> Global:
        """The stand-in of ``module.name``; ``offset`` is that of its opcode."""
        known = known_globals()
        if (found := known.get(name) or self._others.get(name)) is not None:
            return found
        first, _, rest = name.partition(".")
        if (today := _tables()["python2"].get(first)) is not None:
            return self.resolve(f"{today}.{rest}", offset)
        module, _, last = name.rpartition(".")
        if (same := _tables()["modules"].get(module)) is not None and f"{same}.{last}" in known:
            return known[f"{same}.{last}"]
        if not _patterns().fullmatch(name) and len(self._unsafe) < MAX_UNSAFE:
            self._unsafe.setdefault(name, UnsafeGlobal(name, self.file, self.base + offset, self.stream))
        if len(self._others) == MAX_OTHERS:  # two opcodes make a name of two thousand characters
            return _NAMELESS
        return self._others.setdefault(name, Global(name))


def _dict(args: tuple[Any, ...]) -> Any:
    """A mapping, from a list of pairs as Python 2 wrote it; a default's factory is dropped."""
    source = args[-1] if args else None
    if type(source) is dict:
        return source  # never copied: a stream may hand one to any number of calls
    if type(source) is not list:
        return {}
    mapping: dict[str, Any] = source[0] if source and type(source[0]) is dict else {}
    for pair in source:
        if type(pair) in (list, tuple) and len(pair) == 2:
            set_item(mapping, pair[0], pair[1])
    source[:] = [mapping]  # and so is a list taken apart once
    return mapping


def _size(args: tuple[Any, ...]) -> Any:
    value = args[0] if args else ()
    return value if type(value) in (list, tuple) else ()


def _tensor(args: tuple[Any, ...]) -> Any:
    """``_rebuild_tensor*`` and ``_rebuild_qtensor``: storage, offset, size, stride, and more."""
    return Record(args[0], args[1], args[2], args[3]) if len(args) >= 4 else Record(None, None, None, None)


def _reconstructor(args: tuple[Any, ...]) -> Any:
    """``copyreg._reconstructor``: an object of its first argument's class, empty before its state comes."""
    return Opaque(args[0] if args else None, args[1:])


def _tensor_v3(args: tuple[Any, ...]) -> Any:
    """Storage, offset, size, stride, requires_grad, hooks, dtype."""
    return Record(args[0], args[1], args[2], args[3], args[6]) if len(args) >= 7 else Record(None, None, None, None)


def _first(args: tuple[Any, ...]) -> Any:
    """``_rebuild_parameter*`` and others: their first argument, a tensor."""
    return args[0] if args else None


def _meta(args: tuple[Any, ...]) -> Any:
    """``_rebuild_meta_tensor_no_storage``: dtype, size, stride, requires_grad: a shape without bytes."""
    return Record(None, None, args[1], None, args[0]) if len(args) >= 3 else Record(None, None, None, None)


def _wrapper(args: tuple[Any, ...]) -> Any:
    """``_rebuild_wrapper_subclass``: class, dtype, size, stride, offset, layout, device, requires_grad."""
    return Record(None, None, args[2], None, args[1]) if len(args) >= 4 else Record(None, None, None, None)


def _sparse(args: tuple[Any, ...]) -> Any:
    """``_rebuild_sparse_tensor``: the shape, with the dtype of its values.

    Layout, and (indices, values, size, ...); of compressed layouts (CSR and its kin) the indices are two tensors.
    """
    data = args[1] if len(args) >= 2 and type(args[1]) is tuple else ()
    records = list(takewhile(lambda part: type(part) is Record, data[:4]))
    if len(records) not in (2, 3) or len(data) == len(records):
        return Opaque(None, args)
    values, size = records[-1], data[len(records)]
    held = values.storage
    dtype = Global("", value=(held.dtype or "", held.width)) if type(held) is Storage else values.dtype
    return Record(None, None, size, None, dtype)


def numpy_record(shape: Any, dtype: Any) -> Record | None:
    """An array of NumPy, whose elements lie in the stream: its shape, and its dtype as the stream builds it.

    None where it holds something else than numbers.
    """
    args = dtype.args if type(dtype) is Opaque else ()
    if type(shape) is not tuple or not args or type(args[0]) is not str:
        return None
    found = numpy_dtype(args[0])
    if found is not None and (found[0][0] in NO_NUMBERS or _has_fields(dtype.state)):
        return None
    return Record(None, None, shape, None, Global("numpy.dtype", value=found or ("", 0)))


def _has_fields(state: Any) -> bool:
    return type(state) is tuple and len(state) > 4 and state[4] is not None


def _from_buffer(args: tuple[Any, ...]) -> Any:
    """``_frombuffer`` of NumPy: buffer, dtype, shape, order."""
    return (numpy_record(args[2], args[1]) if len(args) >= 3 else None) or Opaque(None, args)


_REBUILT = {
    "collections.OrderedDict": _dict,
    "collections.defaultdict": _dict,
    "builtins.dict": _dict,
    "copyreg.__newobj__": _reconstructor,
    "copyreg._reconstructor": _reconstructor,
    "numpy.core.numeric._frombuffer": _from_buffer,
    "numpy._core.numeric._frombuffer": _from_buffer,
    "torch.Size": _size,
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_qtensor": _tensor,
    "torch._utils._rebuild_tensor_v3": _tensor_v3,
    "torch._utils._rebuild_parameter": _first,
    "torch._utils._rebuild_parameter_with_state": _first,
    "torch._utils._rebuild_meta_tensor_no_storage": _meta,
    "torch._utils._rebuild_wrapper_subclass": _wrapper,
    "torch._utils._rebuild_device_tensor_from_cpu_tensor": _first,
    "torch._utils._rebuild_nested_tensor": _first,  # all elements in a row; their sizes differ
    "torch._utils._rebuild_sparse_tensor": _sparse,
}


@functools.cache
def known_globals() -> dict[str, Global]:
    """Name -> stand-in of everything that is not reported."""
    tables = _tables()
    known = {name: Global(name) for name in tables["harmless"]}
    known |= {f"torch.{name}": Global(f"torch.{name}", value=tuple(v)) for name, v in tables["dtypes"].items()}
    known |= {name: Global(name, rebuild) for name, rebuild in _REBUILT.items()}
    known |= {name: Global(name) for name in FROM_TYPE}
    return known


@functools.cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("pickle_globals.toml").read_text("utf-8"))


@functools.cache
def _patterns() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in _tables()["patterns"]))
