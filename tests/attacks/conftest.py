"""The server of the attacks over a network."""

from truename.testing.hub_server.fixture import hub_server

__all__ = ["hub_server"]
