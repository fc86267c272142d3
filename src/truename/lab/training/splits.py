"""Which models train, which calibrate and which test: by configuration, or by model type. Reproducible."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from truename.lab.training.specimen import Specimen

_VARIATIONS = 4
_FEWEST = 3  # configurations of a class of which none is spared for validation
_SAVED = "saved"
MOST = 1_200  # classes that are calibrated with and tested on


class Split(msgspec.Struct, frozen=True):
    """Models by what they are for. Every layout of one configuration is on one side."""

    train: tuple[Specimen, ...]
    aside: tuple[Specimen, ...]  # for calibration
    test: tuple[Specimen, ...]
    validation: tuple[Specimen, ...] = ()  # constants are chosen here


def by_configuration(specimens: Iterable[Specimen], seed: int = 0, most: int = MOST) -> Split:
    """Of each class, one configuration each for calibration, test and validation, drawn at random; the others train.

    Drawn are defaults and variations: known releases and single switches train, and ``by_release`` and ``by_switch``
    leave some of them out for a trial of their own. Classes with fewer than three configurations only train, and so do
    those beyond ``most``, drawn at random too. What has the very tensors of a model of the test does not train.
    """
    several = tuple(specimens)
    configurations: dict[tuple[str, str], set[str]] = defaultdict(set)
    for specimen in several:
        if specimen.release is None:
            configurations[specimen.group].add(specimen.configuration)
    part: dict[tuple[tuple[str, str], str], str] = {}
    noise = random.Random(seed)
    groups = sorted(group for group, ids in configurations.items() if len(ids) >= 3)
    for group in sorted(noise.sample(groups, min(most, len(groups)))):
        ids = _drawable(configurations[group])
        noise.shuffle(ids)
        for side, chosen in zip(("test", "aside", "validation"), ids, strict=False):
            if side != "validation" or len(ids) > _FEWEST:
                part[group, chosen] = side
    sides: dict[str, list[Specimen]] = {"train": [], "aside": [], "test": [], "validation": []}
    for specimen in several:
        sides[part.get((specimen.group, specimen.configuration), "train")].append(specimen)
    tested = {_tensors(specimen) for specimen in sides["test"]}
    train = tuple(s for s in sides["train"] if _tensors(s) not in tested or not s.tensors())
    return Split(train, tuple(sides["aside"]), tuple(sides["test"]), tuple(sides["validation"]))


def without_releases(specimens: Iterable[Specimen], seed: int = 0) -> tuple[tuple[Specimen, ...], tuple[Specimen, ...]]:
    """Models without half of the known releases, and these; none of the former has the tensors of one of the latter."""
    several = tuple(specimens)
    releases = sorted({s.release for s in several if s.release is not None})
    random.Random(seed).shuffle(releases)
    out = set(releases[::2])
    held = tuple(s for s in several if s.release in out)
    tensors = {_tensors(s) for s in held}
    return tuple(s for s in several if s.release not in out and _tensors(s) not in tensors), held


def without_switches(specimens: Iterable[Specimen], seed: int = 0) -> tuple[tuple[Specimen, ...], tuple[Specimen, ...]]:
    """Models without one switch of each model type that has several, and these.

    A switch is a set of tensors' names that few configurations of a class have, of which one is drawn.
    """
    several = tuple(specimens)
    having: dict[tuple[str, frozenset[str]], set[str]] = defaultdict(set)
    for specimen in several:
        if specimen.layout == _SAVED and specimen.library == "transformers":
            names = frozenset(template for template, _, _ in specimen.tensors())
            having[specimen.class_name, names].add(specimen.configuration)
    rare: dict[str, list[frozenset[str]]] = defaultdict(list)
    for (class_name, names), ids in having.items():
        if len(ids) == 1:
            rare[class_name].append(names)
    noise = random.Random(seed)
    out = {(name, noise.choice(sorted(sets, key=sorted))) for name, sets in sorted(rare.items()) if len(sets) > 1}
    held = tuple(
        s for s in several if s.layout == _SAVED and (s.class_name, frozenset(t for t, _, _ in s.tensors())) in out
    )
    gone = {(s.group, s.configuration) for s in held}
    return tuple(s for s in several if (s.group, s.configuration) not in gone), held


def _drawable(ids: Iterable[str]) -> list[str]:
    """The default and the variations, which come last; where configurations have no numbers, all of them."""
    several = sorted(ids)
    if not all(name.isdigit() for name in several):
        return several
    ordered = sorted(several, key=int)
    return ordered if len(ordered) <= _VARIATIONS else [ordered[0], *ordered[-_VARIATIONS:]]


def _tensors(specimen: Specimen) -> frozenset[tuple[str, tuple[int, ...], int]]:
    return frozenset(specimen.tensors())


def by_model_type(types: Iterable[str], folds: int, seed: int = 0) -> Sequence[frozenset[str]]:
    """``folds`` sets of model types, each to be left out once."""
    shuffled = sorted(set(types))
    random.Random(seed).shuffle(shuffled)
    return [frozenset(shuffled[fold::folds]) for fold in range(folds)]
