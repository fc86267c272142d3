"""Models on ModelScope, by id: its list of files, then ranges of those that are read.

``MODELSCOPE_ENDPOINT`` names another host. Only public models; a token is not sent.
"""

from __future__ import annotations

import os
from urllib.parse import quote, urlencode

import msgspec

from truename.errors import EmptyTargetError, TargetNotFoundError, UnavailableError, UsageError
from truename.json_text import JsonError, decode_json_as
from truename.model_id import ModelId
from truename.sources.folder import is_model_file
from truename.sources.paths import unsafe_because
from truename.sources.remote import RemoteFile, RemoteSource, Wire
from truename.sources.transport import Retry, Transport, no_address_because

ENDPOINT = "https://www.modelscope.cn"
MAX_LIST_BYTES = 64 * 2**20


class _File(msgspec.Struct, rename="pascal"):
    path: str
    size: int = 0
    sha256: str = ""
    type: str = "blob"


class _Files(msgspec.Struct, rename="pascal"):
    files: list[_File] | None = None


class _List(msgspec.Struct, rename="pascal"):
    data: _Files | None = None


_LIST = msgspec.json.Decoder(_List)


class ModelScopeSource(RemoteSource):
    """The files of a public model on ModelScope.

    Args:
        repo_id: ``owner/name``.
        revision: a branch or tag; ``master`` by default.
        endpoint: the address.
        retry: how often to ask again.

    Raises:
        TargetNotFoundError: there is no such model or revision, or it is private.
        EmptyTargetError: it holds no file that a model could consist of.
        UnavailableError: the host cannot be reached or does not answer as it should.
    """

    def __init__(
        self, repo_id: str, revision: str | None = None, *, endpoint: str | None = None, retry: Retry | None = None
    ) -> None:
        endpoint = (endpoint or os.environ.get("MODELSCOPE_ENDPOINT") or ENDPOINT).rstrip("/")
        if (why := no_address_because(endpoint)) is not None:
            raise UsageError(f"MODELSCOPE_ENDPOINT is {endpoint[:200]!r}, which {why}; set it to one like {ENDPOINT}")
        target = f"modelscope://{repo_id}" + (f"@{revision}" if revision else "")
        revision = revision or "master"
        wire = Wire(Transport(endpoint, {}, retry=retry))
        base = f"{endpoint}/api/v1/models/{quote(repo_id)}/repo"
        query = urlencode({"Revision": revision, "Recursive": "true"})
        reply = wire.transport.get(target, f"{base}/files?{query}", limit=MAX_LIST_BYTES)
        if reply.status != 200:
            raise TargetNotFoundError(target, f"{endpoint} has no such public model with a revision {revision[:100]!r}")
        try:
            listed = decode_json_as(reply.body, _LIST).data
        except JsonError as error:
            problem = f"{endpoint} answers with something else than a list of files ({str(error)[:120]})"
            raise UnavailableError(target, problem) from None
        files = {}
        for file in [] if listed is None or listed.files is None else listed.files:
            if (
                file.type == "blob"
                and file.size >= 0
                and unsafe_because(file.path) is None
                and "/." not in f"/{file.path}"
            ):
                url = f"{base}?{urlencode({'Revision': revision, 'FilePath': file.path})}"
                files[file.path] = RemoteFile(file.path, file.size, url, wire, target=target)
        super().__init__(target, repo_id, files, wire)
        if not any(map(is_model_file, files)):
            raise EmptyTargetError(target, "holds no file that a model could consist of (no config.json, no weights)")


def open_modelscope(target: str) -> ModelScopeSource:
    """The source of ``modelscope://owner/name@revision``."""
    model = ModelId.parse(target.partition("://")[2])
    return ModelScopeSource(model.repo_id, model.revision)
