"""The plain part of YAML, which most front matter of cards is: keys with a word, a line of text or a list of those.

Whatever else a text holds, it is not read here, and the YAML library has to be imported for it. That takes a tenth of a
cold check, and reading the same lines with it a tenth of a warm one.
"""

from __future__ import annotations

import re

Plain = dict[str, str | list[str]]

_TEXT = r"(?:[A-Za-z0-9_./(][!-~]*(?: +[!-~]+)*|\"[ !#-\[\]-~]*\"|'[ -&(-~]*')"
_LINE = re.compile(rf"(?:([A-Za-z_][A-Za-z0-9_-]{{0,63}}):|( *)-(?= ))(?: +({_TEXT}))? *")


def read_plain(text: str) -> Plain | None:
    """The keys of ``text`` with their values, every scalar a string; None where it holds anything that is not plain.

    Where this is not None, it is what the YAML library reads.
    """
    found: Plain = {}
    items: list[str] | None = None  # of the key above, once it has one
    open_key = indent = None
    for line in text.split("\n"):
        if not line.strip(" "):
            continue
        read = _LINE.fullmatch(line)
        if read is None:
            return None
        key, margin, value = read.groups()
        if value is not None and (value := _scalar(value)) is None:
            return None
        if key is not None:
            found[key] = value or ""
            open_key, items = (key if value is None else None), None
        elif value is None or open_key is None:
            return None
        elif items is None:
            found[open_key] = items = [value]
            indent = margin
        elif margin != indent:
            return None
        else:
            items.append(value)
    return found or None


def _scalar(written: str) -> str | None:
    """The text of a scalar, None where a colon or a comment makes it more than one."""
    if written[0] in "\"'":
        return written[1:-1]
    return None if ": " in written or " #" in written or written[-1] == ":" else written
