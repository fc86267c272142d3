"""How often each naming element occurs, by the study's rows and by the labels' own.

    python benchmarks/study_frequencies.py [--cases KIND]

The labels are those of a language model (``ptm-naming/elements.jsonl.gz``), a set of kinds for a name: all of them, the
fold that development does not look at, and those names that are also in ``ptlm-versioning/nlp_models.csv.gz``. The
fold is read with weights trained without it. Segments of people (``ptlm-versioning/segments.csv``) are compared by
their types. ``--cases`` prints 50 names on which the two differ in one kind, drawn with a fixed seed.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from names import segments
from train_names import DEFAULT, Labelled, fold, labelled, train
from truename.names import Kind, parse_name
from truename.names.learned import use
from truename.study.registry.row_parts import rows_of

WITHIN = 3.0  # points
CASES = 50
MANY = 1.96


def kinds_of(names: Sequence[str]) -> dict[str, frozenset[str]]:
    """The kinds of each name, as the rows of a study have them."""
    rows, _ = rows_of(pa.table({"id": names}), {"id": "id"})
    return {row["id"]: frozenset(row["kinds"]) for row in rows.select(["id", "kinds"]).to_pylist()}


def compare(title: str, theirs: Mapping[str, frozenset[str]], ours: Mapping[str, frozenset[str]]) -> None:
    """Print both frequencies of every kind, and their difference in points."""
    total = len(theirs)
    print(f"{title}, {total:,} names: % with the kind")
    print("      labels   study   points")
    outside = []
    for kind in sorted({kind for found in theirs.values() for kind in found}):
        a = sum(kind in found for found in theirs.values()) / total * 100
        b = sum(kind in ours[name] for name in theirs) / total * 100
        outside += [kind] if abs(a - b) > WITHIN else []
        error = MANY * (((a * (100 - a)) + (b * (100 - b))) / total) ** 0.5
        note = f"  more than {WITHIN:g} points (chance alone: {error:.1f})" if abs(a - b) > WITHIN else ""
        print(f"  {kind:16.16} {a:6.1f}  {b:6.1f}   {b - a:+6.1f}{note}")
    print(f"  within {WITHIN:g} points: all but {', '.join(outside)}" if outside else f"  all within {WITHIN:g} points")


def people(data: Path) -> None:
    """Types of segments, as people gave them and as the elements make them."""
    with (data / "ptlm-versioning" / "segments.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    given = {row["name"]: row["segments"].replace("nationality", "language") for row in rows}
    gold = {name: frozenset(re.findall(r"\{([^}]*)\}", text)) for name, text in given.items()}
    ours = {name: frozenset(segments(parse_name(name).elements)) for name in gold}
    compare("segments by people, of nlp_models", gold, ours)


def cases(kind: str, theirs: Mapping[str, frozenset[str]], ours: Mapping[str, frozenset[str]]) -> None:
    """Names on which the two differ in one kind: + the study finds it, - the label has it."""
    names = sorted(name for name in theirs if (kind in theirs[name]) != (kind in ours[name]))
    random.Random(7).shuffle(names)
    for name in names[:CASES]:
        elements = " ".join(f"{e.kind}:{e.text}" for e in parse_name(name).elements)
        print(f"{'+' if kind in ours[name] else '-'} {name}   label {''.join(sorted(theirs[name]))}   {elements}")


def main() -> int:
    """Print the tables, or the cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(DEFAULT))
    parser.add_argument("--cases", choices=[str(kind) for kind in Kind])
    asked = parser.parse_args()
    rows: list[Labelled] = labelled(asked.data)
    labels = {row.name: row.elements for row in rows}
    ours = kinds_of(list(labels))
    with gzip.open(asked.data / "ptlm-versioning" / "nlp_models.csv.gz", "rt", encoding="utf-8") as file:
        listed = {row["model_name"] for row in csv.DictReader(file)}
    if asked.cases:
        cases(asked.cases, labels, ours)
        return 0
    compare("elements.jsonl, all (the weights have seen some)", labels, ours)
    both = {name: found for name, found in labels.items() if name in listed}
    compare("names of nlp_models that have labels", both, ours)
    people(asked.data)
    unseen = {row.name: row.elements for row in rows if not fold(row.name)}
    use(train([row for row in rows if fold(row.name)], "the development part"))
    compare("elements.jsonl, the fold not looked at", unseen, kinds_of(list(unseen)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
