"""Rewrite keys of a card's front matter and nothing else: comments, order, quotes and the text below stay.

ruamel.yaml keeps what YAML libraries usually lose. Where it would change a line that no edit is about, nothing is
written: a card is its author's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from io import StringIO
from typing import Any

from truename.blob import MemoryBlob
from truename.declared.card import front_matter, read_card
from truename.errors import DeclaredError, MissingExtraError

Edits = Mapping[str, str | Sequence[str] | None]

_WIDTH = 1_000_000  # no line is broken


def edited_card(path: str, data: bytes, edits: Edits) -> bytes:
    """The card with keys of its front matter set, or removed where the value is None.

    Args:
        path: for messages.
        data: the whole card.
        edits: key to value. A list that is there keeps the items that stay, with their comments.

    Raises:
        DeclaredError: the front matter cannot be read, or not be rewritten without changing other lines of it.
        MissingExtraError: ruamel.yaml is not installed.
    """
    blob = MemoryBlob(path, data)
    read_card(blob)  # refuses what is broken, nested too deep or has aliases, with its line
    matter = front_matter(blob)
    if matter is None:
        return b"---\n" + _edited(path, "", edits).encode() + b"---\n" + data
    begin = data.index(matter.data) if matter.data else _after_first_line(data)
    text = matter.data.decode("utf-8")
    newline = "\r\n" if "\r\n" in text else "\n"
    written = _edited(path, text.replace("\r\n", "\n"), edits).replace("\n", newline)
    return data[:begin] + written.encode() + data[begin + len(matter.data) :]


def _edited(path: str, text: str, edits: Edits) -> str:
    """The front matter with each key that is there rewritten in its place, and the others behind the last."""
    blocks = _blocks(text)
    parts = []
    for key, block in blocks:
        if key not in edits:
            parts.append(block)
        elif edits[key] is None:
            parts.append(_comments_behind(block))
        else:
            after = _dumped(path, block, {key: edits[key]})
            _refuse_other_changes(path, text, block, after)
            parts.append(after)
    there = {key for key, _ in blocks}
    if parts and not parts[-1].endswith("\n"):
        parts.append("\n")
    parts += [_dumped(path, "", {key: value}) for key, value in edits.items() if key not in there and value is not None]
    return "".join(parts)


def _blocks(text: str) -> list[tuple[str, str]]:
    """The lines of each key at the top level, and what stands before the first under an empty key."""
    blocks: list[tuple[str, str]] = []
    for line in text.splitlines(keepends=True):
        starts = line[:1] not in ("", " ", "\t", "-", "#", "\n") and ":" in line
        if starts or not blocks:
            blocks.append((line.partition(":")[0].strip().strip("\"'") if starts else "", line))
        else:
            blocks[-1] = (blocks[-1][0], blocks[-1][1] + line)
    return blocks


def _comments_behind(block: str) -> str:
    """The comments and empty lines at the end of a block: they belong to what follows."""
    lines = block.splitlines(keepends=True)
    kept = len(lines)
    while kept > 1 and (lines[kept - 1].startswith("#") or not lines[kept - 1].strip()):
        kept -= 1
    return "".join(lines[kept:])


def _after_first_line(data: bytes) -> int:
    return data.index(b"\n", data.index(b"---")) + 1


def _dumped(path: str, text: str, edits: Edits) -> str:
    """YAML with keys set."""
    try:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError
        from ruamel.yaml.util import load_yaml_guess_indent
    except ImportError:
        raise MissingExtraError("rewriting a card", "fix") from None
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    content: Any = {}
    if text.strip():
        try:
            _, indent, offset = load_yaml_guess_indent(text)
            loaded = yaml.load(text)
        except YAMLError:
            raise DeclaredError(path, "has front matter that cannot be rewritten; edit it by hand") from None
        content = {} if loaded is None else loaded
        if offset is not None:
            yaml.indent(mapping=2, sequence=indent or 2, offset=offset)
    for key, value in edits.items():
        if isinstance(value, str):
            content[key] = value
        elif value is not None:
            _set_list(content, key, list(value))
    out = StringIO()
    yaml.dump(content, out)
    return out.getvalue()


def _set_list(content: Any, key: str, wanted: list[str]) -> None:
    there = content.get(key)
    if not isinstance(there, list):
        content[key] = wanted
        return
    for index in reversed(range(len(there))):
        if str(there[index]) not in wanted:
            del there[index]
    kept = [str(one) for one in there]
    for one in wanted:
        if one not in kept:
            there.append(one)


def _refuse_other_changes(path: str, text: str, before: str, after: str) -> None:
    """Of a list only items may go or come, of a scalar only its line may change."""
    old, new = before.splitlines(), after.splitlines()
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        changed = [line for line in (*old[i1:i2], *new[j1:j2]) if line.strip()]
        if tag != "equal" and any(line.lstrip().startswith("#") for line in changed):
            number = text[: text.index(before)].count("\n") + i1 + 2
            raise DeclaredError(path, f"cannot be rewritten without losing a comment (line {number}); edit it by hand")
