"""Files that lie on another machine: read by range, each byte fetched once, what will be needed fetched ahead."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TypeVar
from urllib.parse import urlsplit

from truename.blob import Blob
from truename.errors import FileError, TargetNotFoundError, UnavailableError
from truename.sources.paths import check_path
from truename.sources.range_cache import RangeCache
from truename.sources.transport import Reply, Span, Transport

WORKERS = 16  # connections at a time, of all models together
_SMALL = 4_096  # a shorter read is one of many: more is fetched than was asked for
_AHEAD = (16_384, 65_536, 262_144, 1_048_576)  # bytes, growing while such reads go on

MAX_KEPT = 32_000_000  # bytes of all files of a model; beyond it a file that was read keeps its beginning alone
KEPT_HEAD = 4_096
MAX_SHORT_REPLIES = 16  # of one file

A = TypeVar("A")
B = TypeVar("B")
Refused = Callable[[str, Reply], Exception]  # path, reply of 400 and more -> what to raise


class Wire:
    """What the models of one place share: connections, threads, and ranges on disk. Safe for many threads.

    Args:
        transport: sends the requests.
        cache: keeps ranges; None keeps none.
        workers: threads of its own; None shares those of all wires that have none.
    """

    def __init__(self, transport: Transport, cache: RangeCache | None = None, workers: int | None = None) -> None:
        self.transport = transport
        self.cache = cache
        self._workers = workers
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    @property
    def pool(self) -> ThreadPoolExecutor:
        """The threads, in which tasks begin in the order in which they were given. Made when first used."""
        if self._workers is None:
            return _shared_pool()
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="truename-source")
            return self._pool

    def close(self) -> None:
        """End the threads of its own, once what they do is done."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)


@cache
def _shared_pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="truename-source")


class Kept:
    """How many bytes of a model's files are here. Safe for many threads."""

    def __init__(self) -> None:
        self._bytes = 0
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        """Count bytes that came, or, below zero, that were given up."""
        with self._lock:
            self._bytes += count

    @property
    def is_full(self) -> bool:
        """Whether files that were read should give up theirs."""
        return self._bytes > MAX_KEPT


