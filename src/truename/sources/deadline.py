"""One moment after which a request has failed, whatever the server sends meanwhile.

The limits of an HTTP client hold for one read of the network. A server that sends a byte a second of a header, of a
chunk's extension or of a trailer, or interim answers without end, keeps within each of them for ever. Here every read
and write of a thread's request gets what is left of the whole request's time.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_current = threading.local()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give the requests of this thread so many seconds, all in all, through clients that ``guard`` has seen."""
    _current.end = time.monotonic() + seconds
    try:
        yield
    finally:
        _current.end = None


def is_over() -> bool:
    """Whether the time of this thread's request has passed."""
    end: float | None = getattr(_current, "end", None)
    return end is not None and time.monotonic() >= end


def guard(client: Any) -> None:
    """Make the connections of an HTTP client keep to ``within``; one that is not built as httpx is stays as it is."""
    for transport in (client._transport, *client._mounts.values()):
        pool = getattr(transport, "_pool", None)
        backend = getattr(pool, "_network_backend", None)
        if pool is not None and backend is not None and not isinstance(backend, _Backend):
            pool._network_backend = _Backend(backend, sys.modules[type(pool).__module__.partition(".")[0]])


def _left(timeout: float | None, error: type[Exception]) -> float | None:
    """What a read may take: its own limit, or the rest of the request's."""
    end: float | None = getattr(_current, "end", None)
    if end is None:
        return timeout
    left = end - time.monotonic()
    if left <= 0:
        raise error("the time of the whole request is over")
    return left if timeout is None else min(timeout, left)


class _Backend:
    """What opens connections."""

    def __init__(self, inner: Any, library: Any) -> None:
        self._inner = inner
        self._library = library

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **more: Any) -> _Stream:
        left = _left(timeout, self._library.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(host, port, timeout=left, **more), self._library)

    def connect_unix_socket(self, path: str, timeout: float | None = None, **more: Any) -> _Stream:
        left = _left(timeout, self._library.ConnectTimeout)
        return _Stream(self._inner.connect_unix_socket(path, timeout=left, **more), self._library)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream:
    """A connection."""

    def __init__(self, inner: Any, library: Any) -> None:
        self._inner = inner
        self._library = library

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._inner.read(max_bytes, timeout=_left(timeout, self._library.ReadTimeout))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout=_left(timeout, self._library.WriteTimeout))

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> _Stream:
        left = _left(timeout, self._library.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._library)

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
