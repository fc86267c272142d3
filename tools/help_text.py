"""Write the list of public types into the docstring of the package: ``help(truename)`` shows it and no more of them.

pydoc prints every class of ``dir(truename)`` with all that it inherits: eleven thousand lines, most of them of the
library that makes structs. So ``dir`` lists what is called, and the docstring tells the types by their own first lines.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import truename

from pages import ROOT, run, settle

FILE = Path("src/truename/__init__.py")
BEGIN = "Types, each explained by its own help, as in ``help(truename.Finding)``:\n\n"
END = '\n"""\n\nfrom __future__'
_WIDTH = 120
_PACKAGE: Any = truename  # its __all__ is made when it is asked for


def listed() -> str:
    """One line a type, or two where the first line of its help is long."""
    types = [name for name in _PACKAGE.__all__ if inspect.isclass(getattr(truename, name))]
    return "".join(f"- {name}: {_first_line(getattr(truename, name))}\n" for name in types)


def _first_line(value: type) -> str:
    """The first line of a type's help, without a full stop; what goes beyond the width is on its page."""
    line = (inspect.getdoc(value) or "").partition("\n")[0].rstrip(".")
    room = _WIDTH - len(value.__name__) - 4
    return line if len(line) <= room else line[:room].rpartition(" ")[0].rstrip(",;:") + " ..."


def main(check: bool) -> int:
    """Write or check the list."""
    text = (ROOT / FILE).read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"{FILE} has lost the marks of its list of types")
    return settle({FILE: head + begin + listed() + end + tail}, check=check)


if __name__ == "__main__":
    run(main)
