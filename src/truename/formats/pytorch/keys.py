"""The keys of pickled mappings as text, as the names of tensors are."""

from __future__ import annotations

from typing import Any

from truename.formats.pytorch.pickled import Opaque, Record

MAX_PARTS = 4  # of a tuple that is a key
MAX_PART = 256  # characters
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
