"""Names of models beside names of traditional software packages: length, words, versions and numbers, entropy.

All lists are read by the same patterns, and not by the grammar of model names, which would not be fair to packages.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import polars as pl

from truename.study.registry.statistics import with_shares
from truename.study.registry.tables.form import distribution, quantile_line
from truename.study.registry.tables.profile import collected

MODELS = "models"
_WORD = r"[\p{L}\p{N}]+"
FEATURES = {  # what of the names has it, by a pattern
    "digit": ("A digit", r"\d"),
    "number": ("A number as a word", r"(?:^|[^\p{L}\p{N}])\d+(?:[^\p{L}\p{N}]|$)"),
    "version": ("A version: v2, 1.5", r"(?i)(?:^|[^\p{L}\p{N}])v\d|\d\.\d"),
}
ENTROPIES = {
    "character": "Bits of a character",
    "next_character": "Bits of a character, the one before known",
    "word": "Bits of a word",
}
_START = "\n"  # before the first character; no name has it


def package_forms(lists: dict[str, pl.LazyFrame]) -> pl.DataFrame:
    """Length in characters and number of words: ``list``, then the columns of ``quantile_line``.

    Args:
        lists: names by the title of their list, each with the column ``name``.
    """
    parts = []
    for title, frame in lists.items():
        name = pl.col("name")
        measured = frame.select(length=name.str.len_chars(), words=name.str.count_matches(_WORD))
        parts += [
            quantile_line(measure, distribution(measured, measure)).with_columns(list=pl.lit(title))
            for measure in ("length", "words")
        ]
    return pl.concat(parts).select("list", pl.exclude("list"))


def package_lengths(lists: dict[str, pl.LazyFrame]) -> pl.DataFrame:
    """How many names have each length: ``list``, ``value``, ``models``."""
    parts = [
        distribution(frame.select(length=pl.col("name").str.len_chars()), "length").with_columns(list=pl.lit(title))
        for title, frame in lists.items()
    ]
    return pl.concat(parts).select("list", "value", "models")


def package_features(lists: dict[str, pl.LazyFrame]) -> pl.DataFrame:
    """Names with digits, numbers and versions: ``list``, ``what``, ``label``, ``models``, ``of`` and the share."""
    sums = [
        pl.col("name").str.contains(pattern).sum().cast(pl.Int64).alias(what) for what, (_, pattern) in FEATURES.items()
    ]
    lines = []
    for title, frame in lists.items():
        found = collected(frame.select(pl.len().cast(pl.Int64).alias("of"), *sums)).row(0, named=True)
        lines += [(title, what, label, found[what], found["of"]) for what, (label, _) in FEATURES.items()]
    schema = {"list": pl.String, "what": pl.String, "label": pl.String, "models": pl.Int64, "of": pl.Int64}
    return with_shares(pl.DataFrame(lines, schema=schema, orient="row"))


def package_entropy(lists: dict[str, pl.LazyFrame]) -> pl.DataFrame:
    """Shannon entropies of names: ``list``, ``names``, ``distinct`` words, and the keys of ``ENTROPIES`` in bits.

    Entropy grows with the number of names, so each list gives as many as the shortest has, evenly from all of it.
    Lower case; a character's entropy is over all characters of the names, a word's over all words.
    """
    sizes = {title: collected(frame.select(pl.len())).item() for title, frame in lists.items()}
    number = min(sizes.values())
    lines = []
    for title, frame in lists.items():
        sampled = evenly(frame, sizes[title], number)
        lines.append((title, len(sampled), *_entropies(sampled)))
    schema = {"list": pl.String, "names": pl.Int64, "distinct": pl.Int64, **dict.fromkeys(ENTROPIES, pl.Float64)}
    return pl.DataFrame(lines, schema=schema, orient="row")


def evenly(frame: pl.LazyFrame, size: int, number: int) -> list[str]:
    """A number of names at even distances, of which the first is the list's first."""
    place = pl.col("place").cast(pl.Int64)
    names = (
        frame.select(pl.col("name").str.to_lowercase()).with_row_index("place").filter(place * number % size < number)
    )
    return collected(names)["name"].to_list()


def _entropies(names: list[str]) -> tuple[int, float, float, float]:
    characters = Counter(character for name in names for character in name)
    before = Counter(one for name in names for one in (_START + name)[:-1])
    pairs = Counter(pair for name in names for pair in zip(_START + name, name, strict=False))
    frame = pl.DataFrame({"name": names}, schema={"name": pl.String})["name"].str.extract_all(_WORD)
    found = Counter(frame.explode().drop_nulls())
    following = entropy(pairs.values()) - entropy(before.values())
    return len(found), entropy(characters.values()), following, entropy(found.values())


def entropy(counts: Iterable[int]) -> float:
    """Shannon's entropy of a distribution in bits (Bell System Technical Journal 27:379, 1948); 0 where it is empty."""
    numbers = sorted(counts)
    total = sum(numbers)
    parts = [n / total * math.log2(total / n) for n in numbers if n]
    return abs(round(math.fsum(parts), 12))
