"""How well names are read: element kinds against a language model's labels, convention against two people, people's
segments, architecture claims against declared model types, and speed.

Run: ``python benchmarks/names.py --data DIR [--unseen]``. The black box to beat is character n-grams with logistic
regression, without spans: 0.876 micro-F1 was recorded for it on names that it had not seen.

The labelled names are split by a checksum of the name: four of five are for development, the fifth is looked at with
``--unseen`` only. Where scikit-learn is installed nothing is scored on names that it was trained on: within the
development part the learned part and the black box are trained four times on three quarters and read the fourth, and
with ``--unseen`` they are trained on the development part. Without scikit-learn the shipped weights are scored, which
have seen every name here.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import mean, pstdev
from zlib import crc32

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from train_names import DEFAULT, FOLDS, Labelled, fold, labelled, train
from truename.names import Convention, Element, Kind, ParsedName, Role, claims_of, parse_name
from truename.names.learned import model, read_weights, use
from truename.vocabulary import vocabulary

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
HALVES = 200  # of the rows with conventions
TURNS = 4  # of cross-validation within the development part
GRAMMAR, LEARNED, BOX = "grammar", "learned", "n-grams"

Kinds = dict[str, set[str]]  # name -> kinds


class Score:
    """Hits, findings too many and misses, by kind."""

    def __init__(self, rows: Sequence[Labelled], found: Kinds) -> None:
        self.hit, self.extra, self.missed = Counter[str](), Counter[str](), Counter[str]()
        for row in rows:
            kinds = found[row.name]
            self.hit.update(kinds & row.elements)
            self.extra.update(kinds - row.elements)
            self.missed.update(row.elements - kinds)

    def f1(self, kind: str | None = None) -> float:
        """The harmonic mean of precision and recall, of one kind or micro-averaged over all."""
        hit, extra, missed = ((c[kind] if kind else c.total()) for c in (self.hit, self.extra, self.missed))
        return 2 * hit / (2 * hit + extra + missed) if hit else 0.0


def read_kinds(rows: Sequence[Labelled], *, learned: bool) -> Kinds:
    """The kinds that we read in each name."""
    return {row.name: {str(e.kind) for e in parse_name(row.name, learned=learned).elements} for row in rows}


def black_box(taught: Sequence[Labelled], asked: Sequence[Labelled]) -> Kinds:
    """Character n-grams and logistic regression, as the black box was built."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 5), min_df=2, sublinear_tf=True)
    x, y = grams.fit_transform([row.name for row in taught]), grams.transform([row.name for row in asked])
    found: Kinds = {row.name: set() for row in asked}
    for kind in map(str, Kind):
        labels = [kind in row.elements for row in taught]
        fitted = LogisticRegression(C=10, solver="liblinear", random_state=0).fit(x, labels)
        for row, is_there in zip(asked, fitted.predict(y), strict=True):
            if is_there:
                found[row.name].add(kind)
    return found


