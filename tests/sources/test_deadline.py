"""The time of a whole request holds for every connection of the client that sends it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import ClassVar

import pytest

from truename.errors import UnavailableError
from truename.sources.deadline import guard, within
from truename.sources.transport import Retry, Transport


def test_the_client_in_use_is_built_as_the_guard_expects() -> None:
    """httpx offers no public way to give its transports a network; where it is built otherwise, this fails first."""
    from huggingface_hub.utils import get_session

    client = get_session()
    guard(client)
    transports = [client._transport, *(mount for mount in client._mounts.values() if mount is not None)]
    assert transports
    for transport in transports:
        backend = transport._pool._network_backend
        assert type(backend).__module__ == "truename.sources.deadline"
        for method in ("connect_tcp", "connect_unix_socket", "sleep"):
            assert callable(getattr(backend._inner, method)), method


@pytest.fixture
def dripping() -> Iterator[int]:
    """A server that sends a byte of a header every tenth of a second; its port."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)
        over = threading.Event()

        def serve() -> None:
            taken = []
            while not over.is_set():
                try:
                    taken.append(server.accept()[0])
                    taken[-1].sendall(b"HTTP/1.1 200 OK\r\nx-a: ")
                except TimeoutError:
                    pass
                for one in taken:
                    with contextlib.suppress(OSError):
                        one.sendall(b"a")
            for one in taken:
                one.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        over.set()
        thread.join()


def test_a_connection_that_drips_ends_in_time(dripping: int) -> None:
    endpoint = f"http://127.0.0.1:{dripping}"
    transport = Transport(endpoint, {}, retry=Retry(attempts=1), patience=1.0)
    begun = time.monotonic()
    with pytest.raises(UnavailableError, match="did not end its answer within 1 seconds"):
        transport.get("x", f"{endpoint}/x", limit=100)
    assert time.monotonic() - begun < 20


def test_a_client_of_another_kind_is_left_as_it_is() -> None:
    class Other:
        _transport = object()
        _mounts: ClassVar[dict[str, object]] = {}

    guard(Other())
    with within(0.0):
        guard(Other())
