"""The server of the tests."""

from truename.testing.hub_server.fixture import hub_server

__all__ = ["hub_server"]
