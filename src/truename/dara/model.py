"""The classifier's noun: prototypes of known structures, what they are called, and how sure a likeness makes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from truename.dara.index import Floats, Index, Postings, Words, joined, positions
from truename.dara.prior import UNIFORM, Prior
from truename.dara.synthesis.program import Program

UNIT = 100  # weights of the linear classifier are whole hundredths, -128 to 127


class Calibration(msgspec.Struct, frozen=True):
    """How similarities are read on one basis. Measured on configurations that no prototype was made from."""

    unknown_below: Mapping[str, float]  # error rate -> similarity of the best model type that a known structure has
    margins: Mapping[str, Mapping[str, float]]  # question -> error rate -> how far behind the best a label may lie
    sharpness: Mapping[str, float]  # question -> probability of a label goes with exp(sharpness x similarity)


class Entries(msgspec.Struct, frozen=True, eq=False):
    """Which structures are known under which labels, a column each; by name set."""

    names: NDArray[np.uint16]  # number of the name set
    shapes: NDArray[np.uint16]  # number of the shape set
    labels: tuple[NDArray[np.uint16], ...]  # number of the label, one column a question


class Linear(msgspec.Struct, frozen=True, eq=False):
    """A linear classifier over sets of words: one row of weights a word, for the labels where it says something."""

    words: NDArray[np.uint32]  # ascending
    starts: NDArray[np.uint32]  # words + 1
    labels: NDArray[np.unsignedinteger]  # numbers of labels, by word
    weights: NDArray[np.int8]  # as many, in hundredths
    intercepts: NDArray[np.float32]  # one a label

    def margins(self, query: Words) -> Floats:
        """The signed margin of every label; above 0 the label is more likely than not. Words weigh 1 / sqrt(n)."""
        columns, known = positions(self.words, query)
        columns = columns[known]
        labels, _ = joined(self.labels, self.starts, columns)
        weights, _ = joined(self.weights, self.starts, columns)  # type: ignore[arg-type]
        sums = np.bincount(labels, weights, len(self.intercepts))
        margins: Floats = self.intercepts + sums / (UNIT * max(1, len(columns)) ** 0.5)
        return margins


class Programs(msgspec.Struct, frozen=True, dict=True, eq=False):
    """What each model type writes: programs, each once, however many types share it."""

    starts: NDArray[np.uint32]  # programs + 1: where the text of each begins
    text: NDArray[np.uint8]  # MessagePack, one program behind the other
    of_starts: NDArray[np.uint32]  # model types + 1
    of: NDArray[np.unsignedinteger]  # numbers of programs, one model type behind the other

    def of_label(self, label: int) -> list[int]:
        """The numbers of a model type's programs."""
        if label + 1 >= len(self.of_starts):
            return []
        numbers: list[int] = self.of[self.of_starts[label] : self.of_starts[label + 1]].tolist()
        return numbers

    def holders(self, number: int) -> list[int]:
        """The model types that have a program."""
        at = np.flatnonzero(self.of == number)
        holders: list[int] = (np.searchsorted(self.of_starts, at, side="right") - 1).tolist()
        return holders

    def program(self, number: int) -> Program:
        """One of them."""
        known: dict[int, Program] = self._decoded
        if number not in known:
            text = self.text[self.starts[number] : self.starts[number + 1]].tobytes()
            known[number] = msgspec.msgpack.decode(text, type=Program)
        return known[number]

    @cached_property
    def _decoded(self) -> dict[int, Program]:
        return {}


class Model(msgspec.Struct, frozen=True, dict=True, eq=False):
    """A trained classifier."""

    version: int  # of the feature space
    types: Index  # names, weighted by what they say of the model type
    classes: Index  # names, weighted by what they say of the class
    shapes: Index
    entries: Entries
    labels: Mapping[str, tuple[str, ...]]  # question -> labels
    calibrations: Mapping[str, Calibration]  # basis -> calibration
    linear: Linear | None = None  # model types by shapes; without one the prototypes alone are compared
    notes: Mapping[str, str] = {}  # data, versions: the model card is written from these
    bare: tuple[int, ...] = ()  # words of names that an exporter may lose
    programs: Programs | None = None  # without them shapes are compared with prototypes alone
    prior: Prior = UNIFORM  # how often each model type occurs
    weight: float = 1.0  # of a program that writes the very shapes, beside a margin

    @property
    def names(self) -> Postings:
        """The sets of words of names, which types and classes weigh each in their own way."""
        return self.types.postings

    def programs_of(self, label: int) -> list[int]:
        """The numbers of a model type's programs; none where none was learned."""
        return [] if self.programs is None else self.programs.of_label(label)

    def weights(self, question: str, prior: Prior | None = None) -> NDArray[np.float64]:
        """How often each label occurs by ``prior``: a class as often as its most frequent type, tasks all alike."""
        return self._weights[question] if prior is None else self._weighed(question, prior)

    @cached_property
    def _weights(self) -> Mapping[str, NDArray[np.float64]]:
        return {question: self._weighed(question, self.prior) for question in self.labels}

    def _weighed(self, question: str, prior: Prior) -> NDArray[np.float64]:
        types = np.array([prior.of(label) for label in self.labels["model_type"]])
        if question == "model_type":
            return types
        found = np.ones(len(self.labels[question]))
        if question == "architecture":
            found[:] = 0.0
            np.maximum.at(found, self.entries.labels[1], types[self.entries.labels[0]])
        return found

    @cached_property
    def partly(self) -> tuple[frozenset[int], Floats, Floats]:
        """The words of ``bare``, and the totals of types and classes without them."""
        return frozenset(self.bare), self.types.totals_without(self.bare), self.classes.totals_without(self.bare)
