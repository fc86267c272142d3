"""Train the learned part of names: ``python tools/train_names.py --data DIR [--all]``.

Learns, for each of the thirteen kinds, a logistic regression over the traits of ``truename.names.traits`` from names
that a language model labelled with sets of kinds (``ptm-naming/elements.jsonl.gz``). Only the development part of the
names is read unless ``--all`` is given; ``benchmarks/names.py`` scores both parts by training anew. Needs scikit-learn
(extra ``train``), which nothing needs at run time.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec
import numpy as np

from truename.names import parse_name, traits
from truename.names.learned import FILE, KINDS, Weights, make_table
from truename.names.reader import read

DEFAULT = os.environ.get("TRUENAME_DATA") or str(Path(__file__).resolve().parents[1].parent / "shared" / "data")
FOLDS = 5  # of the names by a checksum: fold 0 is not looked at in development until the end (``benchmarks/names.py``)
RARE = 3  # names that must show a trait
STRENGTH = 0.2  # C of the logistic regression
THRESHOLD = 0.44  # of the probability: micro-F1 is best somewhat below one half
SCALE = 0.02  # log odds of one unit of a weight
LEAST = 2  # units below which a trait is left out, the largest of its weights


class Labelled(msgspec.Struct, frozen=True):
    """A name with its labels."""

    name: str
    elements: frozenset[str]


def labelled(data: Path) -> list[Labelled]:
    """Every labelled name."""
    with gzip.open(data / "ptm-naming" / "elements.jsonl.gz", "rt", encoding="utf-8") as file:
        return [msgspec.convert(json.loads(line), Labelled) for line in file]


def fold(name: str) -> int:
    """The fold of a name; fold 0 is the one that is not looked at."""
    return crc32(name.encode()) % FOLDS


def counted(name: str) -> Counter[tuple[str, str]]:
    """The traits of a name, as the grammar alone reads it."""
    model = parse_name(name, learned=False).model
    chunks, elements, _ = read(model, 0, len(model))
    return Counter(traits.of_name([chunk.text for chunk in chunks], elements))


def matrix(rows: Sequence[Counter[tuple[str, str]]], columns: dict[tuple[str, str], int]) -> Any:
    """Names by traits, sparse."""
    from scipy.sparse import csr_matrix

    entries = [
        (i, columns[trait], count) for i, row in enumerate(rows) for trait, count in row.items() if trait in columns
    ]
    at, to, values = zip(*entries, strict=True)
    return csr_matrix((values, (at, to)), (len(rows), len(columns)))


def train(rows: Sequence[Labelled], trained_on: str) -> Weights:
    """The weights that the rows teach."""
    from sklearn.linear_model import LogisticRegression

    found = [counted(row.name) for row in rows]
    frequency = Counter(trait for one in found for trait in one)
    columns = {trait: i for i, trait in enumerate(sorted(t for t, n in frequency.items() if n >= RARE))}
    x = matrix(found, columns)
    weights, bias = np.zeros((len(columns), len(KINDS))), list[int]()
    for k, kind in enumerate(KINDS):
        y = np.array([str(kind) in row.elements for row in rows])
        fitted = LogisticRegression(C=STRENGTH, solver="liblinear", tol=1e-3, random_state=0).fit(x, y)
        weights[:, k] = fitted.coef_[0]
        bias.append(round(float(fitted.intercept_[0] - np.log(THRESHOLD / (1 - THRESHOLD))) / SCALE))
    units = np.clip(np.rint(weights / SCALE), -127, 127).astype(np.int8)
    tables: dict[str, dict[str, list[int]]] = {name: {} for name in traits.TABLES}
    for (table, text), i in columns.items():
        if np.abs(units[i]).max() >= LEAST:
            tables[table][text] = units[i].tolist()
    made = {name: make_table(rows) for name, rows in tables.items()}
    return Weights("".join(KINDS), SCALE, tuple(bias), made, trained_on)


def main() -> int:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(DEFAULT))
    parser.add_argument("--out", type=Path, default=FILE)
    parser.add_argument("--all", action="store_true", help="learn from the fold too that development does not look at")
    arguments = parser.parse_args()
    rows = [row for row in labelled(arguments.data) if arguments.all or fold(row.name)]
    part = "all" if arguments.all else "development"
    weights = train(rows, f"{len(rows)} names of ptm-naming/elements.jsonl.gz, {part}")
    encoded = msgspec.msgpack.encode(weights)
    arguments.out.write_bytes(encoded)
    kept = sum(len(table.rows) for table in weights.tables.values()) // len(KINDS)
    print(f"wrote {arguments.out.name}: {len(encoded):,} bytes, {kept:,} traits")
    return 0


if __name__ == "__main__":
    sys.exit(main())
