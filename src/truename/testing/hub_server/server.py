"""Uvicorn's server, ended by a call from another thread at once, with nothing left open."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

import uvicorn

_TURNS = 5  # of the loop; a connection is accepted within three


class Server(uvicorn.Server):
    """Serves until ``stop``."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        """Wait for ``stop``, then accept nothing more.

        asyncio leaves the socket of a connection open whose server was closed while it was being accepted, so
        accepting ends first.
        """
        self._loop = asyncio.get_running_loop()
        if not self.should_exit:
            await self._stop.wait()
        for listening in (one for server in self.servers for one in server.sockets):
            self._loop.remove_reader(listening.fileno())
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    def stop(self) -> None:
        """End; may be called from any thread."""
        self.should_exit = self.force_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)


async def serve_all(servers: Sequence[Server], sockets: Sequence[socket.socket]) -> None:
    """Run servers, each on its socket, until all have been stopped and every connection is closed."""
    await asyncio.gather(*(s.serve([listening]) for s, listening in zip(servers, sockets, strict=True)))
    while connections := [one for server in servers for one in server.server_state.connections]:
        for connection in connections:
            connection.transport.abort()
        await asyncio.sleep(0)
