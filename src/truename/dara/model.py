"""The classifier's noun: prototypes of known structures, what they are called, and how sure a likeness makes."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from functools import cached_property

import msgspec

from truename.dara.index import Index, listed
from truename.dara.linear import Linear


class Calibration(msgspec.Struct, frozen=True):
    """How similarities are read on one basis. Measured on configurations that no prototype was made from."""

    unknown_below: Mapping[str, float]  # error rate -> similarity of the best model type that a known structure has
    margins: Mapping[str, Mapping[str, float]]  # question -> error rate -> how far behind the best a label may lie
    sharpness: Mapping[str, float]  # question -> probability of a label goes with exp(sharpness x similarity)


class Rows(msgspec.Struct, frozen=True, dict=True):
    """Sets of words, written row by row: what is needed to compare with a few of them, or with all."""

    words: array[int]
    weights: array[float]
    starts: array[int]  # sets + 1: where a set's members begin
    members: array[int]  # positions in ``words``
    totals: array[float]
    unseen: float

    @cached_property
    def index(self) -> Index:
        """The same sets by word."""
        holders: list[list[int]] = [[] for _ in self.words]
        for number in range(len(self.totals)):
            for column in self.members[self.starts[number] : self.starts[number + 1]]:
                holders[column].append(number)
        return Index(self.words, self.weights, *listed(holders), self.totals, self.unseen)


class Model(msgspec.Struct, frozen=True, dict=True):
    """A trained classifier."""

    version: int  # of the feature space
    types: Index  # names, weighted by what they say of the model type
    classes: Index  # names, weighted by what they say of the class
    shapes: Rows
    entries: tuple[array[int], ...]  # columns: name set, shape set, model type, architecture, task; by name set
    firsts: array[int]  # name sets + 1: where a name set's entries begin
    labels: Mapping[str, tuple[str, ...]]  # question -> labels
    calibrations: Mapping[str, Calibration]  # basis -> calibration
    linear: Linear | None = None  # model types by shapes; without one the prototypes alone are compared
    notes: Mapping[str, str] = {}  # data, versions: the model card is written from these
    bare: array[int] = array("I")  # words of names that an exporter may lose

    @cached_property
    def partly(self) -> tuple[frozenset[int], list[float], list[float]]:
        """The words of ``bare``, and the totals of types and classes without them."""
        return frozenset(self.bare), self.types.totals_without(self.bare), self.classes.totals_without(self.bare)
