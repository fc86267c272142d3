from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from huggingface_hub import set_client_factory
from huggingface_hub.utils import _http

from hubs import write_llama
from truename.sources.transport import Transport
from truename.testing.hub_server import serve


def test_threads_that_begin_at_once_share_one_client(tmp_path: Path) -> None:
    write_llama(tmp_path / "acme" / "llama")
    made: list[object] = []

    def slow() -> object:
        time.sleep(0.05)
        made.append(client := _http.default_client_factory())
        return client

    with serve(tmp_path) as server, ThreadPoolExecutor(8) as threads:
        transport = Transport(server.endpoint, {})
        set_client_factory(slow)  # type: ignore[arg-type]
        try:
            url = f"{server.endpoint}/api/models/acme/llama"
            replies = list(threads.map(lambda _: transport.get("acme/llama", url, limit=10_000_000), range(8)))
        finally:
            set_client_factory(_http.default_client_factory)
    assert [reply.status for reply in replies] == [200] * 8
    assert len(made) == 1