class RemoteFile:
    """One file: its ranges that have come so far, and how to get others.

    Args:
        path: for messages.
        size: in bytes.
        url: where it is.
        wire: what fetches it.
        refused: the error for a reply of 400 and more; one in plain words by default.
        key: of the content, for the cache on disk; None keeps nothing.
        target: the model, for messages about the network; by default the path.
    """

    def __init__(
        self,
        path: str,
        size: int,
        url: str,
        wire: Wire,
        refused: Refused | None = None,
        key: str | None = None,
        target: str | None = None,
    ) -> None:
        self._target = path if target is None else target
        self.path = path
        self.size = size
        self._url = url
        self._place: str | None = None  # where a redirect led: a signed address that lasts for minutes
        self._promised: str | None = None  # where it should lie; the address itself decides where it does not
        self._wire = wire
        self._refused = refused or self._plainly_refused
        self._key = key
        self._on_disk: dict[int, int] | None = None
        self._lock = threading.Lock()
        self._pieces: dict[int, bytes] = {}  # start -> bytes; they may overlap
        self._ahead: Future[None] | None = None
        self._small_reads = self._short_replies = 0
        self.kept = Kept()  # shared by the files of a model

    def start(self, length: int) -> None:
        """Fetch the first bytes in the background; a read of them waits for that."""
        if self._ahead is None and length > 0:
            self._ahead = self._wire.pool.submit(self._fill, 0, min(length, self.size))

    def promise(self, place: str) -> None:
        """Where the file should lie, so that its address need not be asked for."""
        self._promised = place

    def add(self, start: int, data: bytes) -> None:
        """Bytes that came by another way."""
        with self._lock:
            self._keep(start, data)

    def give_up(self) -> None:
        """Keep the beginning alone, where the files of the model have grown large; the rest can be fetched anew."""
        if not self.kept.is_full:
            return
        with self._lock:
            head = self._at(0, KEPT_HEAD)
            self.kept.add(-sum(map(len, self._pieces.values())))
            self._pieces = {}
            if head:
                self._keep(0, bytes(head))

    def _keep(self, start: int, data: bytes) -> None:
        self.kept.add(len(data) - len(self._pieces.get(start, b"")))
        self._pieces[start] = data

    def read(self, start: int, length: int) -> bytes:
        """A range that lies inside the file; shorter where the file turns out to be.

        Raises:
            UnavailableError: the server or the network failed.
            AccessError: this file may not be read.
            FileError: it is listed, and not there.
        """
        if self._ahead is not None:
            self._ahead.result()
        with self._lock:
            return self._filled(start, length)

    def _fill(self, start: int, length: int) -> None:
        with self._lock:
            self._filled(start, length, wide=False)

    def _filled(self, start: int, length: int, *, wide: bool = True) -> bytes:
        parts: list[bytes] = []
        position, end = start, start + length
        while position < end:
            if (have := self._at(position, end)) is None:
                stop = self._next(position, end)
                have = self._get(position, stop - position, wide=wide and stop == end)
                if not have:
                    break
                have = have[: end - position]
            parts.append(have)
            position += len(have)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _at(self, position: int, end: int) -> bytes | None:
        """Bytes from ``position`` on that are here."""
        for start, data in self._pieces.items():
            if start <= position < start + len(data):
                return data[position - start : end - start]
        return None

    def _next(self, position: int, end: int) -> int:
        """Where the gap at ``position`` ends."""
        return min((start for start in self._pieces if position < start < end), default=end)

    def _get(self, start: int, length: int, *, wide: bool) -> bytes:
        """Bytes of a gap, from disk or from the network; at least the first of them."""
        if (kept := self._kept(start)) is not None:
            self._keep(*kept)
            return kept[1][start - kept[0] :]
        ahead_start, ahead = self._reach(start, length) if wide else (start, length)
        data = self._fetch(ahead_start, ahead)
        if len(data) < ahead and ahead_start + len(data) < self.size:
            self._count_short()
        self._keep(ahead_start, data)
        if self._key is not None and self._wire.cache is not None:
            self._wire.cache.write(self._key, ahead_start, data)
        return data[start - ahead_start :]

    def _count_short(self) -> None:
        """Count a reply that broke off; a server that gives a byte at a time would hold a check for ever."""
        self._short_replies += 1
        if self._short_replies > MAX_SHORT_REPLIES:
            host = urlsplit(self._url).netloc.rpartition("@")[2]
            problem = f"{host} answered {MAX_SHORT_REPLIES} times with less of {self.path} than was asked for"
            raise UnavailableError(self._target, f"{problem}; try again later")

    def _reach(self, start: int, length: int) -> tuple[int, int]:
        """A wider range for a short read, since such reads come in rows: forwards, or back from the file's end."""
        if length >= _SMALL:
            return start, length
        ahead = _AHEAD[min(self._small_reads, len(_AHEAD) - 1)]
        self._small_reads += 1
        if start + ahead >= self.size:
            start, ahead = max(0, self.size - ahead), min(ahead, self.size)
        return start, ahead

    def _kept(self, position: int) -> tuple[int, bytes] | None:
        if self._key is None or self._wire.cache is None:
            return None
        if self._on_disk is None:
            self._on_disk = self._wire.cache.ranges(self._key)
        for start, length in list(self._on_disk.items()):
            if start <= position < start + length:
                if (data := self._wire.cache.read(self._key, start, length)) is not None:
                    return start, data
                del self._on_disk[start]
        return None

    def _plainly_refused(self, path: str, reply: Reply) -> Exception:
        if reply.status in (404, 410):
            return FileError(path, "is in the list of files, and the host does not have it")
        host = urlsplit(reply.url).netloc
        return UnavailableError(self._target, f"{host} answers {reply.status} for {path}; try again later")

    def _fetch(self, start: int, length: int) -> bytes:
        if length <= 0:
            return b""
        span = Span(start, length)
        transport = self._wire.transport
        if self._promised is not None:
            place, self._promised = self._promised, None
            try:
                reply = transport.get(self._target, place, limit=length, span=span)
            except UnavailableError:
                reply = None
            if reply is not None and reply.status == 206:
                self._place = place
                return reply.body
        if self._place is not None:
            reply = transport.get(self._target, self._place, limit=length, span=span)
            if reply.status in (200, 206):
                return reply.body
        reply = transport.get(self._target, self._url, limit=length, span=span)
        if reply.status == 416:
            return b""
        if reply.status not in (200, 206):
            raise self._refused(self.path, reply)
        if reply.url != self._url:
            self._place = reply.url
        return reply.body


class RemoteBlob(Blob):
    """A reader's view of a remote file."""

    def __init__(self, file: RemoteFile) -> None:
        super().__init__(file.path, file.size)
        self._file = file

    def _read(self, offset: int, length: int) -> bytes:
        return self._file.read(offset, length)

    def close(self) -> None:
        """Let the file give up what a model as large as this one cannot keep."""
        self._file.give_up()


class RemoteSource:
    """What every source over a network shares; subclasses find out which files there are.

    Args:
        target: as the user wrote it.
        name: the model's name.
        files: path to file.
        wire: what fetches them.
    """

    def __init__(self, target: str, name: str, files: Mapping[str, RemoteFile], wire: Wire) -> None:
        self.target = target
        self.name = name
        self._wire = wire
        self._remote = dict(sorted(files.items()))
        self._files = {path: file.size for path, file in self._remote.items()}
        kept = Kept()
        for file in self._remote.values():
            kept.add(sum(map(len, file._pieces.values())))
            file.kept = kept

    @property
    def files(self) -> Mapping[str, int]:
        """Path to size in bytes of every file, sorted by path."""
        return self._files

    def open(self, path: str) -> Blob:
        """The bytes of one of ``files``; none are fetched before they are read.

        Raises:
            UnsafePathError: the path would leave the model.
            TargetNotFoundError: there is no such file.
        """
        check_path(self.target, path)
        if path not in self._remote:
            raise TargetNotFoundError(self.target, f"holds no file {path[:200]!r}")
        return RemoteBlob(self._remote[path])

    def prefetch(self, heads: Mapping[str, int]) -> None:
        """Begin to fetch the first bytes of files, all at once; does not wait.

        Args:
            heads: path to number of bytes; paths that are not there are left out.
        """
        for path, length in heads.items():
            if (file := self._remote.get(path)) is not None:
                file.start(length)

    def map(self, function: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """Like the built-in, several items at a time, results in order. Not for use inside itself."""
        return self._wire.pool.map(function, items)
