"""Models on the Hugging Face Hub, by id: one request for what is there, then ranges of the files that are read."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from truename.blob import Blob
from truename.errors import EmptyTargetError, TargetError, TargetNotFoundError, UnavailableError, UsageError
from truename.model_id import ModelId
from truename.sources.folder import FolderSource, is_model_file
from truename.sources.hub_answers import Asked, ListedFile, add_sizes, ask_info, ask_places
from truename.sources.hub_cache import snapshot_folder
from truename.sources.paths import unsafe_because
from truename.sources.range_cache import RangeCache
from truename.sources.remote import RemoteFile, RemoteSource, Wire
from truename.sources.transport import Retry, Transport, no_address_because

ENDPOINT = "https://huggingface.co"
MAX_FILES = 100_000
MANY_LARGE = 16  # files of which one request asks where they lie

_LOG = logging.getLogger(__name__)  # a warning goes to standard error where nobody has settled something else
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_TOKEN = re.compile(r"[!-~]+")  # what a header can hold, and no spaces

A = TypeVar("A")
B = TypeVar("B")


class Hub:
    """One Hub and who asks it: made once, for any number of sources and threads.

    What is not given is as huggingface_hub has it: ``HF_ENDPOINT``, ``HF_TOKEN`` or the stored token, ``HF_HOME``,
    ``HF_HUB_CACHE``, ``HF_HUB_OFFLINE``, ``HF_HUB_DOWNLOAD_TIMEOUT``, ``HF_HUB_ETAG_TIMEOUT``.

    Args:
        endpoint: the address.
        token: ``False`` for none.
        cache: folder for ranges; ``False`` keeps none. By default ``truename`` in HF_HOME.
        downloads: the folder of the client's downloaded repositories.
        offline: read these and nothing else.
        retry: how often to ask again.
        timeout: seconds that a range may take to begin.
        metadata_timeout: the same for metadata.
        workers: connections at a time.

    Raises:
        UsageError: the address is not a web address, the token is not a token, or a variable makes no sense.
    """

    def __init__(
        self,
        endpoint: str | None = None,
        token: str | bool | None = None,
        *,
        cache: Path | str | bool | None = None,
        downloads: Path | str | None = None,
        offline: bool | None = None,
        retry: Retry | None = None,
        timeout: float | None = None,
        metadata_timeout: float | None = None,
        workers: int = 16,
    ) -> None:
        constants = _constants()
        self.endpoint = (endpoint or constants.ENDPOINT or ENDPOINT).rstrip("/")
        if (why := no_address_because(self.endpoint)) is not None:
            said = "the Hub's address" if endpoint else "HF_ENDPOINT"
            raise UsageError(f"{said} is {self.endpoint[:200]!r}, which {why}; set it to one like {ENDPOINT}")
        self.downloads = Path(downloads or constants.HF_HUB_CACHE)
        self.offline = constants.HF_HUB_OFFLINE if offline is None else offline
        self.metadata_timeout = metadata_timeout or constants.HF_HUB_ETAG_TIMEOUT
        transport = Transport(
            self.endpoint, _headers(token), timeout=timeout or constants.HF_HUB_DOWNLOAD_TIMEOUT, retry=retry
        )
        folder = Path(constants.HF_HOME) / "truename" if cache is None or cache is True else cache
        self.wire = Wire(transport, RangeCache(folder) if folder else None, workers)

    def close(self) -> None:
        """End the threads."""
        self.wire.close()


_shared: list[Hub] = []
_shared_lock = Lock()


def shared_hub() -> Hub:
    """The Hub of the environment, made when first asked for."""
    with _shared_lock:
        if not _shared:
            _shared.append(Hub())
        return _shared[0]


def ask_hub_at(endpoint: str) -> None:
    """Let the shared Hub be the one at an address, whatever the environment says.

    Raises:
        UsageError: it is not an address.
    """
    with _shared_lock:
        _shared[:] = [Hub(endpoint=endpoint)]


class HubSource(RemoteSource):
    """The files of a model on the Hub, as they are at one commit.

    Making one takes one request, or none offline. Files of a downloaded snapshot of that commit are read from there.

    Args:
        repo_id: ``owner/name``, or ``name`` of the first models.
        revision: a branch, tag or commit; the main branch by default.
        hub: by default that of the environment.
        target: what the user wrote, for messages.

    Attributes:
        name: the id that the model has now, which another one may redirect to.
        commit: the hash of the commit.
        refused: path -> why a file is not among ``files``.

    Raises:
        UsageError: the id is no id.
        TargetNotFoundError: there is no such model or revision, or it is not shown to this reader.
        AccessError: it is gated, disabled, or the token is no good.
        EmptyTargetError: it holds no file that a model could consist of.
        UnavailableError: the Hub cannot be reached or does not answer as it should.
    """

    def __init__(
        self, repo_id: str, revision: str | None = None, *, hub: Hub | None = None, target: str | None = None
    ) -> None:
        self.repo_id = ModelId.parse(repo_id).repo_id
        self.revision = revision
        self.refused: dict[str, str] = {}
        self._hub = hub or shared_hub()
        self._local: FolderSource | None = None
        self._large: dict[str, str] = {}  # path -> SHA-256 of what lies in large-file storage
        self._asked: Asked | None = None
        target = target or (f"{repo_id}@{revision}" if revision else repo_id)
        self.target = target
        if self._hub.offline:
            self._read_downloads("HF_HUB_OFFLINE is set")
            return
        wire, timeout = self._hub.wire, self._hub.metadata_timeout
        asked = Asked(target, self.repo_id, revision, self._hub.endpoint, wire.transport.has_token)
        try:
            info = ask_info(asked, wire.transport, timeout)
        except UnavailableError:
            if self._downloaded() is None:
                raise
            self._read_downloads("the Hub is unreachable")
            return
        self.commit = info.sha if info.sha and _COMMIT.fullmatch(info.sha) else revision or "main"
        asked = msgspec.structs.replace(asked, repo=_id(info.id) or self.repo_id)
        self._asked = asked
        add_sizes(info, asked, self.commit, wire.transport, timeout)
        super().__init__(target, asked.repo, dict(self._admit(asked, info.siblings or [])), wire)
        if not any(map(is_model_file, self.files)):
            raise EmptyTargetError(target, self._nothing_here())
        self._local = self._snapshot(asked.repo)

    def open(self, path: str) -> Blob:
        """The bytes of one of ``files``; none are fetched before they are read.

        Raises:
            UnsafePathError: the path would leave the model.
            TargetNotFoundError: there is no such file.
        """
        if self._has_local(path):
            assert self._local is not None
            return self._local.open(path)
        return super().open(path)

    def prefetch(self, heads: Mapping[str, int]) -> None:
        """Begin to fetch the first bytes of files that were not downloaded.

        Does not wait, but for one request that finds out where many large files lie.
        """
        wanted = {path: length for path, length in heads.items() if not self._has_local(path)}
        large = {path: self._large[path] for path in wanted if path in self._large}
        if self._asked is None or len(large) < MANY_LARGE:
            super().prefetch(wanted)
            return
        super().prefetch({path: length for path, length in wanted.items() if path not in large})
        sizes = {oid: self.files[path] for path, oid in large.items()}
        places = ask_places(self._asked, sizes, self._hub.wire.transport, self._hub.metadata_timeout)
        for path, oid in large.items():
            if oid in places:
                self._remote[path].promise(places[oid])
        super().prefetch({path: wanted[path] for path in large})

    def map(self, function: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """Like the built-in, several items at a time, results in order. Not for use inside itself."""
        return map(function, items) if not self._remote else super().map(function, items)

    def _admit(self, asked: Asked, siblings: list[ListedFile]) -> Iterator[tuple[str, RemoteFile]]:
        """The files that may be read; others are named in ``refused``. Hidden ones are not part of a model."""
        if len(siblings) > MAX_FILES:
            raise TargetError(self.target, f"holds {len(siblings):,} files; at most {MAX_FILES:,} are listed")
        base = f"{asked.endpoint}/{quote(asked.repo)}/resolve/{quote(self.commit, safe='')}/"
        for sibling in siblings:
            path = sibling.rfilename
            why = unsafe_because(path)
            if why is None and (sibling.size is None or sibling.size < 0):
                why = "has no size in the list of files"
            if why is not None:
                self.refused[path[:200]] = why
            elif "/." not in f"/{path}":
                key = f"{asked.endpoint} {sibling.key}" if sibling.key else None
                url = base + quote(path)
                if sibling.lfs is not None and (oid := sibling.lfs.sha256 or sibling.lfs.oid):
                    self._large[path] = oid
                yield path, RemoteFile(path, sibling.size or 0, url, self._hub.wire, asked.no_file, key, self.target)

    def _nothing_here(self) -> str:
        if self.refused:
            path, why = next(iter(sorted(self.refused.items())))
            return f"holds no model file that may be read ({path} {why})"
        return "holds no file that a model could consist of (no config.json, no weights)"

    # --- what was downloaded ----------------------------------------------------------------------------------------

    def _snapshot(self, name: str) -> FolderSource | None:
        """The downloaded files of this very commit."""
        for repo in dict.fromkeys((name, self.repo_id)):
            if (folder := snapshot_folder(self._hub.downloads, repo, self.commit)) is not None:
                try:
                    return FolderSource(folder, name)
                except TargetError:
                    return None  # a download that was broken off
        return None

    def _has_local(self, path: str) -> bool:
        return self._local is not None and path in self.files and self._local.files.get(path) == self.files[path]

    def _downloaded(self) -> Path | None:
        return snapshot_folder(self._hub.downloads, self.repo_id, self.revision or "main")

    def _read_downloads(self, why: str) -> None:
        """Take the files of a downloaded snapshot, ask nobody, and say so once.

        Args:
            why: nobody is asked, as the beginning of a sentence.
        """
        folder = self._downloaded()
        if folder is None:
            problem = "no such model was downloaded, and HF_HUB_OFFLINE is set; unset it, or download the model first"
            raise TargetNotFoundError(self.target, problem)
        self.name = self.repo_id
        self.commit = folder.name
        self._local = FolderSource(folder, self.repo_id, whole_sets=True)
        self._files = dict(self._local.files)
        self._remote = {}
        shown = self.commit[:12] if self.commit.isalnum() else repr(self.commit[:40])
        _LOG.warning("truename: warning: %s; checked the cached snapshot %s of %s", why, shown, self.repo_id)


def _id(said: str | None) -> str | None:
    """An id as a server gives it, None where it is none."""
    try:
        return None if said is None else ModelId.parse(said).repo_id
    except UsageError:
        return None


def _constants() -> Any:
    """What huggingface_hub has read from the environment."""
    try:
        from huggingface_hub import constants
    except ValueError as error:  # a number that is none
        raise UsageError(f"an environment variable of huggingface_hub makes no sense ({str(error)[:120]})") from None
    return constants


def _headers(token: str | bool | None) -> dict[str, str]:
    """Who asks. Built here: the client's own function sends a request of its own on the way."""
    constants = _constants()
    import huggingface_hub

    from truename import __version__

    headers = {"user-agent": f"truename/{__version__}; hf_hub/{huggingface_hub.__version__}"}
    if token is None and constants.HF_HUB_DISABLE_IMPLICIT_TOKEN:
        token = False
    found = huggingface_hub.get_token() if token is None or token is True else token
    if found and not _TOKEN.fullmatch(found):
        problem = "the token for the Hub holds characters that no token has"
        raise UsageError(f"{problem}; set HF_TOKEN to one from {constants.ENDPOINT or ENDPOINT}/settings/tokens")
    if found:
        headers["authorization"] = f"Bearer {found}"
    return headers


def open_hub(target: str) -> HubSource:
    """The source of ``owner/name``, ``name@revision`` or ``hf://owner/name``."""
    scheme, separator, rest = target.partition("://")
    model = ModelId.parse((rest if separator else scheme).removesuffix("/"))
    return HubSource(model.repo_id, model.revision, target=target)
