"""What a pickle's opcodes build here instead of objects: nothing of it has a behaviour. And its mappings' keys as text.

Plain classes with slots: values nest as deep as a hostile file likes, and only these are freed without recursion.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MAX_PARTS = 4  # of a tuple that is a key
MAX_PART = 256  # characters


class Global:
    """A name that the stream imports. ``rebuild`` is what truename does instead of a call; None: nothing."""

    __slots__ = ("name", "rebuild", "value")

    def __init__(self, name: str, rebuild: Callable[[tuple[Any, ...]], Any] | None = None, value: Any = None) -> None:
        self.name = name
        self.rebuild = rebuild
        self.value = value  # the dtype that it stands for


class Opaque:
    """An object that is not built: what it was to be, from what, and the state it was to get."""

    __slots__ = ("args", "items", "kind", "state")

    def __init__(self, kind: Any, args: Any = ()) -> None:
        self.kind = kind
        self.args = args
        self.items: dict[str, Any] | None = None  # what was set or appended, where it is a mapping or a list
        self.state: Any = None

    @property
    def name(self) -> str:
        """The name of its class or function."""
        return self.kind.name if type(self.kind) is Global else ""


class Span:
    """Bytes that stand in the stream and are not copied."""

    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end


class Storage:
    """A run of elements outside of the pickle."""

    __slots__ = ("dtype", "elements", "key", "width")

    def __init__(self, key: str, dtype: str | None, width: int, elements: int) -> None:
        self.key = key
        self.dtype = dtype  # None: bytes whose type the tensor gives
        self.width = width  # bytes of an element
        self.elements = elements


class Record:
    """A tensor as the stream gives it, not yet checked."""

    __slots__ = ("dtype", "offset", "shape", "storage", "stride")

    def __init__(self, storage: Any, offset: Any, shape: Any, stride: Any, dtype: Any = None) -> None:
        self.storage = storage
        self.offset = offset
        self.shape = shape
        self.stride = stride
        self.dtype = dtype  # a Global, where it is not the storage's own


_HOLDERS = (Record, dict, list, tuple, Opaque)  # what may be a tensor or hold one


def set_item(target: dict[str, Any], key: Any, value: Any) -> None:
    """Put ``value`` into ``target`` under the text of its key.

    Whole numbers are no keys here: their hashes can be chosen to collide. A tuple of texts and numbers has dots between
    them. Under any other key only what may hold a tensor is kept, by its place: a count must not miss it.
    """
    if type(key) is str:
        target[key] = value
    elif type(key) is int:
        target[str(key)] = value
    elif type(value) in _HOLDERS:
        target[_text(key, target)] = value


def _text(key: Any, target: dict[str, Any]) -> str:
    parts = key if type(key) is tuple and len(key) <= MAX_PARTS else ()
    if all(type(part) is int or (type(part) is str and len(part) <= MAX_PART) for part in parts):
        text = ".".join(map(str, parts))
        if text and text not in target:
            return text
    return f"[{len(target)}]"
