"""How our reading agrees with names that were labelled twice: ``python tools/double_labels.py``.

``tests/names/double_labels.tsv`` has 300 names with their elements as spans, ``double_conventions.tsv`` 200 with their
convention, each labelled in two passes; ``docs/records/double_labels.md`` tells how. For development only.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from truename.names import parse_name

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "names"
PASSES = ("first reader", "second reader")
Span = tuple[int, int, str]  # start and end in the whole name, letter of the kind
Labels = Mapping[str, frozenset[Span]]


def read_rows(file: str) -> list[dict[str, str]]:
    """The rows of a table of labels."""
    with (FOLDER / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE))


def spans(name: str, labelled: str) -> frozenset[Span]:
    """The spans of ``bert/A base/S``, whose texts stand in the name in that order.

    Raises:
        ValueError: one of them does not.
    """
    at, found = name.find("/") + 1, []
    for piece in labelled.split():
        text, _, kind = piece.rpartition("/")
        at = name.index(text, at)
        found.append((at, at + len(text), kind))
        at += len(text)
    return frozenset(found)


def f1(ours: Labels, theirs: Labels, of: Callable[[Span], object]) -> float:
    """The micro-averaged harmonic mean of precision and recall, of what ``of`` takes from spans."""
    hits = both = 0
    for name, own in ours.items():
        a, b = set(map(of, own)), set(map(of, theirs[name]))
        hits, both = hits + len(a & b), both + len(a) + len(b)
    return 2 * hits / both


def kind_of(span: Span) -> str:
    """The kind of a span, to compare names by the kinds that they have."""
    return span[2]


def whole(span: Span) -> Span:
    """A span with its place."""
    return span


def main() -> int:
    """Print the agreement."""
    rows = read_rows("double_labels.tsv")
    passes: list[Labels] = [{row["name"]: spans(row["name"], row[one]) for row in rows} for one in PASSES]
    first, second = passes
    print(f"elements, {len(rows)} names: F1 of kinds, of spans")
    print(f"  first reader, second reader   {f1(first, second, kind_of):.3f}  {f1(first, second, whole):.3f}")
    for learned in (False, True):
        ours = {
            row["name"]: frozenset(
                (e.start, e.end, str(e.kind)) for e in parse_name(row["name"], learned=learned).elements
            )
            for row in rows
        }
        for title, labels in zip(PASSES, passes, strict=True):
            reader = "with the learned part" if learned else "the grammar alone"
            print(f"  {reader}, {title}: {f1(ours, labels, kind_of):.3f}  {f1(ours, labels, whole):.3f}")
    wrong = Counter[str]()
    for name, own in ours.items():
        mine, other = ({kind_of(s) for s in labels[name]} for labels in passes)
        found = {kind_of(span) for span in own}
        wrong.update(f"+{kind}" for kind in found - mine - other)
        wrong.update(f"-{kind}" for kind in mine & other - found)
    print("  kinds of names against both passes: " + ", ".join(f"{kind} {n}" for kind, n in wrong.most_common()))
    rows = read_rows("double_conventions.tsv")
    print(f"convention, {len(rows)} names")
    print(f"  first reader, second reader: {sum(row[PASSES[0]] == row[PASSES[1]] for row in rows) / len(rows):.3f}")
    for one in PASSES:
        same = sum(row[one] == parse_name(row["name"]).convention for row in rows)
        print(f"  the rule, {one}: {same / len(rows):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
