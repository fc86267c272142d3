"""What a test tells the server, and what the server tells the test afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import msgspec


class RepoSettings(msgspec.Struct, frozen=True):
    """What cannot be seen in a repository's folder."""

    gated: str | None = None  # "auto" or "manual": its list of files is public, its files are not
    private: bool = False
    disabled: bool = False
    moved_from: tuple[str, ...] = ()  # former ids, which answer with a redirect
    revisions: Mapping[str, str] = {}  # branch or tag -> a folder that holds the files of that revision


class Fault(msgspec.Struct, frozen=True):
    """How some answers go wrong. The first fault of the script that fits a request is used.

    Which requests: ``path`` is a pattern as in a shell (``*`` also stands for slashes), on the unquoted path.
    """

    path: str = "*"
    host: str | None = None  # "hub", "storage"; None: both
    method: str | None = None
    after: int = 0  # so many fitting requests are answered as they should be
    times: int | None = None  # and then so many go wrong; None: all
    chance: float = 1.0  # of those, this share, drawn from the server's seed

    status: int | None = None  # this status and no file
    headers: Mapping[str, str] = {}  # of the answer, beside or instead of its own
    delay: float = 0.0  # seconds before the answer begins
    together: int = 0  # held until so many fitting requests have come: a reader that asks one by one waits for ever
    bytes_per_second: float | None = None  # of the body
    cut_after: int | None = None  # bytes of the body, and the connection is closed
    longer: int = 0  # a range is answered with so many bytes more than was asked for
    endless: bool = False  # the body never ends
    ignore_range: bool = False  # 200 and the whole file
    body: bytes | None = None  # instead of the answer's own

    def fits(self, host: str, method: str, path: str) -> bool:
        """Whether a request is one that this fault is about."""
        return self.host in (None, host) and self.method in (None, method) and (fnmatchcase(path, self.path))


class Recorded(msgspec.Struct):
    """One request as it came, and what was sent."""

    host: str  # "hub" or "storage"
    method: str
    path: str  # unquoted
    query: str
    headers: Mapping[str, str]  # names in lower case
    started: float  # seconds, of time.monotonic()
    finished: float | None = None  # when the last byte was handed to the socket
    status: int = 0
    body_bytes: int = 0
    header_bytes: int = 0

    @property
    def range(self) -> str | None:
        """The header ``Range``, None where the whole file was asked for."""
        return self.headers.get("range")


def rounds(requests: Iterable[Recorded]) -> int:
    """How many round trips deep the requests were: the longest chain in which each began after the last had ended."""
    depth, last = 0, float("-inf")
    for request in sorted((r for r in requests if r.finished is not None), key=lambda r: r.finished or 0.0):
        if request.started >= last:
            depth, last = depth + 1, request.finished or 0.0
    return depth
