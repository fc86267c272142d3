"""Write generated pages, or say which of them differ from what would be written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
Pages = Mapping[Path, str]  # relative to ROOT -> its whole text


# what tools/planted_lies.py writes into the page of rates, which tools/rule_rates.py writes
LIES_BEGIN = "<!-- Lies planted by tools/planted_lies.py: begin -->"
LIES_END = "<!-- Lies planted by tools/planted_lies.py: end -->"


def with_section(page: str, section: str) -> str:
    """A page with its section of planted lies replaced, or with one put at its end.

    Args:
        page: the whole page.
        section: from the mark of its beginning to that of its end.
    """
    if LIES_BEGIN not in page:
        return page.rstrip("\n") + "\n\n" + section + "\n"
    head, _, rest = page.partition(LIES_BEGIN)
    return head + section + rest.partition(LIES_END)[2]


def section_of(page: str) -> str | None:
    """The section of planted lies of a page, with its marks; None where it has none."""
    _, begin, rest = page.partition(LIES_BEGIN)
    inside, end, _ = rest.partition(LIES_END)
    return begin + inside + end if begin and end else None


def settle(pages: Pages, *, check: bool, stale: frozenset[Path] = frozenset()) -> int:
    """Write ``pages`` and remove ``stale`` ones; with ``check`` change nothing and report what would change.

    Returns:
        The number of pages that were not as they must be.
    """
    changed = 0
    for path, text in sorted(pages.items()):
        file = ROOT / path
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            continue
        changed += 1
        if check:
            print(f"{path} is not what the code says: run 'make docs'", file=sys.stderr)
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(f"wrote {path}")
    for path in sorted(stale):
        changed += 1
        if check:
            print(f"{path} belongs to nothing any more: run 'make docs'", file=sys.stderr)
        else:
            (ROOT / path).unlink()
            print(f"removed {path}")
    return changed


def run(*tools: Callable[[bool], int]) -> None:
    """The command line of a tool: ``TOOL.py [--check]``; exits 1 if a check found a difference."""
    arguments = sys.argv[1:]
    if arguments not in ([], ["--check"]):
        sys.exit(f"usage: {Path(sys.argv[0]).name} [--check]")
    check = bool(arguments)
    changed = sum([tool(check) for tool in tools])
    sys.exit(int(check and changed > 0))
