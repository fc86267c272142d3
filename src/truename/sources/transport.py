"""Bytes over HTTP: bounded, retried, and with a token that stays with the host it was given for.

The client of ``huggingface_hub`` does the sending, so that proxies, certificates and a client factory that a program
has set hold here too. Everything that a server may do wrong ends within a bound: a body is read no further than was
asked for; a request has one time for everything, from the connection to the last trailer; a redirect leaves the token
behind, and one from https to http is not followed.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import msgspec

from truename.errors import UnavailableError
from truename.sources.deadline import guard, is_over, within

PATIENCE = 60.0  # seconds for one request, and another for every SLOWEST bytes of a range
SLOWEST = 100_000
MAX_SKIPPED = 64 * 2**20  # bytes thrown away where a server ignores a range
MAX_REDIRECTS = 8
_ERROR_BYTES = 65_536
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_PORTS = {"http": 80, "https": 443}
# Threads that ask for the first time at once each make a client in huggingface_hub before 2.0; all but one stay open.
_one_client = threading.Lock()


class Retry(msgspec.Struct, frozen=True):
    """How often and how long to try. Waits double, with jitter; what a server asks for comes first.

    A wait that a host asks for holds for every request to it, not only for the one that was refused.
    """

    attempts: int = 8  # of each request; where one in ten fails, one in a hundred million fails so often
    connections: int = 4  # the same where a host cannot even be reached
    first_wait: float = 0.25  # seconds
    longest_wait: float = 8.0
    longest_asked: float = 120.0  # of one request, all its waits together; what goes beyond it ends the attempt at once
    longest_pause: float = 600.0  # a host is left alone no longer, whatever it asks for
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


class Reply(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    url: str  # after redirects

    @property
    def total(self) -> int | None:
        """The size of the whole file, in bytes, where the reply says it."""
        said = self.headers.get("content-range", "").rpartition("/")[2]
        if said.isdecimal():
            return int(said[:18])
        return _length(self.headers) if self.status == 200 else None


class Span(msgspec.Struct, frozen=True):
    """A range of bytes."""

    start: int
    length: int

    @property
    def header(self) -> str:
        """As the header ``Range`` says it."""
        return f"bytes={self.start}-{self.start + self.length - 1}"


class _Broken(Exception):
    """One attempt failed and another may not. Never leaves this module."""

    def __init__(self, why: str, wait: float | None = None, *, reached: bool = True) -> None:
        self.wait = wait
        self.reached = reached
        super().__init__(why)


class Transport:
    """Requests to one host and to wherever it redirects. One object serves many threads.

    Args:
        endpoint: the host that ``headers`` are meant for.
        headers: sent to that host; ``authorization`` is never sent to another.
        timeout: seconds without a byte before an attempt has failed.
        retry: how often to try.
        patience: seconds for one request, everything included, where it asks for a document; a range gets one more for
            every ``SLOWEST`` bytes. When all attempts have taken so long, waits left out, there is no other.
    """

    def __init__(
        self,
        endpoint: str,
        headers: Mapping[str, str],
        *,
        timeout: float = 10.0,
        retry: Retry | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self.endpoint = endpoint
        self.retry = retry or Retry()
        self._headers = dict(headers)
        self._timeout = timeout
        self._patience = patience
        self._lock = threading.Lock()
        self._paused: dict[str, float] = {}  # host -> when it may be asked again
        self.requests = 0
        self.bytes_received = 0  # of bodies

    @cached_property
    def _session(self) -> Callable[[], Any]:
        """Gives the shared client of huggingface_hub. Kept, since that module looks for its names anew each time."""
        from huggingface_hub.utils import get_session

        return cast(Callable[[], Any], get_session)

    @property
    def has_token(self) -> bool:
        """Whether requests to the endpoint carry a token."""
        return any(name.lower() == "authorization" for name in self._headers)

    def get(
        self,
        target: str,
        url: str,
        *,
        limit: int,
        span: Span | None = None,
        timeout: float | None = None,
        json: object = None,
        more_headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Get a document, or a range of a file. A reply of 400 and more is returned, not raised.

        Args:
            target: what is read, for messages.
            url: where.
            limit: bytes that a body without a range may have.
            span: the range; the reply's body is that range or what the file has of it.
            timeout: instead of the transport's own.
            json: the body of a POST; without it the method is GET.
            more_headers: beside those of every request.

        Raises:
            UnavailableError: no attempt brought a whole reply.
        """
        headers = {**self._headers, **(more_headers or {})}
        if not _same_origin(self.endpoint, url):
            headers = _without_token(headers)
        for _ in range(MAX_REDIRECTS):
            reply = self._tried(target, url, headers, limit, span, timeout or self._timeout, json)
            where = reply.headers.get("location")
            if not (300 <= reply.status < 400 and where):
                return reply
            if (moved := moved_to(url, where)) is None:
                raise UnavailableError(target, f"{_host(url)} redirects to {where[:200]!r}, which is not followed")
            if not _same_origin(url, moved):
                headers = _without_token(headers)
            url = moved
        raise UnavailableError(target, f"{_host(self.endpoint)} redirects more than {MAX_REDIRECTS} times")

    def _tried(
        self,
        target: str,
        url: str,
        headers: Mapping[str, str],
        limit: int,
        span: Span | None,
        timeout: float,
        json: object,
    ) -> Reply:
        """One request, as often as it takes."""
        retry, spent, asked = self.retry, 0.0, 0.0
        patience = self._seconds(span)
        for attempt in range(1, retry.attempts + 1):
            self._wait_for(target, _host(url))
            begun = time.monotonic()
            try:
                with within(patience):
                    return self._once(target, url, headers, limit, span, timeout, json)
            except _Broken as broken:
                spent += time.monotonic() - begun
                last = retry.attempts if broken.reached else min(retry.attempts, retry.connections)
                why, wait = str(broken), broken.wait
            if wait is not None:
                asked += wait
                self._pause(_host(url), min(wait, retry.longest_pause))
            if attempt >= last or spent >= patience or asked > retry.longest_asked:
                raise self._unavailable(target, why, attempt, wait)
            if wait is None:
                retry.sleep(min(retry.longest_wait, retry.first_wait * 2 ** (attempt - 1)) * random.uniform(0.5, 1.0))
        raise AssertionError("the last attempt returns or raises")

    def _seconds(self, span: Span | None) -> float:
        """What one request may take, everything included."""
        return self._patience + (0.0 if span is None else span.length / SLOWEST)

    def _pause(self, host: str, seconds: float) -> None:
        """Leave a host alone for as long as it asked."""
        with self._lock:
            self._paused[host] = max(self._paused.get(host, 0.0), self.retry.clock() + seconds)

    def _wait_for(self, target: str, host: str) -> None:
        """Wait until a host may be asked again.

        Raises:
            UnavailableError: that is longer than anybody would wait.
        """
        with self._lock:
            left = self._paused.get(host, 0.0) - self.retry.clock()
        if left > self.retry.longest_asked:
            raise self._unavailable(target, f"{host} asked to be left alone", 1, left)
        if left > 0:
            self.retry.sleep(left)

    def _unavailable(self, target: str, why: str, attempts: int, wait: float | None) -> UnavailableError:
        times = f" ({attempts} attempts)" if attempts > 1 else ""
        again = "try again later" if wait is None else f"try again in {wait:.0f} seconds"
        return UnavailableError(target, f"{why}{times}; {again}", retry_after=wait)

    def _once(
        self,
        target: str,
        url: str,
        headers: Mapping[str, str],
        limit: int,
        span: Span | None,
        timeout: float,
        json: object,
    ) -> Reply:
        with _one_client:
            client = self._session()
            guard(client)
        library = _library(client)
        sent = {**headers, "accept-encoding": "identity" if span else "gzip"}
        if span is not None:
            sent["range"] = span.header
        with self._lock:
            self.requests += 1
        more = {} if json is None else {"json": json}
        method = "GET" if json is None else "POST"
        try:
            request = client.build_request(method, url, headers=sent, timeout=timeout, **more)
        except library.InvalidURL:
            raise UnavailableError(target, f"{url[:200]!r} is not an address") from None
        try:
            with closing(client.send(request, stream=True, follow_redirects=False)) as response:
                return self._receive(target, response, limit, span)
        except library.TimeoutException:
            if is_over():
                raise _Broken(
                    f"{_host(url)} did not end its answer within {round(self._seconds(span), 1):g} seconds"
                ) from None
            raise _Broken(f"{_host(url)} does not answer within {timeout:g} seconds") from None
        except library.ConnectError:
            raise _Broken(f"{_host(url)} cannot be reached", reached=False) from None
        except (library.TransportError, library.DecodingError) as error:
            raise _Broken(f"{_host(url)} broke off ({str(error)[:120] or type(error).__name__})") from None
        except library.InvalidURL:  # httpx, unlike httpx2, reads where a redirect leads even if it is not to follow
            raise UnavailableError(target, f"{_host(url)} redirects to no address, which is not followed") from None
        except UnicodeError:  # a host that no name server could know
            raise UnavailableError(target, f"{url[:200]!r} is not an address") from None
        except RuntimeError:  # another thread closed the shared client after an error of its own
            if not client.is_closed:
                raise
            raise _Broken("the connection was closed") from None

    def _receive(self, target: str, response: Any, limit: int, span: Span | None) -> Reply:
        status, headers = int(response.status_code), {k.lower(): v for k, v in response.headers.items()}
        host = _host(str(response.request.url))
        if status in _RETRIED:
            raise _Broken(f"{host} answers {status} {response.reason_phrase}".strip(), _asked_wait(headers))
        if span is not None and status in (200, 206):
            body = self._ranged(target, host, response, headers, span)
        else:
            # What a redirect or a refusal says beyond its headers is not worth much.
            bound = limit if status < 300 else _ERROR_BYTES
            body = self._bounded(response.iter_bytes(), bound + 1)
            if len(body) > bound and status < 300:
                raise UnavailableError(target, f"{host} sends more than {limit:,} bytes where a document is expected")
        return Reply(status, headers, body, str(response.request.url))

    def _ranged(self, target: str, host: str, response: Any, headers: Mapping[str, str], span: Span) -> bytes:
        """The bytes of a range, whether or not the server understood that one was asked for."""
        if headers.get("content-encoding", "identity") != "identity":
            raise UnavailableError(target, f"{host} compresses ranges, which cannot be read")
        skipped, wanted, promised = 0, span.length, False
        if response.status_code == 200:
            skipped = span.start
            if skipped > MAX_SKIPPED:
                raise UnavailableError(target, f"{host} does not answer ranges of bytes, and the file is too large")
        elif (said := _content_range(headers)) is not None:
            if said[0] != span.start:
                raise _Broken(f"{host} sends another range than was asked for")
            wanted, promised = min(wanted, said[1] + 1 - said[0]), True
        body = self._bounded(response.iter_raw(), skipped + wanted, _length(headers))[skipped:]
        if promised and len(body) < wanted:
            raise _Broken(f"{host} broke off after {len(body):,} of {wanted:,} bytes")
        return body

    def _bounded(self, chunks: Iterator[bytes], limit: int, length: int | None = None) -> bytes:
        """At most ``limit`` bytes; what comes after them is never asked of the connection.

        Args:
            chunks: the body.
            limit: bytes.
            length: of the body as announced. One that was read whole leaves its connection for the next request.
        """
        parts: list[bytes] = []
        left = limit
        while left > 0 and (chunk := next(chunks, None)) is not None:
            parts.append(chunk[:left])
            left -= len(parts[-1])
        if limit - left == length:
            next(chunks, None)
        body = b"".join(parts)
        with self._lock:
            self.bytes_received += len(body)
        return body


