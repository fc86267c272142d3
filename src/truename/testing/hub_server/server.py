"""Uvicorn's server, ended by a call from another thread at once and not at its next tick."""

from __future__ import annotations

import asyncio

import uvicorn


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

    def stop(self) -> None:
        """End; may be called from any thread."""
        self.should_exit = self.force_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
