"""The ASGI application: record a request, find its fault, wait, answer, send."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from truename.testing.hub_server.hub_answers import Hub
from truename.testing.hub_server.messages import Answer, Request, as_json, read_request, refusal, send_file
from truename.testing.hub_server.records import Fault, Recorded
from truename.testing.hub_server.repositories import Repositories, Revision

_BRANCHES = {"master": "main"}


def is_modelscope(request: Request) -> bool:
    """Whether a request is one of ModelScope's."""
    return request.parts[:3] == ("api", "v1", "models")


def answer_modelscope(repositories: Repositories, request: Request, fault: Fault | None) -> Answer:
    """What ModelScope says; it reports errors in the body beside the status."""
    parts = request.parts
    repo = "/".join(parts[3:5])
    if repo not in repositories:
        return _failed(404, 10010205001, f"record not found: {repo}")
    revision = request.one("Revision") or "master"
    found = repositories.at(repo, _BRANCHES.get(revision, revision))
    if found is None:
        return _failed(404, 10010205001, f"revision {revision} not found")
    if parts[5:] == ("repo", "files"):
        return _files(found)
    entry = found.files.get(request.one("FilePath") or "")
    if entry is None or parts[5:] != ("repo",):
        return _failed(404, 10010205001, "file not found")
    longer, whole = (0, False) if fault is None else (fault.longer, fault.ignore_range)
    return send_file(entry, request, {}, longer=longer, whole=whole)


def _files(found: Revision) -> Answer:
    files = [
        {
            "Path": entry.path,
            "Name": entry.path.rpartition("/")[2],
            "Size": entry.size,
            "Sha256": entry.etag,
            "Type": "blob",
        }
        for entry in found.files.values()
    ]
    return as_json({"Code": 200, "Data": {"Files": files, "LatestCommitter": None}, "Success": True})


def _failed(status: int, code: int, message: str) -> Answer:
    return as_json({"Code": code, "Message": message, "Success": False}, status)


_CHUNK = 65_536
_ENDLESS = b"\0" * 16_384
_MAX_REQUEST = 10_000_000

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Script:
    """The faults of a server and which requests have met them."""

    def __init__(self, faults: Sequence[Fault], seed: int) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(seed)
        self.replace(faults)

    def replace(self, faults: Sequence[Fault]) -> None:
        """From now on these."""
        with self._lock:
            self._faults = tuple(faults)
            self._met = [0] * len(self._faults)

    def met(self, fault: Fault) -> int:
        """How many requests have fitted a fault so far."""
        with self._lock:
            return sum(met for known, met in zip(self._faults, self._met, strict=True) if known is fault)

    def find(self, host: str, request: Request) -> Fault | None:
        """The fault of one request."""
        with self._lock:
            for number, fault in enumerate(self._faults):
                if not fault.fits(host, request.method, request.path):
                    continue
                met = self._met[number]
                self._met[number] += 1
                due = met >= fault.after and (fault.times is None or met < fault.after + fault.times)
                if due and (fault.chance >= 1 or self._random.random() < fault.chance):
                    return fault
        return None


class Application:
    """One host of the server.

    Args:
        hub: the answers.
        host: ``hub`` or ``storage``.
        script: the faults.
        recorded: where each request is noted.
        latency: seconds before each answer.
    """

    def __init__(self, hub: Hub, host: str, script: Script, recorded: list[Recorded], latency: float) -> None:
        self._hub = hub
        self._host = host
        self._script = script
        self._recorded = recorded
        self.latency = latency

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        started = time.monotonic()
        request = read_request(scope, await _body(receive))
        record = Recorded(self._host, request.method, request.path, request.raw_query, request.headers, started)
        self._recorded.append(record)
        fault = self._script.find(self._host, request)
        if wait := self.latency + (0.0 if fault is None else fault.delay):
            await asyncio.sleep(wait)
        while fault is not None and self._script.met(fault) < fault.together:
            await asyncio.sleep(0.002)
        answer = self._answer(request, fault)
        record.status = answer.status
        try:
            await _send(send, receive, request, answer, fault or Fault(), record)
        finally:
            record.finished = time.monotonic()

    def _answer(self, request: Request, fault: Fault | None) -> Answer:
        if fault is not None and fault.status is not None:
            answer = refusal(fault.status, "by script")
        elif self._host == "storage":
            answer = self._hub.answer_storage(request, fault)
        elif is_modelscope(request):
            answer = answer_modelscope(self._hub.repositories, request, fault)
        else:
            answer = self._hub.answer(request, fault)
        if fault is None:
            return answer
        headers = {**answer.headers, **{name.lower(): value for name, value in fault.headers.items()}}
        if fault.body is not None:
            return Answer(answer.status, headers, fault.body)
        return Answer(answer.status, headers, answer.body, answer.location, answer.start, answer.length)


async def _body(receive: Receive) -> bytes:
    data = b""
    while len(data) < _MAX_REQUEST:
        message = await receive()
        data += message.get("body", b"")
        if not message.get("more_body"):
            break
    return data


async def _send(send: Send, receive: Receive, request: Request, answer: Answer, fault: Fault, record: Recorded) -> None:
    length = answer.length if answer.location is not None else len(answer.body)
    headers = dict(answer.headers) if fault.endless else {**answer.headers, "content-length": str(length)}
    raw = [(name.encode("latin-1"), value.encode("utf-8")) for name, value in headers.items()]
    record.header_bytes = sum(len(name) + len(value) + 4 for name, value in raw)
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    if request.method == "HEAD":
        await send({"type": "http.response.body"})
        return
    stop = length if fault.cut_after is None else min(length, fault.cut_after)
    chunk = _CHUNK if fault.bytes_per_second is None else max(1, int(fault.bytes_per_second / 20))
    for begin in range(0, stop, chunk):
        part = _part(answer, begin, min(chunk, stop - begin))
        record.body_bytes += len(part)
        await send({"type": "http.response.body", "body": part, "more_body": True})
        if fault.bytes_per_second is not None:
            await asyncio.sleep(len(part) / fault.bytes_per_second)
    if stop < length:
        return  # without an end: the server closes the connection
    if fault.endless:
        await _never_end(send, receive, record)
    await send({"type": "http.response.body"})


def _part(answer: Answer, begin: int, length: int) -> bytes:
    if answer.location is None:
        return answer.body[begin : begin + length]
    descriptor = os.open(answer.location, os.O_RDONLY)
    try:
        return os.pread(descriptor, length, answer.start + begin)
    finally:
        os.close(descriptor)


async def _never_end(send: Send, receive: Receive, record: Recorded) -> None:
    gone = asyncio.ensure_future(receive())
    while not gone.done():
        await send({"type": "http.response.body", "body": _ENDLESS, "more_body": True})
        record.body_bytes += len(_ENDLESS)
        await asyncio.sleep(0.001)
