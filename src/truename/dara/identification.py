"""What a structure is identified as: for each question a prediction set, or that it is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import msgspec


class Question(StrEnum):
    """What is asked of a structure."""

    MODEL_TYPE = "model_type"
    ARCHITECTURE = "architecture"
    TASK = "task"


class Basis(StrEnum):
    """What an identification was made from."""

    NAMES = "names"  # names of tensors, and their shapes where these are known
    PART = "part"  # names of some tensors and shapes of all: the names of matrices are lost
    SHAPES = "shapes"  # shapes alone: the names are none that is known


class Labelled(msgspec.Struct, frozen=True):
    """A label of a prediction set.

    Attributes:
        label: a model type, a class or a task.
        probability: of that label, 0 to 1, weighed by how often its model type occurs.
        group: labels of one group are equal in every tensor that was looked at: nothing tells them apart.
    """

    label: str
    probability: float
    group: int = 0


class Neighbour(msgspec.Struct, frozen=True):
    """A known label and how like its structure is, 0 to 1.

    Attributes:
        label: a model type, a class or a task.
        similarity: 0 to 1.
    """

    label: str
    similarity: float


class Prediction(msgspec.Struct, frozen=True):
    """The answer to one question.

    The true label is in ``set`` but for a share of ``error_rate`` of the models whose label is known at all. An
    unknown structure has an empty set; ``nearest`` says what it is most like.

    Attributes:
        set: most probable first.
        unknown: whether the structure is like none that is known.
        error_rate: the share of known models whose true label is not in their set.
        nearest: the labels that it is most like, the nearest first.
        fitting: how many labels fit. Where these are hundreds, ``set`` is empty: it cannot be told.
    """

    set: tuple[Labelled, ...]
    unknown: bool
    error_rate: float
    nearest: tuple[Neighbour, ...]
    fitting: int = 0

    @property
    def undecided(self) -> bool:
        """Whether so many labels fit that naming them says nothing."""
        return not self.unknown and not self.set

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the set, most probable first."""
        return tuple(member.label for member in self.set)


class Regenerated(msgspec.Struct, frozen=True):
    """The shapes of a model, written anew from a few dimensions.

    Attributes:
        label: the model type whose program it is.
        tensors: of the model.
        width: of the blocks.
        depths: numbers of blocks and of other repeated parts, the largest first.
        sides: the other dimensions of the blocks, the largest first.
        outside: tensors that stand outside the blocks: embeddings, heads, norms.
        left_over: tensors that the program does not write.
    """

    label: str
    tensors: int
    width: int
    depths: tuple[int, ...]
    sides: tuple[int, ...]
    outside: int
    left_over: int


class Identification(msgspec.Struct, frozen=True):
    """The answers to all questions, from one structure.

    Attributes:
        model_type: the answer for model types, as config.json names them.
        architecture: the answer for classes, as config.json names them.
        task: the answer for tasks.
        basis: what the answers were made from.
        extends: of an unknown structure: model types that it holds as a whole, and more.
        reason: why everything is unknown, where it is not for want of likeness.
        regenerated: how a program of the most probable type writes the shapes; None where none was asked or does.
        additions: kinds of tensors that no known model of the most probable type has, as path templates.
    """

    model_type: Prediction
    architecture: Prediction
    task: Prediction
    basis: Basis
    extends: tuple[str, ...] = ()
    reason: str | None = None
    regenerated: Regenerated | None = None
    additions: tuple[str, ...] = ()

    def answers(self) -> Iterator[tuple[Question, Prediction]]:
        """Every question with its answer."""
        yield Question.MODEL_TYPE, self.model_type
        yield Question.ARCHITECTURE, self.architecture
        yield Question.TASK, self.task
