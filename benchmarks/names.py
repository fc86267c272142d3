"""How well names are read: element kinds against a language model's labels, convention against two people,
architecture claims against declared model types.

Run: ``python benchmarks/names.py --data DIR``. The black box to beat is character n-grams with logistic regression,
0.876 micro-F1 on unseen names, without spans.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import sys
from collections import Counter
from pathlib import Path
from zlib import crc32

from truename.names import Convention, Kind, Role, claims_of, parse_name
from truename.vocabulary import vocabulary

DEFAULT = os.environ.get("TRUENAME_DATA") or str(Path(__file__).resolve().parents[1].parent / "shared" / "data")
BLACK_BOX = {
    "A": 0.95, "S": 0.94, "P": 0.94, "V": 0.89, "C": 0.88, "L": 0.88, "F": 0.87,
    "D": 0.82, "H": 0.81, "T": 0.80, "O": 0.73, "N": 0.71, "R": 0.35,
}  # fmt: skip
BLACK_BOX_ALL = 0.876
CONVENTIONS = {
    Convention.IMPLEMENTATION: {"I"},
    Convention.APPLICATION_OR_TASK: {"A", "T"},
    Convention.COMBINED: {"IA", "IT"},
    Convention.OTHER: {"O"},
}
FOLDS = 5


def is_development(name: str) -> bool:
    """Four of five names are for development; the fifth stays unread until the end."""
    return crc32(name.encode()) % FOLDS != 0


def f1(hit: int, extra: int, missed: int) -> float:
    """The harmonic mean of precision and recall."""
    return 2 * hit / (2 * hit + extra + missed) if hit else 0.0


def kinds_table(data: Path, *, development: bool) -> None:
    """Micro-F1 by kind and overall."""
    hit, extra, missed = Counter[str](), Counter[str](), Counter[str]()
    with gzip.open(data / "ptm-naming" / "elements.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    rows = [row for row in rows if is_development(row["name"]) == development]
    for row in rows:
        found, label = {str(element.kind) for element in parse_name(row["name"]).elements}, set(row["elements"])
        hit.update(found & label)
        extra.update(found - label)
        missed.update(label - found)
    print(f"element kinds, {len(rows):,} names: F1 (black box), cases, found too often, missed")
    for kind in map(str, Kind):
        score, cases = f1(hit[kind], extra[kind], missed[kind]), hit[kind] + missed[kind]
        print(f"  {kind}  {score:.3f} ({BLACK_BOX[kind]:.2f})  {cases:6,}  {extra[kind]:6,}  {missed[kind]:6,}")
    overall = f1(hit.total(), extra.total(), missed.total())
    print(f"  all {overall:.3f} ({BLACK_BOX_ALL}), {overall / BLACK_BOX_ALL:.2f} of the black box")


def convention_table(data: Path) -> None:
    """Agreement with each of two people, application and task merged."""
    with (data / "ptm-naming" / "conventions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for rater in ("rater_1", "rater_2"):
        rated = [row for row in rows if row[rater]]
        agreed = sum(row[rater] in CONVENTIONS[parse_name(row["name"]).convention] for row in rated)
        print(f"convention, {rater}: {agreed / len(rated):.3f} of {len(rated)}")


def architecture_table(data: Path) -> None:
    """Names whose architecture claims all disagree with the declared model type."""
    with gzip.open(data / "ptm-naming" / "architectures.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    families = vocabulary().families
    claiming, against = 0, Counter[str]()
    for row in rows:
        claimed = [families[claim.value] for claim in claims_of(parse_name(row["name"])).of(Role.FAMILY)]
        claiming += bool(claimed)
        if claimed and not any(row["model_type"] in family.model_types for family in claimed):
            against[f"{'+'.join(family.key for family in claimed)} is {row['model_type']}"] += 1
    print(
        f"architecture: {claiming:,} of {len(rows):,} names claim, {against.total()} against their declared type; most:"
    )
    for text, count in against.most_common(8):
        print(f"  {count:4}  {text}")


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(DEFAULT))
    parser.add_argument("--unseen", action="store_true", help="score on the fold that development does not look at")
    arguments = parser.parse_args()
    kinds_table(arguments.data, development=not arguments.unseen)
    convention_table(arguments.data)
    architecture_table(arguments.data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
