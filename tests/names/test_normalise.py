"""One form for every way of writing a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truename.names.normalise import normalise_name


@pytest.mark.parametrize(
    ("names", "form"),
    [
        (["Owner/Qwen2.5_0.5B", "owner/qwen-2.5-500m", "owner/Qwen 2.5 0.50b"], "owner/qwen-2.5-500m"),
        (["Llama-2-7B", "llama2_7b", "LLaMA 2 7.0B"], "llama-2-7b"),
        (["Mixtral-8x7B-v0.1", "mixtral_8X7b_V0_1", "mixtral-8x7b-0.1"], "mixtral-8x7b-0.1"),
        (["stablelm-2-1_6b", "StableLM2-1.6B"], "stablelm-2-1.6b"),
        (["t5-v1_1-base", "T5_V1.1_Base"], "t-5-1.1-base"),
        (["vit_base_patch16_224.augreg_in21k"], "vit-base-patch-16-224-augreg-in-21k"),
        (["hf-hub:timm/vit@main", "timm/vit"], "timm/vit"),
        (["ll\u0430ma", "\uff4c\uff4c\uff41\uff4d\uff41", "l\u200blama", "LLAMA"], "llama"),
        (["\u0130stanbul"], "istanbul"),
        (["\u0939\u093f\u0928\u094d\u0926\u0940-BERT"], "\u0939\u093f\u0928\u094d\u0926\u0940-bert"),
        (["1000b", "1T"], "1t"),
        (["", "-", "@main", "//"], ""),
    ],
)
def test_every_way_of_writing_has_one_form(names: list[str], form: str) -> None:
    assert {normalise_name(name) for name in names} == {form}


@given(st.text(max_size=60) | st.text(alphabet="aBvx17.0_-/ kmbt@\u0430\uff17\u00bd", max_size=20))
def test_normalising_again_changes_nothing(name: str) -> None:
    once = normalise_name(name)
    assert normalise_name(once) == once


@pytest.mark.parametrize("name", ["llama-2-7b", "llama-2-13b"])
def test_other_sizes_stay_other_names(name: str) -> None:
    assert normalise_name(name) == name
