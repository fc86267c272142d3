"""Counts of published models, rebuilt from their configurations, against the reference table."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest

from headers import declared, header_of, values
from truename.architecture import declared_measures, measure
from truename.testing import layout_tensors

from reference import reference

MODELS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "published_configs.toml").read_text(encoding="utf-8")
)["model"]
CASES = [(name, model["config"]) for model in MODELS for name in model["names"]]


def _published() -> dict[str, set[int]]:
    counts: dict[str, set[int]] = {}
    with reference("parameter_counts.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["kind"] in ("exact", "computed", "derived"):
                counts.setdefault(row["name"], set()).add(int(row["params"]))
    return counts


def test_there_are_enough_models_and_families() -> None:
    assert len({name for name, _ in CASES}) >= 100
    assert len({config["model_type"] for _, config in CASES}) >= 20


@pytest.mark.parametrize(("name", "config"), CASES, ids=[name for name, _ in CASES])
def test_count_of_a_header_only_file_is_the_published_one(name: str, config: dict[str, Any]) -> None:
    published = _published()
    facts = values(measure(header_of(layout_tensors(config)), declared(config)))
    assert facts["parameters"] in published[name]


@pytest.mark.parametrize("config", [model["config"] for model in MODELS], ids=[model["names"][0] for model in MODELS])
def test_formula_and_header_agree(config: dict[str, Any]) -> None:
    measured = values(measure(header_of(layout_tensors(config)), declared(config)))
    implied = values(declared_measures(declared(config), None))
    shared = measured.keys() & implied.keys()
    assert "parameters" in shared
    assert {key: measured[key] for key in shared} == {key: implied[key] for key in shared}


@pytest.mark.parametrize(
    ("name", "key", "count"),
    [
        ("google/gemma-1.1-7b-it", "non_embedding_parameters", 7_751_248_896),
        ("EleutherAI/pythia-70m", "non_embedding_parameters", 18_915_328),
        ("EleutherAI/pythia-1.4b", "non_embedding_parameters", 1_208_602_624),
        ("EleutherAI/pythia-12b", "non_embedding_parameters", 11_327_027_200),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "active_parameters", 12_879_925_248),
        ("mistralai/Mixtral-8x22B-Instruct-v0.1", "active_parameters", 39_152_977_920),
        ("Qwen/Qwen3-235B-A22B", "active_parameters", 22_190_108_672),
    ],
)
def test_other_counts(name: str, key: str, count: int) -> None:
    config = dict(CASES)[name]
    facts = values(measure(header_of(layout_tensors(config)), declared(config)))
    assert facts[key] == pytest.approx(count, rel=0 if key.startswith("non") else 2e-3)
