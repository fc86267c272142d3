"""One cell of any layout in a snapshot's form. What is not what its column asks for raises ``WrongCellError``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from truename.json_text import JsonError, decode_json
from truename.study.registry.skips import Skips
from truename.study.registry.snapshot_layouts import layouts

MOST = 2**63 - 1  # of a whole number in a snapshot
MOST_TIMES = 10**12  # of downloads and likes: a thousand times as many as any model has


class WrongCellError(ValueError):
    """A cell that is not what its column asks for; the text says what it is instead."""


def json_cell(value: Any, ours: str, where: str, skips: Skips) -> str | None:
    """A cell of a format whose values have types of their own: a text as it is, anything else as JSON.

    Args:
        value: what the record holds.
        ours: the study's column that it stands for.
        where: the record, for the count of what is not what the column asks for.
        skips: where that is counted.
    """
    if value is None:
        return None
    kinds, wanted = _KINDS[ours]
    if type(value) not in kinds:
        skips.add(f"cell left empty: {ours} is {_kind(value)}, {wanted}", where)
        return None
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def text_of(value: Any) -> str:
    """A text, or a number that stands for one."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # a model may be called 1
    raise WrongCellError(f"{_kind(value)}, no text")


def times_of(value: Any) -> int:
    """How often something was done, from 0 to ``MOST_TIMES``."""
    return whole_of(value, MOST_TIMES)


def whole_of(value: Any, most: int = MOST) -> int:
    """A whole number from 0 to ``most``, also as a text."""
    if isinstance(value, str):
        try:
            value = float(value) if not value.strip().isdigit() else int(value)
        except ValueError:
            raise WrongCellError("a text, no number") from None
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongCellError(f"{_kind(value)}, no whole number")
    if not 0 <= value <= most:
        raise WrongCellError("below zero or too large")
    return value


def moment_of(value: Any) -> datetime:
    """A date of ISO 8601; without a zone it is UTC."""
    if isinstance(value, datetime):
        found = value
    else:
        try:
            found = datetime.fromisoformat(str(value).strip())
        except ValueError:
            raise WrongCellError("no date") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def words_of(value: Any) -> list[str]:
    """A list of texts, as JSON, or parted by commas."""
    if isinstance(value, str):
        value = _decoded(value) if value.lstrip()[:1] in ("[", "{") else [part.strip() for part in value.split(",")]
    if not isinstance(value, list):
        raise WrongCellError(f"{_kind(value)}, no list")
    return [item for item in _texts_among(value) if item]


def _texts_among(items: list[Any]) -> list[str]:
    """The texts of a list, in which something may be missing but nothing be of another kind."""
    if others := [item for item in items if item is not None and not isinstance(item, str)]:
        raise WrongCellError(f"a list with {_kind(others[0])} in it")
    return [item for item in items if item is not None]


def json_of(value: Any) -> str:
    """An object as JSON, without what is null."""
    if not isinstance(value, dict):
        raise WrongCellError(f"{_kind(value)}, no object")
    return msgspec.json.encode(_without_nulls(value)).decode()


def _without_nulls(value: Any) -> Any:
    """Structs in columns hold every key of any record: what a record lacks is null."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def total_of(value: Any) -> dict[str, Any] | None:
    """``{"total": ..., "parameters": {dtype: count}}`` or a number; dtypes come with most elements first."""
    value = _decoded(value) if isinstance(value, str) else value
    if not isinstance(value, dict):
        return {"total": whole_of(value), "dtypes": None}
    counts = value.get("parameters")
    known = [(name, n) for name, n in counts.items() if isinstance(n, int)] if isinstance(counts, dict) else []
    total = value.get("total")
    return {
        "total": None if total is None else whole_of(total),
        "dtypes": [name for name, count in sorted(known, key=lambda item: (-item[1], item[0])) if count],
    }


def gguf_of(value: Any) -> dict[str, Any]:
    """The architecture, the count of elements and the context length that a GGUF file declares."""
    value = _object(value)
    architecture, total, length = (value.get(key) for key in ("architecture", "total", "context_length"))
    return {
        "architecture": None if architecture is None else text_of(architecture),
        "total": None if total is None else whole_of(total),
        "context_length": None if length is None else whole_of(length),
    }


def bases_of(value: Any) -> dict[str, Any] | None:
    """``{"relation": ..., "models": [{"id": ...}]}``, a list of ids, or one id."""
    if isinstance(value, str):
        value = _decoded(value) if value.lstrip()[:1] in ("[", "{") else [value]
    relation = None
    if isinstance(value, dict):
        relation, value = value.get("relation"), value.get("models")
    if value is None:
        return None
    if not isinstance(value, list):
        raise WrongCellError(f"{_kind(value)}, no list of models")
    ids = [item.get("id") if isinstance(item, dict) else item for item in value]
    return {
        "relation": relation if isinstance(relation, str) else None,
        "models": [item for item in _texts_among(ids) if item],
    }


def paths_of(value: Any) -> list[str]:
    """A list of paths, or of ``{"rfilename": path}``."""
    if isinstance(value, str):
        value = _decoded(value)
    if not isinstance(value, list):
        raise WrongCellError(f"{_kind(value)}, no list of files")
    paths = [item.get("rfilename") if isinstance(item, dict) else item for item in value]
    return _texts_among(paths)


def owner_of(value: Any) -> str:
    """The kind of an owner: a word, or ``{"type": word}``."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = _decoded(value)
    word = value.get("type") if isinstance(value, dict) else value
    known: Mapping[str, str] = layouts()["owner_kinds"]
    if (kind := known.get(str(word).lower())) is None:
        raise WrongCellError("neither an organisation nor a user")
    return kind


def _object(value: Any) -> dict[str, Any]:
    value = _decoded(value) if isinstance(value, str) else value
    if not isinstance(value, dict):
        raise WrongCellError(f"{_kind(value)}, no object")
    return value


def _decoded(text: str) -> Any:
    try:
        return decode_json(text)
    except JsonError:
        raise WrongCellError("a text that is no JSON") from None


def _kind(value: Any) -> str:
    names = {
        str: "a text",
        bool: "true or false",
        list: "a list",
        dict: "an object",
        int: "a number",
        float: "a number",
    }
    return names.get(type(value), f"of type {type(value).__name__}")


# What a value of JSON or SQLite may be, by column, and what it fails to be otherwise. A text may hold any of them.
_TEXT = (frozenset((str, int)), "no text")
_NUMBER = (frozenset((str, int, float)), "no whole number")
_OBJECT = (frozenset((str, dict)), "no object")
_KINDS: Mapping[str, tuple[frozenset[type], str]] = {
    "id": _TEXT,
    "author": _TEXT,
    "owner_kind": (frozenset((str, dict)), "neither an organisation nor a user"),
    "library_name": _TEXT,
    "pipeline_tag": _TEXT,
    "createdAt": (frozenset((str,)), "no date"),
    "downloads": _NUMBER,
    "likes": _NUMBER,
    "tags": (frozenset((str, list)), "no list"),
    "baseModels": (frozenset((str, list, dict)), "no list of models"),
    "config": _OBJECT,
    "cardData": _OBJECT,
    "safetensors": (frozenset((str, int, float, dict)), "no count of elements"),
    "gguf": _OBJECT,
    "siblings": (frozenset((str, list)), "no list of files"),
}
