"""Single switches of a class: what a release may change, one at a time."""

from __future__ import annotations

from typing import Literal

import pytest

from truename.lab.zoo.switches import choices_of, shallow, switches

CONFIG = {
    "model_type": "made", "hidden_size": 512, "num_hidden_layers": 32, "attention_bias": False, "use_cache": True,
    "q_lora_rank": 1536, "feed_forward_proj": "relu", "kind": "one", "n_routed_experts": 64,
}  # fmt: skip
NESTED = {"model_type": "outer", "text_config": CONFIG, "tie_word_embeddings": True}


class Base:
    pass


class Derived(Base):
    pass


Base.__annotations__ = {"kind": Literal["one", "two"], "other": int | Literal["three"] | None}
Derived.__annotations__ = {"kind": Literal["one", "four"] | None, "size": int}


def test_booleans_are_turned_and_those_of_running_are_not() -> None:
    found = switches(CONFIG, {})
    assert {("attention_bias",): True} in found
    assert not any(("use_cache",) in change for change in found)


def test_sizes_may_be_lacking_and_kinds_may_be_others() -> None:
    found = switches(CONFIG, {"kind": ("one", "two")})
    assert {("q_lora_rank",): None} in found
    assert {("feed_forward_proj",): "gated-gelu"} in found
    assert {("kind",): "two"} in found
    assert {("kind",): "one"} not in found


def test_the_first_is_no_change_and_each_other_is_one() -> None:
    first, *others = switches(NESTED, {})
    assert first == {}
    assert {len(change) for change in others} == {1}
    assert {("text_config", "attention_bias"): True} in others


def test_a_shallow_configuration_has_few_layers_and_experts() -> None:
    assert shallow(NESTED) == {("text_config", "num_hidden_layers"): 6, ("text_config", "n_routed_experts"): 8}


@pytest.mark.parametrize(
    "config", [{}, {"num_hidden_layers": 2}, {"num_hidden_layers": True}, {"num_hidden_layers": None}]
)
def test_what_is_shallow_stays(config: dict[str, object]) -> None:
    assert shallow(config) == {}


def test_words_of_annotations_of_every_ancestor() -> None:
    assert choices_of(Derived) == {"kind": ("one", "four"), "other": ("three",)}
