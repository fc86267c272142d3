"""Models as the Hub lists them, page by page: their ids, or their metadata."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any, TypeVar
from urllib.parse import urlencode, urljoin

import msgspec

from truename.errors import UnavailableError, UsageError
from truename.json_text import JsonError, decode_json_as
from truename.model_id import ModelId
from truename.sources.hub import Hub, shared_hub
from truename.sources.hub_answers import Asked

_LOG = logging.getLogger(__name__)

T = TypeVar("T")
MAX_PAGE_BYTES = 64 * 2**20
_PAGE = 1_000
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,]*\brel="?next"?')


class _Listed(msgspec.Struct):
    id: str = ""


_LISTED = msgspec.json.Decoder(list[_Listed])
_RECORDS = msgspec.json.Decoder(list[dict[str, Any]])

# what the Hub says of each model in its list; its client's ``ExpandModelProperty_T`` has all there is to ask for
METADATA = (
    "author", "baseModels", "cardData", "config", "createdAt", "downloads", "gguf", "library_name", "likes",
    "pipeline_tag", "safetensors", "siblings", "tags",
)  # fmt: skip


class Page(msgspec.Struct, frozen=True):
    """Some models of the list, and where the next ones are."""

    records: tuple[dict[str, Any], ...]
    next: str | None  # an address; None: that was all


def hub_listing(
    *,
    owner: str | None = None,
    search: str | None = None,
    filter: Sequence[str] = (),
    limit: int | None = None,
    hub: Hub | None = None,
) -> Iterator[str]:
    """Ids of models, in the order of the Hub; the next page is asked for when the last one was used.

    Args:
        owner: only this user's or organisation's.
        search: only those whose id holds this text.
        filter: only those with all of these tags.
        limit: at most so many.
        hub: by default that of the environment.

    Raises:
        UsageError: the Hub is set to be offline.
        UnavailableError: the Hub cannot be reached or does not answer as it should.
    """
    hub = hub or shared_hub()
    query = _query(owner, search, filter, limit, ("sha",))
    page: str | None = f"{_online(hub).endpoint}/api/models?{query}"
    given, seen = 0, _Seen()
    while page is not None:
        listed, page = _page(hub, page, _LISTED)
        if seen.all([item.id for item in listed]):
            return
        for item in listed:
            if not _is_id(item.id):
                continue
            if limit is not None and given >= limit:
                return
            given += 1
            yield item.id


def hub_records(
    *,
    owner: str | None = None,
    search: str | None = None,
    filter: Sequence[str] = (),
    limit: int | None = None,
    start: str | None = None,
    hub: Hub | None = None,
) -> Iterator[Page]:
    """The metadata of models, as the Hub has it: ``METADATA`` of each.

    Args:
        owner: only this user's or organisation's.
        search: only those whose id holds this text.
        filter: only those with all of these tags.
        limit: at most so many.
        start: the address of a later page, where an earlier listing ended.
        hub: by default that of the environment.

    Raises:
        UsageError: the Hub is set to be offline, or ``start`` is another Hub's.
        UnavailableError: the Hub cannot be reached or does not answer as it should.
    """
    hub = _online(hub or shared_hub())
    first = f"{hub.endpoint}/api/models?"
    if start is not None and not start.startswith(first):
        raise UsageError(f"the list was begun on another Hub than {hub.endpoint}; set HF_ENDPOINT, or begin again")
    page: str | None = start or first + _query(owner, search, filter, limit, METADATA)
    left, seen = limit, _Seen()
    while page is not None:
        listed, page = _page(hub, page, _RECORDS)
        if seen.all([str(record.get("id")) for record in listed]):
            page = None
            listed = []
        if left is not None:
            listed, left = listed[:left], left - len(listed)
            page = page if left > 0 else None
        yield Page(tuple(listed), page)


class _Seen:
    """The ids of a listing so far: a server that gives the same ones again would be asked for ever."""

    def __init__(self) -> None:
        self._ids: set[int] = set()  # 64 bits of each: millions fit in memory, and a clash is out of reach

    def all(self, ids: Sequence[str]) -> bool:
        """Whether a page has no new id; says so on the log, for the list may not be whole."""
        new = {int.from_bytes(blake2b(one.encode("utf-8", "replace"), digest_size=8).digest()) for one in ids}
        old = len(self._ids)
        self._ids |= new
        if ids and len(self._ids) == old:
            _LOG.warning("truename: warning: the Hub lists the same models again; the list ends after %s", f"{old:,}")
            return True
        return False


def _online(hub: Hub) -> Hub:
    if hub.offline:
        raise UsageError("HF_HUB_OFFLINE is set, and a list of models comes from the Hub; unset it")
    return hub


def _query(
    owner: str | None, search: str | None, filter: Sequence[str], limit: int | None, expand: Sequence[str]
) -> str:
    wanted = {"author": owner, "search": search, "limit": _PAGE if limit is None else min(limit, _PAGE)}
    said = [(key, value) for key, value in wanted.items() if value is not None]
    return urlencode([*said, *(("filter", tag) for tag in filter), *(("expand", part) for part in expand)])


def _page(hub: Hub, url: str, decoder: msgspec.json.Decoder[list[T]]) -> tuple[list[T], str | None]:
    """The models of one page, and where the next one is."""
    asked = Asked("the list of models", "", None, hub.endpoint, hub.wire.transport.has_token)
    reply = hub.wire.transport.get(asked.target, url, limit=MAX_PAGE_BYTES, timeout=hub.metadata_timeout)
    if reply.status != 200:
        raise asked.no_model(reply)
    try:
        listed = decode_json_as(reply.body, decoder)
    except JsonError as error:
        problem = f"{hub.endpoint} answers with something else ({str(error)[:120]})"
        raise UnavailableError(asked.target, problem) from None
    found = _NEXT.search(reply.headers.get("link", ""))
    further = urljoin(url, found[1]) if found and listed else None
    return listed, None if further == url else further


def _is_id(text: str) -> bool:
    try:
        ModelId.parse(text)
    except UsageError:
        return False
    return "@" not in text
