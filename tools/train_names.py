"""Train the learned part of names: ``python tools/train_names.py --data DIR [--all]``.

Learns which kind an element has whose kind the grammar leaves open, from names that a language model labelled with sets
of kinds (``ptm-naming/elements.jsonl.gz``). The labels have no places: an open element can be of the kinds of its
name's label that such an element can have, those first that no other element explains; the model's own probabilities
then weigh them anew, a few times (expectation and maximisation). Only the development part of the names is read unless
``--all`` is given; ``benchmarks/names.py`` scores both parts by training anew. Needs SciPy (extra ``train``), which
nothing needs at run time.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec
import numpy as np

from truename.names import Kind, parse_name, traits
from truename.names.learned import FILE, KINDS, Weights, make_table, use
from truename.names.relabel import is_open, possible

DEFAULT = os.environ.get("TRUENAME_DATA") or str(Path(__file__).resolve().parents[1].parent / "shared" / "data")
FOLDS = 5  # of the names by a checksum: fold 0 is not looked at in development until the end (``benchmarks/names.py``)
RARE = 3  # names that must show a trait
STRENGTH = 0.3  # C of the logistic regression
ROUNDS = 3  # of expectation and maximisation
EXPLAINED = 0.1  # weight of a kind that another element explains, beside one that none does
OTHERS = 0.2  # log odds taken off the kind Other: the labels leave many a word out
SCALE = 0.04  # log odds of one unit of a weight
MATCHES = 4  # turns of moving the biases, each by a unit a point
LARGEST = 6  # units that a bias moves in a turn
CLOSED = frozenset((Kind.LAYERS, Kind.HIDDEN, Kind.PARAMETERS))  # kinds that the grammar decides
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


class Place(msgspec.Struct):
    """An element whose kind is open, with the kinds that it can have under its name's label."""

    row: int  # of the name
    traits: list[traits.Trait]
    kinds: tuple[int, ...]
    lacking: frozenset[int]  # kinds of the label that no certain element has


def places_of(rows: Sequence[Labelled]) -> list[Place]:
    """The open elements of all names that the labels say something of."""
    found: list[Place] = []
    for row, name in enumerate(rows):
        elements = parse_name(name.name, learned=False).elements
        open_ = [i for i, element in enumerate(elements) if is_open(element)]
        sure = {str(e.kind) for i, e in enumerate(elements) if i not in open_}
        labels = {k for k, kind in enumerate(KINDS) if str(kind) in name.elements}
        lacking = frozenset(k for k in labels if str(KINDS[k]) not in sure)
        for i in open_:
            one = elements[i]
            kinds = tuple(k for k in possible(one) if k in labels)
            if kinds:
                found.append(Place(row, [*traits.of_place(elements, i, len(open_))], kinds, lacking))
    return found


def shares(places: Sequence[Place], chances: Any) -> Any:
    """How much each place counts for each kind: its chances among the kinds of the label, those that lack first.

    Args:
        places: the open elements.
        chances: places by kinds, what the model holds likely so far.
    """
    found = np.zeros((len(places), len(KINDS)))
    for i, place in enumerate(places):
        for k in place.kinds:
            found[i, k] = chances[i, k] * (1 if k in place.lacking else EXPLAINED)
    totals: defaultdict[tuple[int, int], float] = defaultdict(float)
    for i, place in enumerate(places):  # a kind that lacks is somewhere in the name: where it is likeliest
        for k in place.lacking:
            totals[place.row, k] = max(totals[place.row, k], found[i, k])
    for i, place in enumerate(places):
        for k in place.lacking.intersection(place.kinds):
            if found[i, k] and found[i, k] == totals[place.row, k]:
                found[i, k] *= 2
    return found / found.sum(axis=1, keepdims=True)


def train(rows: Sequence[Labelled], trained_on: str) -> Weights:
    """The weights that the rows teach."""
    from scipy.sparse import csr_matrix

    places = places_of(rows)
    frequency = Counter(trait for place in places for trait in set(place.traits))
    columns = {trait: i for i, trait in enumerate(sorted(t for t, n in frequency.items() if n >= RARE))}
    entries = [(i, columns[t], n) for i, p in enumerate(places) for t, n in Counter(p.traits).items() if t in columns]
    at, to, values = zip(*entries, strict=True)
    x = csr_matrix((np.array(values, float), (at, to)), (len(places), len(columns)))
    weights, bias = np.zeros((len(columns), len(KINDS))), np.zeros(len(KINDS))
    weight = shares(places, np.ones((len(places), len(KINDS))))
    for turn in range(ROUNDS):
        weights, bias = fitted(x, weight)
        if turn + 1 < ROUNDS:
            weight = shares(places, chances(x @ weights + bias))
    bias[KINDS.index(Kind.OTHER)] -= OTHERS
    units = np.clip(np.rint(weights / SCALE), -127, 127).astype(np.int8)
    tables: dict[str, dict[str, list[int]]] = {name: {} for name in traits.TABLES}
    for (table, text), i in columns.items():
        if np.abs(units[i]).max() >= LEAST:
            tables[table][text] = units[i].tolist()
    made = {name: make_table(rows) for name, rows in tables.items()}
    start = tuple(round(float(b) / SCALE) for b in bias)
    return matched(Weights("".join(KINDS), SCALE, start, made, trained_on), rows)


def matched(weights: Weights, rows: Sequence[Labelled]) -> Weights:
    """The weights with the biases at which each kind is found in about as many names as the labels have it.

    A study counts names: one that is read best by itself may leave a kind counted too often.
    """
    for _ in range(MATCHES):
        use(weights)
        found = Counter(str(kind) for row in rows for kind in {e.kind for e in parse_name(row.name).elements})
        wanted = Counter(kind for row in rows for kind in row.elements)
        bias = list(weights.bias)
        for i, kind in enumerate(KINDS):
            if kind not in CLOSED:
                points = 100 * (found[str(kind)] - wanted[str(kind)]) / len(rows)
                bias[i] -= round(max(-LARGEST, min(LARGEST, points)))
        weights = msgspec.structs.replace(weights, bias=tuple(bias))
    return weights


def chances(scores: Any) -> Any:
    """Probabilities of the kinds."""
    high = np.exp(scores - scores.max(axis=1, keepdims=True))
    return high / high.sum(axis=1, keepdims=True)


def fitted(x: Any, weight: Any) -> tuple[Any, Any]:
    """Weights and biases of a multinomial regression on places that belong to several kinds in parts."""
    from scipy.optimize import minimize

    many, kinds = x.shape[1], weight.shape[1]

    def loss(flat: Any) -> tuple[float, Any]:
        coefficients, bias = flat[: many * kinds].reshape(many, kinds), flat[many * kinds :]
        scores = x @ coefficients + bias
        top = scores.max(axis=1, keepdims=True)
        logs = top + np.log(np.exp(scores - top).sum(axis=1, keepdims=True))
        wrong = np.exp(scores - logs) - weight
        value = -(weight * (scores - logs)).sum() + (coefficients**2).sum() / (2 * STRENGTH)
        return float(value), np.concatenate([(x.T @ wrong + coefficients / STRENGTH).ravel(), wrong.sum(axis=0)])

    start = np.zeros(many * kinds + kinds)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 60}).x
    return found[: many * kinds].reshape(many, kinds), found[many * kinds :]


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
