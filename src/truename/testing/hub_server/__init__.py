"""A Hub on this machine, for tests: a folder of model repositories behind the Hub's HTTP API, with faults by script.

    >>> with serve(folder, latency=0.02) as hub:  # doctest: +SKIP
    ...     os.environ["HF_ENDPOINT"] = hub.endpoint

Needs the extra ``testing``. The page docs/hub_server.md says what it answers and how to make it fail.
"""

from truename.testing.hub_server.records import Fault, Recorded, RepoSettings, rounds
from truename.testing.hub_server.serving import HubServer, serve

__all__ = ["Fault", "HubServer", "Recorded", "RepoSettings", "rounds", "serve"]
