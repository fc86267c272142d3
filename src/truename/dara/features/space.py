"""The feature space: words of an abstract architecture, each with a number of 32 bits.

A word's number is its CRC-32, so that no dictionary travels with a model. What the words mean has a version; a
classifier trained in one version reads no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from zlib import crc32

import msgspec

from truename.architecture.abstract import AbstractArchitecture
from truename.dara.features.kinds import Kind, kinds_of
from truename.dara.features.names import (
    bare_matrices,
    bias_features,
    frame_features,
    name_features,
    named,
    without_wrappers,
)
from truename.dara.features.structure import Shape, structure_features

VERSION = 3
_NOTHING: frozenset[int] = frozenset()


class Features(msgspec.Struct, frozen=True):
    """The words of one model, by their numbers. Shapes need no names, names need no shapes."""

    shapes: frozenset[int]  # relations between shapes, whatever the order of the tensors
    counts: Mapping[Shape, int] = {}  # how many tensors have each shape, as a program of a class is solved for it
    names: frozenset[int] = _NOTHING
    biases: frozenset[int] = _NOTHING  # names of layers with a bias
    frame: frozenset[int] = _NOTHING  # what stands around the blocks: prefixes, which wrappers add and take away
    bare: frozenset[int] = _NOTHING  # of ``names``: matrices of the blocks without a bias, whose names ONNX may lose
    nameless: float = 0.0  # share of tensors whose names are lost


def features_of(architecture: AbstractArchitecture) -> Features:
    """The features of a model. Time is linear in its kinds of tensors, of which at most 20,000 are read."""
    kinds = kinds_of(architecture)
    known = named(kinds)
    wrappers, plain = without_wrappers(known)
    total = sum(kind.count for kind in kinds) or 1
    shapes = shapes_of(kinds)
    return Features(
        numbers(structure_features(shapes)),
        shapes,
        numbers(name_features(plain)),
        numbers(bias_features(plain)),
        numbers(frame_features(plain, wrappers)),
        numbers(name_features(bare_matrices(plain))),
        1 - sum(kind.count for kind in known) / total,
    )


def features_of_shapes(shapes: Sequence[tuple[int, ...]]) -> Features:
    """The features of a model of which only the shapes of its tensors are known, in any order."""
    counts = Counter(shapes)
    return Features(numbers(structure_features(counts)), counts)


def shapes_of(kinds: Iterable[Kind]) -> Counter[tuple[int, ...]]:
    """How many tensors have each shape. Numbered experts count like layers."""
    counted: Counter[tuple[int, ...]] = Counter()
    for kind in kinds:
        if kind.shape is not None:
            counted[kind.shape] += kind.count
    return counted


def numbers(words: Iterable[str]) -> frozenset[int]:
    """The numbers of ``words``."""
    return frozenset([crc32(word.encode("utf-8", "surrogatepass")) for word in words])
