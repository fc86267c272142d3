"""Say how the shapes of a model are written anew, and which of its tensors no known model of its type has."""

from __future__ import annotations

from collections import Counter

import msgspec
import numpy as np

from truename.architecture.abstract import AbstractArchitecture
from truename.dara.features import Features
from truename.dara.features.kinds import Kind, kinds_of
from truename.dara.features.names import name_features, named, without_wrappers
from truename.dara.features.space import numbers
from truename.dara.identification import Basis, Identification, Question, Regenerated
from truename.dara.model import Model
from truename.dara.synthesis.program import Program, Solution, solve
from truename.dara.synthesis.shapes import counted, observe

_MOST = 12  # kinds of tensors that are named
_STRANGE = 0.3  # of the kinds of tensors of another type's structure that may be additions
_TRIED = 6  # labels of a set whose programs are tried


def explained(
    found: Identification, architecture: AbstractArchitecture, features: Features, model: Model
) -> Identification:
    """``found`` with what was regenerated and what was added."""
    additions = _additions(found, architecture, model)
    return msgspec.structs.replace(found, regenerated=_regenerated(found, features, model), additions=additions)


def _regenerated(found: Identification, features: Features, model: Model) -> Regenerated | None:
    shapes = observe(counted(features.counts))
    if model.programs is None or shapes is None:
        return None
    labels = model.labels[Question.MODEL_TYPE]
    best: Regenerated | None = None
    for label in found.model_type.labels[:_TRIED]:
        for number in model.programs.of_label(labels.index(label)):
            program = model.programs.program(number)
            solution = solve(program, shapes)
            if solution is not None:
                said = _said(label, program, solution, sum(shapes.counts.values()))
                if best is None or said.outside < best.outside:
                    best = said
        if best is not None:
            return best
    return None


def _said(label: str, program: Program, solution: Solution, tensors: int) -> Regenerated:
    depths = {solution.values[group.number] for group in program.groups}
    uses: Counter[int] = Counter()
    for group in program.groups:
        for value in {solution.values[side] for side in group.sides}:
            uses[value] += group.times * solution.values[group.number]
    width = max(uses, key=lambda value: (uses[value], value))
    sides = {solution.values[side] for group in program.groups for side in group.sides} - {width}
    outside = sum(solution.left_over.values())
    return Regenerated(
        label, tensors, width, tuple(sorted(depths, reverse=True)), tuple(sorted(sides, reverse=True)), outside, 0
    )


def _additions(found: Identification, architecture: AbstractArchitecture, model: Model) -> tuple[str, ...]:
    """Kinds of tensors of which no prototype of the likeliest type has a single word.

    Of an unknown structure that is mostly one type's: what makes it unknown.
    """
    likeliest = found.model_type.labels[:1] or tuple(near.label for near in found.model_type.nearest[:1])
    if found.basis is not Basis.NAMES or not likeliest:
        return ()
    label = model.labels[Question.MODEL_TYPE].index(likeliest[0])
    _, kinds = without_wrappers(named(kinds_of(architecture)))
    known = _words_of(model, label)
    strange = [kind for kind in kinds if not _familiar(kind, known)]
    if len(strange) > _STRANGE * len(kinds):
        return ()
    return tuple(dict.fromkeys(_template(kind) for kind in strange))[:_MOST]


def _familiar(kind: Kind, known: set[int]) -> bool:
    words = numbers(name_features((kind,)))
    return not words or bool(words & known)


def _template(kind: Kind) -> str:
    return f"{kind.path}.{kind.role}" if kind.path else kind.role


def _words_of(model: Model, label: int) -> set[int]:
    """Every word that a prototype of a model type has."""
    own = np.unique(model.entries.names[model.entries.labels[0] == label])
    postings = model.names
    having = np.isin(postings.sets, own)
    lists = np.repeat(np.arange(len(postings.starts) - 1), np.diff(postings.starts).astype(np.intp))
    return set(postings.words[np.isin(postings.lists, np.unique(lists[having]))].tolist())
