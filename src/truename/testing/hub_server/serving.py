"""Run the server on two loopback ports in a thread."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from truename.errors import MissingExtraError
from truename.testing.hub_server.application import Application, Script
from truename.testing.hub_server.hub_answers import Hub
from truename.testing.hub_server.records import Fault, Recorded, RepoSettings, rounds
from truename.testing.hub_server.repositories import Repositories

if TYPE_CHECKING:
    from truename.testing.hub_server.server import Server

_START_SECONDS = 20.0
_SETTLING = 2_000  # looks, 5 ms apart


class HubServer:
    """A running server.

    Attributes:
        endpoint: for ``HF_ENDPOINT``; also where ModelScope's routes are.
        storage: the second host, to which large files are redirected.
        requests: every request so far, in the order in which they came.
    """

    def __init__(self, hub: Hub, script: Script, recorded: list[Recorded]) -> None:
        self._hub = hub
        self._script = script
        self.requests = recorded
        self.endpoint = hub.endpoint
        self.storage = hub.storage

    def script(self, *faults: Fault) -> None:
        """From now on these faults and no others."""
        self._script.replace(faults)

    def clear(self) -> None:
        """Forget the requests so far."""
        self.requests.clear()

    def forget(self) -> None:
        """Look at the repositories' files again."""
        self._hub.repositories.forget()

    @property
    def body_bytes(self) -> int:
        """Bytes of all bodies that were sent."""
        return sum(request.body_bytes for request in self._settled())

    @property
    def rounds(self) -> int:
        """How many round trips deep the requests were."""
        return rounds(self._settled())

    def _settled(self) -> list[Recorded]:
        """The requests, once the server has noted the end of each: a client has the last byte a moment before."""
        for _ in range(_SETTLING):
            if all(request.finished is not None for request in list(self.requests)):
                break
            time.sleep(0.005)
        return list(self.requests)


@contextmanager
def serve(
    folder: Path | str,
    script: Sequence[Fault] = (),
    *,
    latency: float = 0.0,
    repos: Mapping[str, RepoSettings] | None = None,
    tokens: Mapping[str, Collection[str]] | None = None,
    page: int = 1_000,
    resolve_cache: bool = False,
    xet: bool = False,
    seed: int = 0,
) -> Iterator[HubServer]:
    """Serve the repositories of a folder until the block ends.

    Args:
        folder: holds ``owner/name``, ``owner+name`` or ``name``.
        script: how answers go wrong.
        latency: seconds before each answer.
        repos: what cannot be seen in the folder, by id.
        tokens: the ids that each token may read (``"*"``: all).
        page: entries in one page of a list.
        resolve_cache: redirect small files on the same host first, as the real Hub does.
        xet: announce large files as lying in Xet storage.
        seed: of faults that happen by chance.

    Raises:
        MissingExtraError: uvicorn is not installed.
    """
    repositories = Repositories(Path(folder), repos or {})
    hub = Hub(repositories, tokens or {}, page=page, resolve_cache=resolve_cache, xet=xet)
    recorded: list[Recorded] = []
    faults = Script(script, seed)
    sockets = [_listen(), _listen()]
    hub.endpoint, hub.storage = (f"http://127.0.0.1:{listening.getsockname()[1]}" for listening in sockets)
    servers = [_server(Application(hub, host, faults, recorded, latency)) for host in ("hub", "storage")]
    thread = threading.Thread(target=_run, args=(servers, sockets), daemon=True, name="hub-server")
    thread.start()
    try:
        _wait_until_started(servers, thread)
        yield HubServer(hub, faults, recorded)
    finally:
        for server in servers:
            server.stop()
        thread.join()
        for listening in sockets:
            listening.close()


def _listen() -> socket.socket:
    # asyncio sends at once only on sockets that say they are TCP; others wait 40 ms for each other's acknowledgements
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    listening.listen(512)
    return listening


def _server(application: Application) -> Server:
    try:
        import uvicorn

        from truename.testing.hub_server.server import Server
    except ImportError:
        raise MissingExtraError("The Hub server for tests", "testing") from None
    config = uvicorn.Config(
        application,
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=60,
        loop="asyncio",
        ws="none",
        server_header=False,
    )
    return Server(config)


def _run(servers: Sequence[Server], sockets: Sequence[socket.socket]) -> None:
    from truename.testing.hub_server.server import serve_all

    asyncio.run(serve_all(servers, sockets))


def _wait_until_started(servers: Sequence[Server], thread: threading.Thread) -> None:
    pause = threading.Event()
    waited = 0.0
    while not all(server.started for server in servers):
        if not thread.is_alive() or waited > _START_SECONDS:
            raise OSError(f"the server did not start ({os.getpid()})")
        pause.wait(0.005)
        waited += 0.005
