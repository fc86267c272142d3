"""A model folder, or one weights file, at an address: ``https://host/path``, ``s3://bucket/prefix`` (public).

A web server lists nothing, so the files that models usually have are asked for by name, all at once, and then those
that an index names. Each question is for the file's first bytes, so an answer is not only a yes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote, urlsplit

import msgspec

from truename.errors import TargetError, TargetNotFoundError, UnavailableError
from truename.json_text import JsonError, decode_json_as
from truename.sources.folder import WEIGHT_SUFFIXES, file_name
from truename.sources.paths import unsafe_because
from truename.sources.remote import RemoteFile, RemoteSource, Wire
from truename.sources.transport import Reply, Retry, Span, Transport, no_address_because

_FIRST = 16_384
_SHARDS = 4_000
_MAX_INDEX_BYTES = 32_000_000
_MAX_INDEX_TENSORS = 300_000
USUAL_FILES = (
    "config.json", "README.md", "tokenizer_config.json", "tokenizer.json", "adapter_config.json", "modules.json",
    "quantize_config.json", "quant_config.json", "model_index.json", "model.safetensors",
    "model.safetensors.index.json", "adapter_model.safetensors", "pytorch_model.bin", "pytorch_model.bin.index.json",
    "adapter_model.bin",
)  # fmt: skip


class _Index(msgspec.Struct):
    weight_map: dict[str, str]


_INDEX = msgspec.json.Decoder(_Index)


class HttpSource(RemoteSource):
    """The files at an address.

    Args:
        url: of a folder, or of one weights file; a query (a signature) is kept.
        retry: how often to ask again.

    Raises:
        TargetNotFoundError: none of the usual files is there.
        UnavailableError: the host cannot be reached or does not answer as it should.
    """

    def __init__(self, url: str, *, retry: Retry | None = None) -> None:
        self.target = url
        address = _by_http(url)
        if (why := no_address_because(address)) is not None:
            raise TargetNotFoundError(url, why)
        parts = urlsplit(address)
        self._query = f"?{parts.query}" if parts.query else ""
        self._base = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        name = unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.netloc
        self._wire = Wire(Transport(self._base, {"user-agent": "truename"}, retry=retry))
        if os.path.splitext(name)[1].lower() in WEIGHT_SUFFIXES:
            found = self._look({name: self._base + self._query})
        else:
            found = self._look(self._urls(USUAL_FILES))
            for index in [path for path in found if path.endswith(".index.json")]:
                found |= self._look(self._urls(_shards(found[index])))
        if not found:
            raise TargetNotFoundError(url, "none of a model's usual files is there; give the folder of a model")
        super().__init__(url, file_name(name), found, self._wire)

    def _urls(self, paths: Iterable[str]) -> dict[str, str]:
        return {path: f"{self._base}/{quote(path)}{self._query}" for path in paths}

    def _look(self, urls: Mapping[str, str]) -> dict[str, RemoteFile]:
        """Those of the files that are there."""
        files: dict[str, RemoteFile] = {}
        for path, reply in zip(urls, self._wire.pool.map(self._first, urls.values()), strict=True):
            if reply is not None and (size := reply.total) is not None:
                files[path] = RemoteFile(path, size, urls[path], self._wire, target=self.target)
                files[path].add(0, reply.body)
        return files

    def _first(self, url: str) -> Reply | None:
        """A file's first bytes, None where there is none; S3 answers 403 to those who may not list."""
        reply = self._wire.transport.get(self.target, url, limit=_FIRST, span=Span(0, _FIRST))
        if reply.status in (200, 206):
            return reply
        if reply.status in (403, 404, 410, 416):
            return None
        raise UnavailableError(self.target, f"{urlsplit(url).netloc} answers {reply.status}")


def _by_http(url: str) -> str:
    """``s3://bucket/prefix`` as the address under which a public bucket answers (or below ``AWS_ENDPOINT_URL``)."""
    if not url.lower().startswith("s3://"):
        return url
    bucket, _, prefix = url[5:].partition("/")
    if not bucket:
        return "https:///"
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    return f"{endpoint.rstrip('/')}/{bucket}/{prefix}" if endpoint else f"https://{bucket}.s3.amazonaws.com/{prefix}"


def _shards(index: RemoteFile) -> list[str]:
    """The files that an index names; what is wrong with it is for its reader to say."""
    if index.size > _MAX_INDEX_BYTES:
        return []
    data = index.read(0, index.size)
    if data.count(b'"') > 4 * _MAX_INDEX_TENSORS:  # two of a name and two of its shard; decoding takes many times more
        return []
    try:
        named = set(decode_json_as(data, _INDEX).weight_map.values())
    except JsonError:
        return []
    shards = sorted(shard for shard in named if unsafe_because(shard) is None)
    if len(shards) > _SHARDS:
        raise TargetError(index.path, f"names {len(shards):,} shards; at most {_SHARDS:,} are read")
    return shards
