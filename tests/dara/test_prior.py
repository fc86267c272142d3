"""Priors: what is known before a structure is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_classifier import example, header, model
from truename.architecture import abstract_architecture
from truename.dara import identify, identify_features
from truename.dara.prior import UNIFORM, Prior, counted_prior
from truename.dara.snapshot import prior_of_snapshot
from truename.errors import UsageError


def test_counts_are_smoothed() -> None:
    prior = counted_prior({"llama": 50, "never": 0}, "a snapshot")
    assert prior.of("llama") > prior.of("never") == prior.of("unheard-of") > 0


@pytest.mark.parametrize("often", ["bert", "distilbert"])
def test_a_prior_orders_a_set_and_does_not_change_it(often: str) -> None:
    features = example("bert", 640, 10).nameless
    plain = identify_features(features, error_rate=0.2, model=model(), prior=UNIFORM).model_type
    weighed = identify_features(features, error_rate=0.2, model=model(), prior=Prior({often: 1e250}, 1.0)).model_type
    assert set(plain.labels) == set(weighed.labels)
    if often in weighed.labels:
        assert weighed.labels[0] == often


def test_the_true_type_stays_first_where_nothing_else_is_like_it() -> None:
    found = identify(abstract_architecture(header("gpt2", 640, 10)), model=model(), prior=Prior({"llama": 50.5}, 0.5))
    assert found.model_type.labels[0] == "gpt2"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("own.csv", "id,model_type\na,bert\nb,bert\nc,\n"),
        ("own.jsonl", '{"id": "a", "model_type": "bert"}\n\n{"config": {"model_type": "bert"}}\n{"id": 3}\n[1]\n'),
    ],
)
def test_a_snapshot_is_counted(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    prior = prior_of_snapshot(path)
    assert prior.of("bert") == 2.5
    assert prior.source == f"2 models of {name}"


@pytest.mark.parametrize(
    ("name", "text"),
    [("none.jsonl", None), ("broken.jsonl", "{"), ("empty.csv", "id\na\n"), ("other.txt", "bert"), ("b.csv", "\x00")],
)
def test_what_is_no_snapshot_is_refused(tmp_path: Path, name: str, text: str | None) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=name.partition(".")[0]):
        prior_of_snapshot(path)
