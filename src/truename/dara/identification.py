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
        probability: of that label among those of the set, 0 to 1.
    """

    label: str
    probability: float


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
    """

    set: tuple[Labelled, ...]
    unknown: bool
    error_rate: float
    nearest: tuple[Neighbour, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the set, most probable first."""
        return tuple(member.label for member in self.set)


class Identification(msgspec.Struct, frozen=True):
    """The answers to all questions, from one structure.

    Attributes:
        model_type: the answer for model types, as config.json names them.
        architecture: the answer for classes, as config.json names them.
        task: the answer for tasks.
        basis: what the answers were made from.
        extends: of an unknown structure: model types that it holds as a whole, and more.
        reason: why everything is unknown, where it is not for want of likeness.
    """

    model_type: Prediction
    architecture: Prediction
    task: Prediction
    basis: Basis
    extends: tuple[str, ...] = ()
    reason: str | None = None

    def answers(self) -> Iterator[tuple[Question, Prediction]]:
        """Every question with its answer."""
        yield Question.MODEL_TYPE, self.model_type
        yield Question.ARCHITECTURE, self.architecture
        yield Question.TASK, self.task
