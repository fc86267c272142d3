"""Read one JSON document within a limit of bytes. A broken document is an error of that file, and of no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from truename.blob import Blob
from truename.declared.declared import Document
from truename.errors import DeclaredError, FileTooLargeError, NotDownloadedError
from truename.json_text import REFUSALS, JsonError, NotUtf8Error, TooDeepError, decode_json
from truename.stand_ins import HEAD_BYTES, stand_in

MAX_CONFIG_BYTES = 6_000_000  # lists of nothing take thirty times as much in memory
MAX_DEPTH = 64  # real configurations nest seven deep
_BOM = b"\xef\xbb\xbf"

Open = Callable[[str], Blob]


def read_json(path: str, size: int, open: Open, limit: int = MAX_CONFIG_BYTES) -> Any:
    """The parsed content of a JSON file, of any type.

    Python's own JSON writes NaN and Infinity, so such files are read too; their numbers stay floats.

    Raises:
        FileTooLargeError: the file is larger than ``limit`` bytes.
        DeclaredError: it is not valid UTF-8 or not valid JSON, or nested too deep.
        NotDownloadedError: a pointer or a server's page lies in its place.
    """
    if size > limit:
        raise FileTooLargeError(path, f"has {size:,} bytes; truename reads at most {limit:,} of such a file")
    with open(path) as blob:
        data = blob.read(0, min(blob.size, limit)).removeprefix(_BOM)
    try:
        return parse_json(path, data)
    except DeclaredError:
        if data and (instead := stand_in(data[:HEAD_BYTES], len(data))) is not None:
            raise NotDownloadedError(path, instead) from None
        raise


def parse_json(path: str, data: bytes) -> Any:
    """The content of a JSON text.

    Raises:
        DeclaredError: it is not valid UTF-8 or not valid JSON, or nested too deep.
    """
    try:
        return decode_json(data)
    except NotUtf8Error as error:
        raise DeclaredError(path, f"is not valid UTF-8 at byte {error.position}") from None
    except TooDeepError:
        raise DeclaredError(path, "is nested too deep to be a configuration") from None
    except JsonError as error:
        return _parse_lenient(path, data, str(error))


def read_object(path: str, size: int, open: Open) -> Document:
    """A JSON file whose content must be an object.

    Raises:
        FileTooLargeError: the file is too large.
        DeclaredError: it is not a JSON object.
        NotDownloadedError: a pointer or a server's page lies in its place.
    """
    found = read_json(path, size, open)
    if not isinstance(found, dict):
        raise DeclaredError(path, f"holds {kind_of(found)} where an object is expected")
    if _too_deep(found, MAX_DEPTH):
        raise DeclaredError(path, "is nested too deep to be a configuration")
    return Document(path, found)


def kind_of(value: Any) -> str:
    """A JSON value's kind in words, for messages."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, (int, float)):
        return "a number"
    return "a list" if isinstance(value, (list, tuple)) else "an object"


def _parse_lenient(path: str, data: bytes, first_error: str) -> Any:
    """JSON with NaN and Infinity, as Python's own writer makes it; nothing else that the strict decoder refuses."""
    try:
        found = json.loads(data.decode("utf-8"))
        msgspec.json.encode(found)  # refuses lone surrogates, which no report could print
    except RecursionError:
        raise DeclaredError(path, "is nested too deep to be a configuration") from None
    except REFUSALS:
        raise DeclaredError(path, f"is not valid JSON ({first_error[:160]})") from None
    return found


def _too_deep(value: Mapping[str, Any], limit: int) -> bool:
    level: list[Any] = [value]
    for _ in range(limit):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True
