"""Uvicorn's server, ended by a call from another thread at once and not at its next tick."""

from __future__ import annotations

import asyncio
import socket

import uvicorn

_PATIENCE = 100  # looks at what is still open
_QUIET = 5  # looks in turn that must find nothing


class Server(uvicorn.Server):
    """Serves until ``stop``."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        """Wait for ``stop``."""
        self._loop = asyncio.get_running_loop()
        if not self.should_exit:
            await self._stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close everything, and what is still being sent with it."""
        await super().shutdown(sockets)
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        quiet = 0
        for _ in range(_PATIENCE):  # connections that were just accepted turn up late
            for connection in list(self.server_state.connections):
                transport = getattr(connection, "transport", None)
                if transport is not None:
                    transport.abort()
            await asyncio.sleep(0.002)
            quiet = 0 if self.server_state.connections else quiet + 1
            if quiet == _QUIET:
                break

    def stop(self) -> None:
        """End; may be called from any thread."""
        self.should_exit = self.force_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
