"""What tools make of saved models, as data."""

from __future__ import annotations

import pytest

from small_classifier import header
from truename.lab.evaluation.altered import ALTERATIONS, GGUF, altered, altered_in_turn
from truename.lab.evaluation.trials import SWAPPED
from truename.lab.training.specimen import Specimen


def specimen(layout: str = "saved") -> Specimen:
    return Specimen(
        "bert", "BertModel", "feature-extraction", "transformers", layout, "BertModel", "0",
        lambda: header("bert", 640, 10),
    )  # fmt: skip


def test_every_alteration_changes_the_names_and_keeps_the_type() -> None:
    pytest.importorskip("gguf", reason="the tables of GGUF's names come with the gguf package")
    for name, alter in ALTERATIONS.items():
        changed = alter(specimen())
        assert changed is not None
        assert changed.tensors.keys() != specimen().header().tensors.keys()
        (found,) = altered([specimen()], name)
        assert found.model_type == "bert"
        assert found.architecture == ("" if name == SWAPPED else "BertModel")


def test_what_is_converted_already_is_left_alone() -> None:
    assert not [*altered([specimen("gguf")], GGUF), *altered([specimen("gguf")], SWAPPED)]


def test_each_is_altered_once() -> None:
    pytest.importorskip("gguf", reason="the tables of GGUF's names come with the gguf package")
    assert len(altered_in_turn([specimen()] * 25)) == 25
