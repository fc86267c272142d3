"""The front matter of a model card: the YAML between two lines ``---`` at the head of README.md.

Scalars stay strings: in YAML 1.1 ``language: no`` is False and ``1e5`` a date's cousin, in a card they are words.
The tree is built from events here, not by the YAML library's composer, which recurses in C and ends the process on
a hundred thousand brackets. Aliases are refused: nine lines of them expand to gigabytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from truename.blob import Blob
from truename.declared.declared import Document
from truename.declared.plain_yaml import read_plain
from truename.errors import DeclaredError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CARD_BYTES = 1_000_000  # of a card, so much is searched for front matter
MAX_DEPTH = 32
_FIRST_BYTES = 16_384

_OPEN = re.compile(rb"\s*---[ \t]*\r?\n")
_CLOSE = re.compile(rb"(?:^|\n)(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)")
# Tables of results: up to megabytes, and none of the facts that are read here.
_RESULTS = re.compile(r"(?m)^model-index:[^\n]*\n(?:(?:[ \t#-][^\n]*)?(?:\n|\Z))*")
_LARGE = 8_192


def read_card(blob: Blob) -> Document | None:
    """The front matter of a card, None where it has none.

    Raises:
        DeclaredError: there is front matter, and it cannot be read.
    """
    matter = front_matter(blob)
    if matter is None:
        return None
    try:
        text = matter.data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DeclaredError(blob.path, f"has front matter that is not valid UTF-8 at byte {error.start}") from None
    if len(text) > _LARGE:
        text = _RESULTS.sub("", text)
    data = read_plain(text) or parse_yaml(blob.path, text)
    if data is None or data == "":
        return None
    if not isinstance(data, dict):
        raise DeclaredError(blob.path, "has front matter that is no mapping of keys to values")
    return Document(blob.path, data)


def parse_yaml(path: str, text: str) -> Any:
    """YAML with every scalar a string, as dict, list and str; None where it is empty.

    Tabs, which YAML forbids as indentation and cards hold, are read as spaces.

    Raises:
        DeclaredError: it is no YAML, holds aliases, or is nested too deep.
    """
    import yaml  # 10 ms that only a model with a card that is not plain has to pay

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        return _build(path, yaml.parse(text, loader))
    except yaml.YAMLError as error:
        if "\t" in text:
            return parse_yaml(path, text.replace("\t", "  "))
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark is not None else ""
        what = getattr(error, "problem", None) or "not valid YAML"
        raise DeclaredError(path, f"has front matter that cannot be read{where}: {what}") from None
    except (RecursionError, ValueError) as error:
        raise DeclaredError(path, f"has front matter that cannot be read: {str(error)[:120]}") from None


class FrontMatter(NamedTuple):
    """The bytes between the two lines of a card, and the number of the line on which they begin."""

    data: bytes
    line: int


def front_matter(blob: Blob) -> FrontMatter | None:
    """The front matter of a card, None where it has none; reads a little first, and never more than the limit.

    Raises:
        DeclaredError: no line ends it.
    """
    head = blob.read(0, _FIRST_BYTES)
    start = _OPEN.match(head.removeprefix(b"\xef\xbb\xbf"))
    if start is None:
        return None
    begin = start.end() + (len(head) - len(head.removeprefix(b"\xef\xbb\xbf")))
    end = _CLOSE.search(head, begin - 1)
    if end is None and blob.size > len(head):
        head += blob.read(len(head), MAX_CARD_BYTES - len(head))
        end = _CLOSE.search(head, begin - 1)
    if end is None:
        raise DeclaredError(blob.path, "has front matter that no line '---' ends")
    return FrontMatter(head[begin : max(begin, end.start() + 1)], head.count(b"\n", 0, begin) + 1)


def _build(path: str, events: Iterator[Any]) -> Any:
    """The first document of a stream of events."""
    import yaml

    root: list[Any] = []
    stack: list[_Container] = [_Sequence(root)]
    for event in events:
        if isinstance(event, yaml.ScalarEvent):
            stack[-1].add(event.value)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            if len(stack) > MAX_DEPTH:
                raise DeclaredError(path, "has front matter that is nested too deep")
            child: _Container = _Mapping({}) if isinstance(event, yaml.MappingStartEvent) else _Sequence([])
            stack[-1].add(child.content)
            stack.append(child)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            stack.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise DeclaredError(path, "has front matter with YAML aliases, which are not followed")
        elif isinstance(event, yaml.DocumentEndEvent):
            break
    return root[0] if root else None


class _Sequence:
    def __init__(self, content: list[Any]) -> None:
        self.content = content

    def add(self, value: Any) -> None:
        self.content.append(value)


class _Mapping:
    """Keys and values in turn. Of a key given twice the last holds; keys that are no strings drop out."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self._key: Any = None
        self._has_key = False

    def add(self, value: Any) -> None:
        if not self._has_key:
            self._key = value
        elif isinstance(self._key, str):
            self.content[self._key] = value
        self._has_key = not self._has_key


_Container = _Sequence | _Mapping
