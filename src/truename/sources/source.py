"""Where a model's files come from. A source lists files and hands out bytes; it never interprets them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeGuard, TypeVar

from truename.blob import Blob

B = TypeVar("B")


class Source(Protocol):
    """One model's files.

    ``files`` maps each path (relative, forward slashes) to its size in bytes, sorted by path.
    """

    target: str  # as the user wrote it
    name: str  # the name under which the model is known here: a folder's name, a repository's id

    @property
    def files(self) -> Mapping[str, int]:
        """Path to size in bytes of every file, sorted by path."""
        ...

    def open(self, path: str) -> Blob:
        """The bytes of one of ``files``.

        Raises:
            UnsafePathError: the path would leave the model.
            TargetNotFoundError: there is no such file.
        """
        ...


class Distant(Protocol):
    """What a source adds whose every read costs a round trip: fetch ahead, and read several files at a time."""

    def prefetch(self, heads: Mapping[str, int]) -> None:
        """Begin to fetch the first bytes of files; does not wait."""
        ...

    def map(self, function: Callable[[Any], B], items: Iterable[Any]) -> Iterator[B]:
        """Like the built-in, several items at a time, results in order."""
        ...


def is_distant(source: object) -> TypeGuard[Distant]:
    """Whether every read of a source costs a round trip.

    Asked often: the check that a protocol offers takes many times as long.
    """
    return hasattr(source, "prefetch")
