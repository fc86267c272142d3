"""Write ``compiled_tables.json`` from the TOML files that a check needs; with ``--check`` fail if stale."""

from __future__ import annotations

import tomllib

import msgspec

from truename.compiled_tables import COMPILED

import pages

FOLDERS = {"architecture": "architecture", "declared": "declared", "rules": "rules/shared/tables"}
PACKAGE = COMPILED.parent


def rendered() -> str:
    """The JSON file: the same text for the same tables, one value a line so that changes of several people merge."""
    content = {
        f"{package}/{path.stem}": tomllib.loads(path.read_text(encoding="utf-8"))
        for package, folder in FOLDERS.items()
        for path in sorted((PACKAGE / folder).glob("*.toml"))
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=0).decode() + "\n"


def main(check: bool) -> int:
    """Write the file, or check it."""
    return pages.settle({COMPILED.relative_to(pages.ROOT): rendered()}, check=check)


if __name__ == "__main__":
    pages.run(main)
