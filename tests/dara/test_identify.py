"""Structures identified: by names, by shapes, and not at all."""

from __future__ import annotations

import pytest

from small_classifier import CONFIGS, example, header, model, of
from truename.architecture import abstract_architecture
from truename.dara import Basis, identify, identify_features
from truename.errors import UsageError
from truename.formats.header import WeightsHeader
from truename.lab.training.calibration import RATES


def labels(found: WeightsHeader) -> tuple[str, ...]:
    return identify(abstract_architecture(found), model=model()).model_type.labels


@pytest.mark.parametrize("model_type", sorted(CONFIGS))
def test_an_unseen_size_is_recognised_by_name_and_by_shape(model_type: str) -> None:
    unseen = example(model_type, 640, 10)
    for features, basis in ((unseen.features, Basis.NAMES), (unseen.nameless, Basis.SHAPES)):
        found = identify_features(features, error_rate=0.2, model=model())
        assert (found.basis, found.model_type.nearest[0].label) == (basis, model_type)


def test_noise_for_names_is_read_by_shapes() -> None:
    noise = {f"t{n:05}": ("F32", t.shape) for n, (_, t) in enumerate(sorted(header("bert", 640, 10).tensors.items()))}
    found = identify(abstract_architecture(of(noise)), error_rate=0.2, model=model())
    assert (found.basis, found.model_type.nearest[0].label) == (Basis.SHAPES, "bert")


def test_a_prefix_changes_nothing() -> None:
    wrapped = {f"wrapped.{name}": ("F32", t.shape) for name, t in header("llama", 640, 10).tensors.items()}
    assert labels(of(wrapped)) == ("llama",)


def test_names_without_shapes_are_enough() -> None:
    assert labels(of(dict.fromkeys(header("gpt2", 640, 10).tensors, ("F32", None)))) == ("gpt2",)


@pytest.mark.parametrize(
    "tensors",
    [
        {},
        {"weight": (3, 3)},
        {"": ()},
        {"a.b.c.weight": None},
        {f"strange.{n}.thing.weight": (7, 11, 13) for n in range(40)},
        {f"t{n}": (n + 1, 2 * n + 1) for n in range(300)},
    ],
    ids=["none", "one", "empty name", "no shape", "strange", "no structure"],
)
def test_what_is_no_known_structure_is_unknown(tensors: dict[str, tuple[int, ...] | None]) -> None:
    found = identify(abstract_architecture(of({name: ("F32", s) for name, s in tensors.items()})))
    assert found.model_type.labels == ()
    assert found.model_type.unknown or found.model_type.undecided  # shapes alone may leave it open


def test_an_error_rate_that_nobody_measured_is_refused() -> None:
    with pytest.raises(UsageError, match=r"below 0\.002"):
        identify(abstract_architecture(header("bert", 512, 4)), error_rate=min(RATES) / 2, model=model())


def test_a_smaller_error_rate_gives_no_smaller_set() -> None:
    features = example("distilbert", 640, 10).nameless
    sets = [set(identify_features(features, error_rate=rate, model=model()).model_type.labels) for rate in (0.2, 0.05)]
    assert sets[0] <= sets[1]


def test_probabilities_of_a_set_are_no_more_than_one() -> None:
    found = identify(abstract_architecture(header("bert", 640, 10)), model=model())
    for _, prediction in found.answers():
        assert 0 < sum(member.probability for member in prediction.set) <= 1.001
