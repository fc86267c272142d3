"""``truename compare``: how far two structures lie apart, and the blocks that differ."""

from __future__ import annotations

from truename.api import compare
from truename.cli.streams import print_text, write_text
from truename.report.identification import Comparison, DifferingBlock, comparison_json


def run_compare(first: str, second: str, *, as_json: bool) -> int:
    """Compare the structures of two targets; 0 whatever the distance.

    Raises:
        TargetError: there is no model at a target.
        UsageError: a target has no weights header.
    """
    found = compare(first, second)
    said = Comparison(
        first,
        second,
        round(found.overall, 4),
        {"names": found.names, "shapes": found.shapes},
        [DifferingBlock(d.path, d.first or "absent", d.second or "absent") for d in found.differences],
    )
    if as_json:
        write_text(comparison_json(said))
        return 0
    from truename.report.text.identification import print_comparison

    print_text(lambda console: print_comparison(said, console))
    return 0
