"""Run every test of the table and collect its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

from truename.architecture import abstract_architecture
from truename.dara.features import Features
from truename.dara.identification import Basis, Identification, Question
from truename.dara.identify import identify, identify_features
from truename.dara.model import Model
from truename.lab.evaluation.altered import ALTERATIONS, GGUF, altered, altered_in_turn
from truename.lab.evaluation.equivalence import Equivalents, equivalents
from truename.lab.evaluation.renamed import MORE, RENAMINGS, renamed
from truename.lab.evaluation.scores import Answered, Row, equivalent_of, scores_of
from truename.lab.evaluation.trials import SWAPPED
from truename.lab.training.calibration import calibrate, with_weight
from truename.lab.training.known_prior import prior_of_releases
from truename.lab.training.linear_training import with_linear
from truename.lab.training.program_training import with_programs
from truename.lab.training.prototypes import Example, fit
from truename.lab.training.specimen import Specimen, example_of
from truename.lab.training.splits import Split

OURS_NAMES, OURS_SHAPES = "ours, with names", "ours, structure only"
NEAREST = "nearest neighbour"
UNSEEN = "unseen configurations, with names"
NOISE = "unseen configurations, names replaced by noise"
_MOST = 400  # models of a trial
_MOST_RENAMED = 300  # models whose names are changed
_MOST_NAMELESS = 500  # models that are seen without names: each is compared with every prototype

Progress = Callable[[str], None]
T = TypeVar("T")


class Prepared(msgspec.Struct, frozen=True):
    """A classifier with what it was made from and what it is tested on."""

    model: Model
    train: tuple[Example, ...]
    aside: tuple[Example, ...]
    test: tuple[Example, ...]
    known: tuple[Specimen, ...]  # of ``train`` and then ``aside``
    specimens: tuple[Specimen, ...]  # of the test, in the order of ``test``
    by_names: Equivalents
    by_shapes: Equivalents


def prepare(split: Split, progress: Progress) -> Prepared:
    """Examples of all, and a calibrated model."""
    progress("reading the models")
    known = (*split.train, *split.aside)
    trained = tuple(s.example() for s in split.train)
    calibrated = tuple(s.example() for s in split.aside)
    validated = tuple(s.example() for s in split.validation)
    tested = tuple(s.example() for s in split.test)
    progress("training and calibrating")
    model = calibrated_model(split.train, trained, calibrated, altered_in_turn(split.aside), validated)
    everything = (*trained, *calibrated, *tested)
    names, shapes = equivalents(everything, Basis.NAMES), equivalents(everything, Basis.SHAPES)
    either = {model_type: names[model_type] | shapes[model_type] for model_type in names}
    return Prepared(model, trained, calibrated, tested, known, split.test, names, either)


def calibrated_model(
    specimens: Sequence[Specimen],
    trained: Sequence[Example],
    aside: Sequence[Example],
    altered: Sequence[Example],
    validation: Sequence[Example] = (),
) -> Model:
    """A model of ``trained`` with margins from ``aside`` and from what tools made of it.

    The model never holds what its margins are measured on: a further prototype may as well make a wrong label more
    like a structure, and margins measured before would promise too much. What a program weighs beside the linear
    classifier is chosen on ``validation``.
    """
    fitted = with_programs(with_linear(fit(trained), trained), specimens)
    fitted = msgspec.structs.replace(fitted, prior=prior_of_releases(set(fitted.labels[Question.MODEL_TYPE])))
    return calibrate(with_weight(fitted, spread(validation)), aside, altered)


def configurations(prepared: Prepared) -> Iterator[Row]:
    """Unseen configurations of known classes: with names, and with names replaced by noise."""
    named = [(example, example.features) for example in prepared.test]
    yield row(UNSEEN, OURS_NAMES, prepared, named, prepared.by_names)
    nameless = [(example, example.nameless) for example in spread(prepared.test)]
    yield row(NOISE, OURS_SHAPES, prepared, nameless, prepared.by_shapes)


def spread(several: Sequence[T], most: int = _MOST_NAMELESS) -> Sequence[T]:
    """At most ``most`` of ``several``, evenly."""
    step = -(-len(several) // most)
    return several[:: max(1, step)]


def trials(prepared: Prepared, progress: Progress) -> Iterator[Row]:
    """What tools do to a model, one row each."""
    own = prepared.specimens
    for name in ALTERATIONS:
        progress(name)
        several = own if name == GGUF else own[:: max(1, len(own) // _MOST)]
        examples = [(example, example.features) for example in altered(several, name)]
        found = row(name, OURS_NAMES, prepared, examples, prepared.by_names)
        kept = (s for s in found.scores if name != SWAPPED or s.question == Question.MODEL_TYPE)
        yield msgspec.structs.replace(found, scores=tuple(kept))


def names(prepared: Prepared, progress: Progress, most: int = _MOST_RENAMED) -> Iterator[Row]:
    """What people do to names, one row each, over models as they are saved."""
    own = spread([s for s in prepared.specimens if s.layout == "saved"], most)
    for trial in RENAMINGS:
        progress(trial)
        several: list[tuple[Example, Features]] = []
        told = 0
        for specimen in own:
            header = renamed(specimen.header(), trial, f"{specimen.group}/{specimen.configuration}")
            if header is None:
                continue
            several.append(((example := example_of(specimen, header)), example.features))
            if trial == MORE:
                found = identify(abstract_architecture(header), model=prepared.model, explain=True)
                told += any("_router." in addition for addition in found.additions) or bool(found.extends)
        note = f"what was added is named, or said to be more than a known structure: {told} of {len(several)}"
        yield row(trial, OURS_NAMES, prepared, several, prepared.by_names, note if trial == MORE else "")


def row(
    test: str,
    classifier: str,
    prepared: Prepared,
    several: Sequence[tuple[Example, Features]],
    alike: Equivalents,
    note: str = "",
) -> Row:
    """One classifier's figures over ``several``."""
    answers: dict[Question, list[Answered]] = {question: [] for question in Question}
    for example, features in several:
        found = identify_features(features, model=prepared.model)
        for question, answered in answers_of(found, example, alike):
            answers[question].append(answered)
    return Row(test, classifier, tuple(scores_of(question, found) for question, found in answers.items()), note)


def answers_of(found: Identification, example: Example, alike: Equivalents) -> Iterator[tuple[Question, Answered]]:
    """Each question's answer beside the truth."""
    for question, prediction in found.answers():
        truth = example.label(question)
        first = prediction.nearest[0].label if prediction.nearest else None
        yield question, Answered(truth, first, prediction, equivalent_of(truth, question, alike))
