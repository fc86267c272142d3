"""What the Hub answers: a model's commit and files in one request, or a refusal in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from urllib.parse import quote, urlsplit

import msgspec

from truename.errors import AccessError, FileError, TargetError, TargetNotFoundError, UnavailableError
from truename.json_text import JsonError, decode_json_as
from truename.sources.folder import is_model_file
from truename.sources.transport import Reply, Transport, moved_to

MAX_INFO_BYTES = 64 * 2**20  # 50,000 files take 12 MB
_PATHS_AT_ONCE = 500
_OBJECTS_AT_ONCE = 1_000
_MAX_PLACES_BYTES = 8_000_000  # an address with its signature has some thousand characters
_GIT_LFS = "application/vnd.git-lfs+json"
_LOG_IN = "log in with 'hf auth login' or set HF_TOKEN"


class Asked(msgspec.Struct, frozen=True):
    """What was asked for, by whom, where; it words the refusals."""

    target: str  # as the user wrote it
    repo: str  # owner/name
    revision: str | None
    endpoint: str
    token: bool  # whether a token was sent

    def no_model(self, reply: Reply) -> TargetError:
        """The error for a refused request about the model."""
        host = urlsplit(self.endpoint).netloc
        code, message = reply.headers.get("x-error-code", ""), reply.headers.get("x-error-message", "")[:200]
        if code == "GatedRepo":
            return self._gated()
        if code == "RevisionNotFound":
            return TargetNotFoundError(self.target, f"{self.repo} has no revision {(self.revision or 'main')[:100]!r}")
        if reply.status == 401 and "invalid credentials" in message.lower():
            return AccessError(self.target, f"{host} does not know your token; log in again with 'hf auth login'")
        if "disabled" in message.lower():
            return AccessError(self.target, f"{host} has disabled access to it")
        if code == "RepoNotFound" or reply.status in (401, 404):
            may = "and your token may not read it" if self.token else f"and you must {_LOG_IN}"
            return TargetNotFoundError(self.target, f"{host} has no model {self.repo!r}, or it is private {may}")
        if reply.status == 403:
            return AccessError(self.target, f"{host} refuses to show it ({message or 'no reason given'})")
        return UnavailableError(self.target, f"{host} answers {reply.status} ({message or 'no reason given'})")

    def no_file(self, path: str, reply: Reply) -> TargetError | FileError:
        """The error for a refused request about one file of a model that is there."""
        host = urlsplit(reply.url).netloc
        code = reply.headers.get("x-error-code", "")
        if code == "EntryNotFound" or (reply.status == 404 and not code):
            return FileError(path, f"is in the list of files, and {host} does not have it")
        if host != urlsplit(self.endpoint).netloc:
            return UnavailableError(self.target, f"{host} answers {reply.status} for {path}; try again later")
        return self.no_model(reply)

    def _gated(self) -> AccessError:
        todo = f"ask for access at {self.endpoint}/{self.repo}"
        if self.token:
            return AccessError(self.target, f"is gated and your token may not read it; {todo}")
        return AccessError(self.target, f"is gated; {todo}, then {_LOG_IN}")


class _Lfs(msgspec.Struct):
    sha256: str | None = None
    oid: str | None = None  # as trees call it


class ListedFile(msgspec.Struct):
    """A file as metadata or as ``paths-info`` names it; nothing in it is to be trusted."""

    rfilename: str = ""
    path: str = ""
    size: int | None = None
    blobId: str | None = None
    oid: str | None = None
    lfs: _Lfs | None = None

    @property
    def key(self) -> str | None:
        """The hash of the content."""
        large = None if self.lfs is None else self.lfs.sha256 or self.lfs.oid
        return large or self.blobId or self.oid


class Info(msgspec.Struct):
    """A model's metadata."""

    id: str | None = None
    sha: str | None = None
    siblings: list[ListedFile] | None = None


_INFO = msgspec.json.Decoder(Info)
_PATHS = msgspec.json.Decoder(list[ListedFile])


