"""Write ``tables.json`` from the TOML files of the rooms that a check goes through; with ``--check`` fail if stale."""

from __future__ import annotations

import tomllib

import msgspec

from truename.tables import COMPILED

import pages

FOLDERS = ("architecture", "declared", "rules/tables")
PACKAGE = COMPILED.parent


def rendered() -> str:
    """The JSON file: the same text for the same tables, one value a line so that changes of several people merge."""
    content = {
        path.relative_to(PACKAGE).with_suffix("").as_posix(): tomllib.loads(path.read_text(encoding="utf-8"))
        for folder in FOLDERS
        for path in sorted((PACKAGE / folder).glob("*.toml"))
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=0).decode() + "\n"


def main(check: bool) -> int:
    """Write the file, or check it."""
    return pages.settle({COMPILED.relative_to(pages.ROOT): rendered()}, check=check)


if __name__ == "__main__":
    pages.run(main)
