"""Which models train, which calibrate and which test: by configuration, or by model type. Reproducible."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from truename.lab.training.specimen import Specimen

MOST = 1_200  # classes that are calibrated with and tested on


class Split(msgspec.Struct, frozen=True):
    """Models by what they are for. Every layout of one configuration is on one side."""

    train: tuple[Specimen, ...]
    aside: tuple[Specimen, ...]  # for calibration
    test: tuple[Specimen, ...]


def by_configuration(specimens: Iterable[Specimen], seed: int = 0, most: int = MOST) -> Split:
    """Of each class, one configuration for calibration and one for the test, drawn at random; the others train.

    Classes with fewer than three configurations only train, and so do those beyond ``most``, drawn at random too.
    """
    several = tuple(specimens)
    configurations: dict[tuple[str, str], set[str]] = defaultdict(set)
    for specimen in several:
        configurations[specimen.group].add(specimen.configuration)
    part: dict[tuple[tuple[str, str], str], str] = {}
    noise = random.Random(seed)
    groups = sorted(group for group, ids in configurations.items() if len(ids) >= 3)
    for group in sorted(noise.sample(groups, min(most, len(groups)))):
        ids = sorted(configurations[group])
        noise.shuffle(ids)
        part[group, ids[0]] = "test"
        part[group, ids[1]] = "aside"
    sides: dict[str, list[Specimen]] = {"train": [], "aside": [], "test": []}
    for specimen in several:
        sides[part.get((specimen.group, specimen.configuration), "train")].append(specimen)
    return Split(tuple(sides["train"]), tuple(sides["aside"]), tuple(sides["test"]))


def by_model_type(types: Iterable[str], folds: int, seed: int = 0) -> Sequence[frozenset[str]]:
    """``folds`` sets of model types, each to be left out once."""
    shuffled = sorted(set(types))
    random.Random(seed).shuffle(shuffled)
    return [frozenset(shuffled[fold::folds]) for fold in range(folds)]
