"""``truename inspect``: what a model's files hold, without a look at its name."""

from __future__ import annotations

from truename.api import inspect
from truename.cli.streams import print_text, write_text
from truename.report.inspection import inspection_json


def run_inspect(target: str, *, as_json: bool) -> int:
    """Gather the evidence of ``target`` and write it.

    Raises:
        TargetError: there is no model at the target.
        UsageError: the target is empty.
    """
    found = inspect(target)
    if as_json:
        write_text(inspection_json(found))
        return 0
    from truename.report.text.inspection import print_inspection

    print_text(lambda console: print_inspection(found, console))
    return 0
