"""A request with its parts taken apart, and an answer before it is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote

import msgspec

from truename.testing.hub_server.repositories import Entry


class Request(msgspec.Struct, frozen=True):
    """One request."""

    method: str
    parts: tuple[str, ...]  # of the path, each unquoted: a quoted slash in a revision stays in its part
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]  # names in lower case
    raw_query: str = ""
    body: bytes = b""

    @property
    def path(self) -> str:
        """The whole path, unquoted."""
        return "/" + "/".join(self.parts)

    @property
    def token(self) -> str | None:
        """The token that came with it."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind.lower() == "bearer" and token else None

    def one(self, key: str) -> str | None:
        """The first value of a key of the query."""
        values = self.query.get(key)
        return values[0] if values else None

    def flag(self, key: str) -> bool:
        """Whether a key of the query says yes."""
        return (self.one(key) or "").lower() in ("true", "1")


class Answer(msgspec.Struct, frozen=True):
    """One answer: a status, and bytes or a part of a file."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""
    location: str | None = None  # a file on disk
    start: int = 0
    length: int = 0  # of the part of the file


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer in JSON."""
    return Answer(status, {"content-type": "application/json", **(headers or {})}, json.dumps(value).encode())


def refusal(status: int, message: str, code: str | None = None) -> Answer:
    """An error as the Hub words it: in the body and in two headers."""
    headers = {"x-error-message": message}
    if code is not None:
        headers["x-error-code"] = code
    return as_json({"error": message}, status, headers)


def read_request(scope: Mapping[str, Any], body: bytes) -> Request:
    """The request of an ASGI scope."""
    raw = scope.get("raw_path") or scope["path"].encode()
    query = scope["query_string"].decode("latin-1")
    return Request(
        scope["method"],
        tuple(unquote(part) for part in raw.decode("latin-1").strip("/").split("/")),
        parse_qs(query),
        {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        query,
        body,
    )


def send_file(entry: Entry, request: Request, headers: Mapping[str, str], *, longer: int = 0, whole: bool) -> Answer:
    """A file, or the range of it that was asked for.

    Args:
        entry: the file.
        request: with its header ``Range``.
        headers: of the answer, beside its own.
        longer: bytes that are sent beyond the range.
        whole: never mind the range.
    """
    own = {"accept-ranges": "bytes", "content-type": "application/octet-stream", "etag": f'"{entry.etag}"', **headers}
    asked = None if whole else _asked(request.headers.get("range"), entry.size)
    if asked is None:
        return Answer(200, own, location=entry.location, length=entry.size)
    start, end = asked
    if start >= entry.size or end < start:
        return Answer(416, {**own, "content-range": f"bytes */{entry.size}"})
    end = min(end + longer, entry.size - 1)
    own["content-range"] = f"bytes {start}-{end}/{entry.size}"
    return Answer(206, own, location=entry.location, start=start, length=end + 1 - start)


def send_bytes(body: bytes, request: Request, headers: Mapping[str, str]) -> Answer:
    """A small document, or the range of it that was asked for."""
    asked = _asked(request.headers.get("range"), len(body))
    if asked is None or asked[0] >= len(body) or asked[1] < asked[0]:
        return Answer(200, headers, body)
    start, end = asked
    return Answer(206, {**headers, "content-range": f"bytes {start}-{end}/{len(body)}"}, body[start : end + 1])


def _asked(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte of ``bytes=a-b``, ``bytes=a-`` or ``bytes=-n``; None for the whole file."""
    if header is None or not header.startswith("bytes=") or "," in header:
        return None
    first, _, last = header.removeprefix("bytes=").partition("-")
    try:
        if not first:
            return max(0, size - int(last)), size - 1
        return int(first), min(int(last), size - 1) if last else size - 1
    except ValueError:
        return None
