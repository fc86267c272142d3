"""How families and model types go together."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from truename.facts import MODEL_TYPE, Fact, Origin
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.shared.families import (
    Fit,
    agreeing,
    claimed_families,
    declared_types,
    fit,
    is_composite,
    is_known,
    is_part_of,
    listed,
    squash,
    type_of_class,
)
from truename.vocabulary import vocabulary


@pytest.mark.parametrize(
    ("family", "model_type", "expected"),
    [
        ("bert", "bert", Fit.AGREES),
        ("bert", "distilbert", Fit.FOREIGN),  # another architecture, by a prefix
        ("bert", "nobodys-own-bert", Fit.AGREES),  # a type nobody knows that says it is one
        ("t5", "mt5", Fit.FOREIGN),
        ("byt5", "mt5", Fit.AGREES),  # as the vocabulary has it
        ("mt5", "t5", Fit.RELATED),
        ("roberta", "xlm-roberta", Fit.RELATED),
        ("gpt_neo", "gpt_neox", Fit.FOREIGN),  # a word of its own
        ("convnext", "convnextv2", Fit.AGREES),
        ("vit", "vits", Fit.FOREIGN),
        ("qwen3-vl", "qwen3", Fit.KIN),
        ("glm46v", "glm4v_moe", Fit.AGREES),  # a product whose releases have the types of older ones
        ("glm46v", "glm4v", Fit.AGREES),
        ("glm46v", "llama", Fit.FOREIGN),
        ("kimi_k25", "deepseek_v3", Fit.AGREES),
        ("kimi_k25", "qwen2", Fit.FOREIGN),
        ("bert", "gpt2", Fit.FOREIGN),
        ("bert", "nobody-knows", Fit.UNKNOWN),
        ("roberta", "bert", Fit.RELATED),
        ("distilbert", "bert", Fit.FOREIGN),
        ("llama", "mistral", Fit.FOREIGN),
        ("mistral", "llama", Fit.FOREIGN),
        ("clip", "clip_text_model", Fit.AGREES),
        ("falcon", "RefinedWeb", Fit.AGREES),
    ],
)
def test_fit(family: str, model_type: str, expected: Fit) -> None:
    assert fit(vocabulary().families[family], model_type) is expected


@pytest.mark.parametrize(
    ("architecture", "expected"),
    [
        ("BertForMaskedLM", "bert"),
        ("GPT2LMHeadModel", "gpt2"),
        ("GPTNeoXForCausalLM", "gptneox"),
        ("MarianMTModel", "marian"),
        ("CLIPModel", "clip"),
        ("T5ForConditionalGeneration", "t5"),
        ("XLMRobertaForSequenceClassification", "xlmroberta"),
        ("BertModel", "bert"),
        ("CustomQwen32BForCausalLM", None),
        ("", None),
    ],
)
def test_the_type_a_class_stands_for(architecture: str, expected: str | None) -> None:
    assert type_of_class(architecture) == expected


def test_nested_types_and_classes_are_declared_too() -> None:
    facts = Case("", model_type="llava", architectures=("BertForMaskedLM", "Own", 7)).evidence()
    said = declared_types(facts)
    assert [one.value for one in said] == ["llava", "bert"]
    assert [one.class_name for one in said] == [None, "BertForMaskedLM"]


def test_a_class_is_told_by_its_field_and_not_by_a_sentence() -> None:
    fact = Fact(MODEL_TYPE, "bert", Origin.DECLARED, "config.json", "architectures: BertForMaskedLM")
    (said,) = declared_types(Case("", model_type=fact).evidence())
    assert said.class_name is None


def test_each_claim_is_borne_out_by_the_first_fact_that_agrees(stated: Callable[..., Claims]) -> None:
    claims = stated("bert-gpt2-t5", (Role.FAMILY, "bert", "bert"), (Role.FAMILY, "gpt2", "gpt2"))
    outer, inner = (Fact(MODEL_TYPE, value, Origin.DECLARED) for value in ("gpt2", "distilbert"))
    pairs = agreeing(claimed_families(claims), claims, [(outer, ["gpt2"]), (inner, ["distilbert"])])
    assert [(claim.value, fact) for claim, fact in pairs] == [("gpt2", outer)]
    distilled = stated("distilled-bert", (Role.FAMILY, "bert", "bert"))
    pairs = agreeing(claimed_families(distilled), distilled, [(outer, ["gpt2"]), (inner, ["distilbert"])])
    assert [(claim.value, fact) for claim, fact in pairs] == [("bert", inner)]


def test_a_model_type_that_is_no_word_is_none() -> None:
    facts = Case("", model_type=Fact("model_type", None, Origin.DECLARED), architectures="GPT2Model").evidence()
    assert [one.value for one in declared_types(facts)] == ["gpt2"]


def test_a_brand_claims_no_architecture(stated: Callable[..., Claims]) -> None:
    brand = next(family for family in vocabulary().families.values() if family.brand)
    claims = stated("x-bert", (Role.FAMILY, "x", brand.key), (Role.FAMILY, "bert", "bert"))
    assert [family.key for _, family in claimed_families(claims)] == ["bert"]


def test_what_is_known_and_composite() -> None:
    assert is_known("bert")
    assert is_known("qwen2_vl_text")
    assert not is_known("someones-own-code")
    assert is_composite("llava_next")
    assert is_composite("vision-encoder-decoder")
    assert not is_composite("bert")
    assert squash("GPT-Neo_X") == "gptneox"


@pytest.mark.parametrize(
    ("types", "text"),
    [
        (("bert",), "bert"),
        (("llama", "mistral"), "llama or mistral"),
        (("a", "b", "c"), "a, b or c"),
        (("a", "b", "c", "d", "e", "f"), "a, b, c, d or 2 more"),
    ],
)
def test_a_list_of_types(types: tuple[str, ...], text: str) -> None:
    assert listed(types) == text


@pytest.mark.parametrize(
    ("claimed", "declared", "expected"),
    [
        ("glm46v", "glm4v_moe", Fit.KIN),  # a longer version runs on the code of a shorter one
        ("gemma2", "gemma3", Fit.FOREIGN),
        ("qwen3_moe", "qwen2", Fit.FOREIGN),
    ],
)
def test_versions_of_one_line(claimed: str, declared: str, expected: Fit) -> None:
    bert = vocabulary().families["bert"]
    family = msgspec.structs.replace(bert, key=claimed, model_types=frozenset({claimed}), related=frozenset())
    assert fit(family, declared) is expected


def test_a_part_of_a_composite_is_told_by_its_type() -> None:
    bert = vocabulary().families["bert"]
    family = msgspec.structs.replace(bert, key="kimi_k25", model_types=frozenset({"kimi_k25"}))
    assert is_part_of("deepseek_v3", [family])
    assert not is_part_of("gpt2", [family])
    assert not is_part_of("deepseek_v3", [bert])
