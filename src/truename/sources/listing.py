"""Ids of models as the Hub lists them, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode, urljoin

import msgspec

from truename.errors import UnavailableError, UsageError
from truename.model_id import ModelId
from truename.sources.hub import Hub, shared_hub
from truename.sources.hub_errors import Asked

MAX_PAGE_BYTES = 64 * 2**20
_PAGE = 1_000
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,]*\brel="?next"?')


class _Listed(msgspec.Struct):
    id: str = ""


_LISTED = msgspec.json.Decoder(list[_Listed])


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
    if hub.offline:
        raise UsageError("HF_HUB_OFFLINE is set, and a list of models comes from the Hub; unset it")
    wanted = {"author": owner, "search": search, "limit": _PAGE if limit is None else min(limit, _PAGE)}
    said = [(key, value) for key, value in wanted.items() if value is not None]
    query = urlencode([*said, *(("filter", tag) for tag in filter), ("expand", "sha")])
    asked = Asked("the list of models", "", None, hub.endpoint, hub.wire.transport.has_token)
    page: str | None = f"{hub.endpoint}/api/models?{query}"
    given = 0
    while page is not None:
        ids, page = _page(asked, hub, page)
        for name in ids:
            if limit is not None and given >= limit:
                return
            given += 1
            yield name


def _page(asked: Asked, hub: Hub, url: str) -> tuple[list[str], str | None]:
    """The ids of one page, and where the next one is."""
    reply = hub.wire.transport.get(asked.target, url, limit=MAX_PAGE_BYTES, timeout=hub.metadata_timeout)
    if reply.status != 200:
        raise asked.no_model(reply)
    try:
        listed = _LISTED.decode(reply.body)
    except (ValueError, RecursionError) as error:
        problem = f"{hub.endpoint} answers with something else ({str(error)[:120]})"
        raise UnavailableError(asked.target, problem) from None
    found = _NEXT.search(reply.headers.get("link", ""))
    further = urljoin(url, found[1]) if found and listed else None
    return [item.id for item in listed if _is_id(item.id)], None if further == url else further


def _is_id(text: str) -> bool:
    try:
        ModelId.parse(text)
    except UsageError:
        return False
    return "@" not in text
