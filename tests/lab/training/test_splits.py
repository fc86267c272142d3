"""Splits: who trains, and who is spared for what."""

from __future__ import annotations

from typing import Any

from truename.lab.training.specimen import Specimen
from truename.lab.training.splits import by_configuration, without_releases, without_switches


def specimen(name: str, configuration: int, *, more: str = "", release: str | None = None, size: int = 0) -> Specimen:
    rows = (("a", (size or 8 + configuration, 8), 4), *((("b", (8,), 4),) if more else ()))
    if more:
        rows = (*rows, (more, (8,), 4))
    unused: Any = None
    return Specimen(
        name, f"{name}Model", "task", "transformers", "saved", f"{name}Model", str(configuration), unused,
        lambda: rows, release,
    )  # fmt: skip


CORPUS = [specimen(f"type{n}", configuration) for n in range(20) for configuration in range(9)]


def test_every_configuration_is_on_one_side() -> None:
    split = by_configuration(CORPUS)
    parts = (split.train, split.aside, split.test, split.validation)
    sides = [{(s.model_type, s.configuration) for s in part} for part in parts]
    assert all(sides)
    assert sum(map(len, sides)) >= len(set().union(*sides))
    assert not any(a & b for at, a in enumerate(sides) for b in sides[at + 1 :])


def test_what_has_the_tensors_of_the_test_does_not_train() -> None:
    corpus = [specimen("one", configuration, size=16) for configuration in range(5)]
    assert by_configuration(corpus).train == ()


def test_known_releases_train_and_are_spared_by_release() -> None:
    corpus = [*CORPUS, *(specimen("type0", 20 + n, release=f"owner/{n}") for n in range(10))]
    split = by_configuration(corpus)
    assert not any(s.release for s in (*split.test, *split.aside, *split.validation))
    rest, held = without_releases(corpus)
    assert len({s.release for s in held}) == 5
    assert not {s.release for s in held} & {s.release for s in rest}


def test_a_release_with_the_tensors_of_one_that_is_spared_does_not_train() -> None:
    corpus = [specimen("one", n, release=f"owner/{n}", size=16) for n in range(2)]
    rest, held = without_releases(corpus)
    assert (len(rest), len(held)) == (0, 1)


def test_one_switch_of_a_class_is_spared() -> None:
    corpus = [*CORPUS, *(specimen("type0", 30 + n, more=word) for n, word in enumerate(("norm", "bias", "gate")))]
    rest, held = without_switches(corpus)
    assert len(held) == 1
    assert len(rest) == len(corpus) - 1