def ask_info(asked: Asked, transport: Transport, timeout: float) -> Info:
    """One request for everything.

    ``blobs=true`` is what ``HfApi.model_info(files_metadata=True)`` sends: the list of files with sizes. ``expand``
    gives no sizes, and trees come in pages.

    Raises:
        TargetError: the Hub refuses, fails, or answers with something else.
    """
    at = f"/revision/{quote(asked.revision, safe='')}" if asked.revision else ""
    url = f"{asked.endpoint}/api/models/{quote(asked.repo)}{at}?blobs=true"
    reply = transport.get(asked.target, url, limit=MAX_INFO_BYTES, timeout=timeout)
    if reply.status != 200:
        raise asked.no_model(reply)
    try:
        return decode_json_as(reply.body, _INFO)
    except JsonError as error:
        problem = f"{asked.endpoint} answers with something else than a model's metadata ({str(error)[:120]})"
        raise UnavailableError(asked.target, problem) from None


def add_sizes(info: Info, asked: Asked, commit: str, transport: Transport, timeout: float) -> None:
    """Ask once more where a mirror of the Hub leaves out the sizes."""
    files = info.siblings or []
    lacking = [f.rfilename for f in files if f.size is None and is_model_file(f.rfilename)][:_PATHS_AT_ONCE]
    if not lacking:
        return
    url = f"{asked.endpoint}/api/models/{quote(asked.repo)}/paths-info/{quote(commit, safe='')}"
    paths = {"paths": [*lacking, "README.md"]}
    reply = transport.get(asked.target, url, limit=MAX_INFO_BYTES, timeout=timeout, json=paths)
    try:
        known = {found.path: found for found in decode_json_as(reply.body, _PATHS)} if reply.status == 200 else {}
    except JsonError:
        return
    for file in files:
        if file.size is None and (found := known.get(file.rfilename)) is not None:
            file.size, file.oid, file.lfs = found.size, found.oid, found.lfs


class _Action(msgspec.Struct):
    href: str = ""
    header: dict[str, str] | None = None


class _Actions(msgspec.Struct):
    download: _Action | None = None


class _Object(msgspec.Struct):
    oid: str = ""
    actions: _Actions | None = None


class _Objects(msgspec.Struct):
    objects: list[_Object] = []


_OBJECTS = msgspec.json.Decoder(_Objects)


def ask_places(asked: Asked, sizes: Mapping[str, int], transport: Transport, timeout: float) -> dict[str, str]:
    """Where large files lie, by the hash of their content: many in one request, in place of a redirect for each.

    This is Git LFS's own interface (its "batch API"), which every git client uses. Where the Hub does not answer it,
    or as something else, nothing is known, and each file is asked for by its path.

    Args:
        asked: of what model.
        sizes: SHA-256 of the content to size in bytes.
        transport: sends the requests.
        timeout: seconds without a byte.
    """
    url = f"{asked.endpoint}/{quote(asked.repo)}.git/info/lfs/objects/batch"
    headers = {"accept": _GIT_LFS, "content-type": _GIT_LFS}
    found: dict[str, str] = {}
    for batch in batched(sizes.items(), _OBJECTS_AT_ONCE):
        objects = [{"oid": oid, "size": size} for oid, size in batch]
        question = {"operation": "download", "transfers": ["basic"], "hash_algo": "sha256", "objects": objects}
        try:
            reply = transport.get(
                asked.target, url, limit=_MAX_PLACES_BYTES, timeout=timeout, json=question, more_headers=headers
            )
            answered = decode_json_as(reply.body, _OBJECTS).objects if reply.status == 200 else []
        except (UnavailableError, JsonError):
            answered = []
        if not answered:
            break
        for one in answered:
            action = None if one.actions is None else one.actions.download
            if action is None or action.header or one.oid not in sizes:  # a header would be a token of its own
                continue
            if (place := moved_to(asked.endpoint, action.href)) is not None:
                found[one.oid] = place
    return found


def batched(items: Iterable[tuple[str, int]], size: int) -> Iterator[tuple[tuple[str, int], ...]]:
    """The items in groups of ``size``, the last one smaller."""
    left = iter(items)
    while group := tuple(islice(left, size)):
        yield group
