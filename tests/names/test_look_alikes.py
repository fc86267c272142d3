"""Names that imitate known ones are found, and honest names are left alone."""

from __future__ import annotations

import pytest

from truename.names import parse_name
from truename.names.look_alikes import Trick, forms_of, known_names, look_alikes


def found(name: str) -> list[tuple[str, Trick, bool]]:
    return [(one.known, one.trick, one.owner) for one in look_alikes(parse_name(name))]


@pytest.mark.parametrize(
    ("name", "known", "trick", "owner"),
    [
        ("meta-Ilama/Llama-2-7b-hf", "meta-llama", Trick.LETTERS, True),
        ("mistra1ai/x", "mistralai", Trick.LETTERS, True),
        ("g00gle/x", "google", Trick.LETTERS, True),
        ("metallama/x", "meta-llama", Trick.HYPHEN, True),
        ("deepseekai/x", "deepseek-ai", Trick.HYPHEN, True),
        ("meta-llama-hf/x", "meta-llama", Trick.PRETENCE, True),
        ("official-google/x", "google", Trick.PRETENCE, True),
        ("microsfot/x", "microsoft", Trick.SWAPPED, True),
        ("facebookk/x", "facebook", Trick.DOUBLED, True),
        ("Qwem/Qwen2.5-7B", "Qwen", Trick.EDIT, True),
        ("bert-base-uncassed", "bert-base-uncased", Trick.DOUBLED, False),
        ("bert-base-uncaesd", "bert-base-uncased", Trick.SWAPPED, False),
        ("bert-base-uncesed", "bert-base-uncased", Trick.EDIT, False),
        ("Mistra1-7B-v0.1", "Mistral-7B-v0.1", Trick.LETTERS, False),
        ("LIama-2-7b-hf", "Llama-2-7b", Trick.LETTERS, False),
        ("bertbase-uncased", "bert-base-uncased", Trick.HYPHEN, False),
        ("Qwem2.5-7B-Instruct", "Qwen2.5-7B-Instruct", Trick.EDIT, False),
        ("Qwen2.5-7B-Insturct-GGUF", "Qwen2.5-7B-Instruct", Trick.SWAPPED, False),
        ("Qwen2.5-7B-Insturct.Q4_K_M.gguf", "Qwen2.5-7B-Instruct", Trick.SWAPPED, False),
    ],
)
def test_an_imitation(name: str, known: str, trick: Trick, owner: bool) -> None:
    hits = found(name)
    assert [(hit[1], hit[2]) for hit in hits] == [(trick, owner)]
    assert forms_of(parse_name(hits[0][0]))[0] == forms_of(parse_name(known))[0]


@pytest.mark.parametrize(
    "name",
    [
        "Llama-3.1-8B", "someone/Llama-3-8B", "TheBloke/Llama-2-7B-GGUF", "someone/Llama-2-7b-hf", "llama2-7b",
        "deepset/gbert-base", "ikim-uk-essen/geberta-base", "someone/polar-7b", "someone/mistrals-7b", "Wistral-7B",
        "someone/Qwen2.5-8B-Instruct", "bert_base_uncased", "someone/codellama-7b", "someone/xlmroberta-base",
        "TheBlake/my-model", "HuggingFaceM4/idefics-9b", "lalon/x", "arminmehrabian/opt-2-7b", "", "/", "x",
        "someone/miner_1", "jan-hq/voyager-01.2", "-", "a/" + "b" * 5000,
    ],
)  # fmt: skip
def test_an_honest_name(name: str) -> None:
    assert found(name) == []


def test_no_known_name_is_an_imitation_in_any_format() -> None:
    for one in known_names().names:
        for name in (one.name, f"someone/{one.name}", f"someone/{one.name}-GGUF", f"someone/{one.name}-4bit"):
            assert found(name) == [], name


def test_no_known_owner_is_an_imitation() -> None:
    for owner in known_names().owners:
        assert found(f"{owner}/Qwen2.5-7B-Insturct") == []


def test_the_forms_are_those_that_the_grammar_gives() -> None:
    stale = [n.name for n in known_names().names if forms_of(parse_name(n.name)) != (n.form, n.words, n.written)]
    assert stale == []  # else run tools/known_names.py


def test_spans_are_of_the_whole_name() -> None:
    name = "meta-Ilama/Qwen2.5-7B-Insturct@main"
    assert [name[one.start : one.end] for one in look_alikes(parse_name(name))] == [
        "meta-Ilama",
        "Qwen2.5-7B-Insturct",
    ]
