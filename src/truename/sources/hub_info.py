"""What the Hub says of a model in one request: its commit, and its files with sizes and hashes."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from truename.errors import UnavailableError
from truename.sources.folder import is_model_file
from truename.sources.hub_errors import Asked
from truename.sources.transport import Transport

MAX_INFO_BYTES = 64 * 2**20  # 50,000 files take 12 MB
_PATHS_AT_ONCE = 500


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
        return _INFO.decode(reply.body)
    except (ValueError, RecursionError) as error:
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
        known = {found.path: found for found in _PATHS.decode(reply.body)} if reply.status == 200 else {}
    except (ValueError, RecursionError):
        return
    for file in files:
        if file.size is None and (found := known.get(file.rfilename)) is not None:
            file.size, file.oid, file.lfs = found.size, found.oid, found.lfs