def _library(client: Any) -> Any:
    """The library whose errors a client raises: httpx by one name or another."""
    home = next(c.__module__ for c in type(client).__mro__ if c.__name__ == "Client")
    return sys.modules[home.partition(".")[0]]


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    return parts.scheme, parts.hostname, port or _PORTS.get(parts.scheme)


def _same_origin(before: str, after: str) -> bool:
    """Whether a token for one address may be sent to the other: the same host, or the same host by https."""
    old, new = _origin(before), _origin(after)
    return old == new or (old[1] == new[1] and (old[0], old[2], new[0], new[2]) == ("http", 80, "https", 443))


def moved_to(url: str, where: str) -> str | None:
    """The address that a redirect leads to; None for one that is not a web address, or gives up https."""
    try:
        moved = urljoin(url, where)
        scheme = urlsplit(moved).scheme
    except ValueError:
        return None
    return moved if scheme in _PORTS and (scheme == "https" or urlsplit(url).scheme == "http") else None


def no_address_because(url: str) -> str | None:
    """Why a text is not an address that a request can be sent to, as the end of a sentence; None where it is one."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        name = host.encode("idna").decode()
    except ValueError as error:  # UnicodeError is one
        return f"is not a web address ({str(error)[:120]})"
    if parts.scheme not in _PORTS:
        return "is not a web address: it does not begin with https:// or http://"
    if not name:
        return "names no host"
    if not name.isprintable() or " " in name or not url.isprintable() or (":" not in host and name.startswith(".")):
        return "is not a web address: its host has characters that no host has"
    return None


def _without_token(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in ("authorization", "cookie")}


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2] or url


def _content_range(headers: Mapping[str, str]) -> tuple[int, int] | None:
    """First and last byte of ``bytes 0-99/1000``."""
    first, _, last = headers.get("content-range", "").removeprefix("bytes ").partition("/")[0].partition("-")
    return (int(first[:18]), int(last[:18])) if first.isdecimal() and last.isdecimal() else None


def _length(headers: Mapping[str, str]) -> int | None:
    said = headers.get("content-length", "")
    return int(said[:18]) if said.isdecimal() else None


def _asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait: ``Retry-After`` in seconds or as a date, or a used-up ``RateLimit``."""
    said = headers.get("retry-after", "").strip()
    if said.isdecimal():
        return float(said[:9])
    if said:
        try:
            return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
        except (ValueError, TypeError, IndexError, OverflowError, OSError):  # whatever is not a date
            return None
    fields = dict(part.strip().partition("=")[::2] for part in headers.get("ratelimit", "").split(";")[1:])
    reset = fields.get("t", "")
    return float(reset[:9]) if fields.get("r") == "0" and reset.isdecimal() else None
