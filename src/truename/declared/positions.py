"""Where a key stands in a document: line and column, for a reader's editor and for the annotations of a review.

The documents are found again by their keys only when a finding is about one of them, so a model in which nothing is
wrong is not read twice. YAML's events carry the places of everything; JSON is read as the YAML that it almost is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from truename.blob import Blob
from truename.declared.card import front_matter
from truename.declared.documents import MAX_CONFIG_BYTES
from truename.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_EVENTS = 200_000  # a configuration of a thousand layers has 20,000
_CARD = ".md"


class Position(NamedTuple):
    """A place in a text file, both counted from 1."""

    line: int
    column: int  # in characters


def positions_of(blob: Blob, key_paths: Iterable[str]) -> dict[str, Position]:
    """Where keys of a document stand, for those that are found.

    Args:
        blob: of a JSON document, or of a card with front matter.
        key_paths: dots lead into nested objects. Where a part of the way is there, its end is the place.

    Returns:
        Nothing for a document that cannot be read.
    """
    wanted = tuple(dict.fromkeys(key_paths))
    try:
        text, first_line = _text(blob)
    except (FileError, UnicodeDecodeError):
        return {}
    import yaml  # 10 ms that only a finding about a document has to pay

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    found: dict[str, Position] = {}
    try:
        for path, mark in _keys(yaml.parse(text.replace("\t", " "), loader)):
            for key_path in wanted:
                if key_path == path or key_path.startswith(f"{path}."):
                    found[key_path] = Position(mark.line + first_line, mark.column + 1)
    except (yaml.YAMLError, ValueError):
        return found  # what stood before the fault
    return found


def _text(blob: Blob) -> tuple[str, int]:
    """The part of a file that holds keys, and the number of its first line."""
    if blob.path.lower().endswith(_CARD):
        matter = front_matter(blob)
        return ("", 1) if matter is None else (matter.data.decode("utf-8"), matter.line)
    return blob.read(0, min(blob.size, MAX_CONFIG_BYTES)).decode("utf-8-sig"), 1


def _keys(events: Iterator[Any]) -> Iterator[tuple[str, Any]]:
    """The path of every key and its place, in the order of the document; keys inside lists are left out."""
    import yaml

    path: list[str] = []  # of the open mappings
    open_: list[bool] = []  # for every container: is it a mapping that can be reached by keys alone?
    key: str | None = None  # waits for its value
    for number, event in enumerate(events):
        if number > MAX_EVENTS or isinstance(event, yaml.AliasEvent):
            return
        reachable = all(open_)
        if isinstance(event, yaml.ScalarEvent):
            if not open_ or not open_[-1]:
                continue
            if key is None:
                key = event.value
                if reachable:
                    yield ".".join((*path, key)), event.start_mark
            else:
                key = None
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            if open_ and open_[-1]:
                path.append(key or "")
                key = None
            elif open_:
                path.append("")
            open_.append(isinstance(event, yaml.MappingStartEvent))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            open_.pop()
            if path:
                path.pop()
