"""The pytest fixture ``hub_server``: import it into a conftest.py.

from truename.testing.hub_server.fixture import hub_server  # noqa: F401
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from truename.testing.hub_server.serving import HubServer, serve


@pytest.fixture
def hub_server() -> Iterator[Callable[..., HubServer]]:
    """``serve`` as a function: ``hub_server(folder, latency=0.02)``; every server ends with the test."""
    with ExitStack() as stack:

        def start(*args: Any, **kwargs: Any) -> HubServer:
            return stack.enter_context(serve(*args, **kwargs))

        yield start