def parts(data: Path, *, unseen: bool) -> Iterator[tuple[list[Labelled], list[Labelled]]]:
    """What is learned from, and what is scored."""
    rows = labelled(data)
    development = [row for row in rows if fold(row.name)]
    if unseen:
        yield development, [row for row in rows if not fold(row.name)]
        return
    turn = {row.name: crc32(row.name.encode()) // FOLDS % TURNS for row in development}
    for one in range(TURNS):
        yield [r for r in development if turn[r.name] != one], [r for r in development if turn[r.name] == one]


def kinds_table(data: Path, *, unseen: bool) -> None:
    """Micro-F1 by kind and overall: the grammar alone, with the learned part, the black box."""
    shipped = read_weights()
    anew = find_spec("sklearn") is not None
    rows: list[Labelled] = []
    found: dict[str, Kinds] = {name: {} for name in (GRAMMAR, LEARNED, *([BOX] if anew else []))}
    for taught, asked in parts(data, unseen=unseen):
        rows += asked
        if anew:
            use(train(taught, "a part"))
            found[BOX] |= black_box(taught, asked)
        found[GRAMMAR] |= read_kinds(asked, learned=False)
        found[LEARNED] |= read_kinds(asked, learned=True)
    use(shipped)
    scores = {name: Score(rows, kinds) for name, kinds in found.items()}
    part = "the weights have seen them" if not anew else "unseen" if unseen else "development, cross-validated"
    print(f"element kinds, {len(rows):,} names ({part}): F1")
    print("        " + "".join(f"{name:>9}" for name in scores) + " recorded    cases  too often   missed")
    for kind in map(str, Kind):
        ours = scores[LEARNED]
        values = "".join(f"{score.f1(kind):9.3f}" for score in scores.values())
        counts = f"{ours.hit[kind] + ours.missed[kind]:9,}  {ours.extra[kind]:9,}{ours.missed[kind]:9,}"
        print(f"  {kind}     {values}     {BLACK_BOX[kind]:.2f}{counts}")
    print(f"  all   {''.join(f'{score.f1():9.3f}' for score in scores.values())}    {BLACK_BOX_ALL}")
    if anew:
        ratio = scores[LEARNED].f1() / scores[BOX].f1()
        print(f"  with the learned part {ratio:.3f} times the black box trained on the same names")


def agreement_of_halves(rows: Sequence[dict[str, str]], *, learned: bool) -> list[float]:
    """The agreement with both people on each of many random halves: the rule has no constant to choose on the rest."""
    draw, found = random.Random(HALVES), []
    same = [
        row[rater] in CONVENTIONS[parse_name(row["name"], learned=learned).convention]
        for row in rows
        for rater in ("rater_1", "rater_2")
        if row[rater]
    ]
    for _ in range(HALVES):
        half = draw.sample(same, len(same) // 2)
        found.append(sum(half) / len(half))
    return found


def convention_table(data: Path) -> None:
    """Agreement with each of two people, application and task merged."""
    with (data / "ptm-naming" / "conventions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for learned in (False, True):
        agreed = []
        for rater in ("rater_1", "rater_2"):
            rated = [row for row in rows if row[rater]]
            same = sum(row[rater] in CONVENTIONS[parse_name(row["name"], learned=learned).convention] for row in rated)
            agreed.append(f"{same / len(rated):.3f} of {len(rated)} with {rater}")
        print(f"convention, {LEARNED if learned else GRAMMAR}: {', '.join(agreed)}")
        spread = agreement_of_halves(rows, learned=learned)
        print(
            f"  over random halves of the rows {mean(spread):.3f} on average, standard deviation {pstdev(spread):.3f}"
        )
    both = [row for row in rows if row["rater_1"] and row["rater_2"]]
    merged = {label: kind for kind, labels in CONVENTIONS.items() for label in labels}
    same = sum(merged[row["rater_1"]] is merged[row["rater_2"]] for row in both)
    print(f"  the two people agree with one another in {same / len(both):.3f} of {len(both)}")


_SEGMENT_OF = {
    Kind.PARAMETERS: "size", Kind.VERSION: "version", Kind.REUSE: "variant-type", Kind.TRAINING: "training-mechanism",
    Kind.DATASET: "dataset", Kind.LANGUAGE: "language", Kind.TASK: "task",
}  # fmt: skip
_INITIALS = 3  # letters that are no word of their own
_PACKED = (Role.QUANTISATION, Role.BITS, Role.PACKAGING, Role.PRECISION)


def segment_of(element: Element, before: str) -> str:
    """The type that people give an element; what says nothing by itself belongs to the segment before it."""
    kind = element.kind
    if element.role is Role.FAMILY:
        return "base-model"
    if element.role in _PACKED:
        return "training-mechanism"
    if kind is Kind.SIZE:
        return before if before == "base-model" else "size"
    if kind is Kind.OTHER and before == "base-model" and element.text.isalpha() and len(element.text) > _INITIALS:
        return "identifier"
    if kind is Kind.TASK and before == "variant-type":
        return before  # finetuned-ner
    return _SEGMENT_OF.get(kind) or ("identifier" if kind is Kind.ARCHITECTURE else before or "identifier")


def words(parsed: ParsedName) -> list[Element]:
    """The elements, and the words that were read as nothing of what the name has: people leave no word out."""
    left = (a for a in parsed.alternatives if not any(a.start < e.end and e.start < a.end for e in parsed.elements))
    return sorted((*parsed.elements, *left), key=lambda element: element.start)


def segments(elements: Sequence[Element]) -> list[str]:
    """The segments of a name, in order, neighbours of one type joined."""
    found: list[str] = []
    for element in elements:
        one = segment_of(element, found[-1] if found else "")
        if not found or found[-1] != one:
            found.append(one)
    return found


def common(a: Sequence[str], b: Sequence[str]) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        above = row[:]
        for j, y in enumerate(b):
            row[j + 1] = above[j] + 1 if x == y else max(row[j], above[j + 1])
    return row[-1]


def segments_table(data: Path) -> None:
    """People's segments: their types in order, and how many borders a name has (people gave no places)."""
    with (data / "ptlm-versioning" / "segments.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    theirs = ours = same = borders_both = borders = 0
    for row in rows:
        gold = [s.replace("nationality", "language") for s in re.findall(r"\{([^}]*)\}", row["segments"])]
        gold = [s for i, s in enumerate(gold) if not i or s != gold[i - 1]]
        found = segments(words(parse_name(row["name"])))
        theirs, ours, same = theirs + len(gold), ours + len(found), same + common(gold, found)
        borders_both += min(len(gold), len(found)) - 1 if found else 0
        borders += len(gold) + len(found) - 2 if found else len(gold) - 1
    print(
        f"segments, {len(rows)} names: borders F1 {2 * borders_both / borders:.3f} "
        f"(by their number: people gave no places), types in order F1 {2 * same / (theirs + ours):.3f}"
    )


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


def speed_table(data: Path) -> None:
    """Distinct names a second on one core, chunks unknown at the start."""
    with gzip.open(data / "ptlm-versioning" / "nlp_models.csv.gz", "rt", encoding="utf-8") as file:
        names = list(dict.fromkeys(row["model_name"] for row in csv.DictReader(file)))
    for learned in (True, False):
        parse_name("bert", learned=learned)
        model()
        start = time.process_time()
        for name in names:
            parse_name(name, learned=learned)
        rate = len(names) / (time.process_time() - start)
        print(f"speed, {LEARNED if learned else GRAMMAR + ' (chunks known)'}: {rate:,.0f} names a second")


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(DEFAULT))
    parser.add_argument("--unseen", action="store_true", help="score on the fold that development does not look at")
    arguments = parser.parse_args()
    speed_table(arguments.data)
    kinds_table(arguments.data, unseen=arguments.unseen)
    convention_table(arguments.data)
    segments_table(arguments.data)
    architecture_table(arguments.data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
