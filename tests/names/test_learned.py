"""The learned part: sums of packed weights, kinds with places, and no claim of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from truename.names import Kind, Role, claims_of, parse_name, traits
from truename.names.learned import (
    BIT,
    FILE,
    KINDS,
    Model,
    Weights,
    make_table,
    model,
    packed,
    read_table,
    read_weights,
    unpacked,
    use,
)
from truename.names.relabel import is_open

NAMES = [
    "bert-base-uncased",
    "Helsinki-NLP/opus-mt-it-en",
    "mrm8488/t5-base-finetuned-sarcasm-twitter",
    "TheBloke/WizardLM-13B-V1-1-SuperHOT-8K-fp16",
    "timm/swinv2_base_window12to24_192to384.ms_in22k_ft_in1k",
    "CDAC_hindispeechrecognition",
    "550e8400-e29b-41d4-a716-446655440000",
    "1",
    "日本語モデル-7b",
]


@pytest.fixture
def other_weights() -> Iterator[Callable[[Weights], Model]]:
    """Names are read with the weights that are given, until the test ends."""

    def put(weights: Weights) -> Model:
        use(weights)
        return model()

    yield put
    use(read_weights())


@pytest.mark.parametrize("scores", [[0] * 13, [*range(-6, 7)], [32_767, -32_768, *[-1] * 11], [-127] * 13])
def test_what_is_packed_comes_out(scores: list[int]) -> None:
    assert unpacked(packed(scores)) == tuple(scores)


@pytest.mark.parametrize("rows", [{}, {"b": [0] * 13, "a": [*range(-6, 7)]}, {"é<>": [-127] * 13, "=A9": [127] * 13}])
def test_a_table_is_read_as_it_was_made(rows: dict[str, list[int]]) -> None:
    assert read_table(make_table(rows)) == {text: packed(weights) for text, weights in rows.items()}


def test_packed_integers_add_up_field_by_field() -> None:
    a, b = [5, -7, *[0] * 10, -1], [-9, 3, *[1] * 10, -1]
    assert unpacked(packed(a) + packed(b)) == tuple(x + y for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_the_reader_adds_the_weights_of_the_traits_that_the_trainer_counts(name: str) -> None:
    weights = read_weights()
    tables = {table: read_table(rows) for table, rows in weights.tables.items()}
    elements = parse_name(name, learned=False).elements
    kinds, open_ = sum({BIT[e.kind] for e in elements}), [i for i, e in enumerate(elements) if is_open(e)]
    for i, scores in zip(open_, model().scores(elements, open_, kinds), strict=True):
        total = Counter(dict(enumerate(weights.bias)))
        for table, trait in traits.of_place(elements, i, len(open_)):
            total.update(dict(enumerate(unpacked(tables[table].get(trait, 0)))))
        assert scores == tuple(total[k] for k in range(len(KINDS)))


@pytest.mark.parametrize("sign", [127, -127])
def test_no_field_runs_into_the_next(sign: int, other_weights: Callable[[Weights], Model]) -> None:
    word = "abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc"
    elements = parse_name("-".join([word] * 3), learned=False).elements
    row = [sign, *[-sign] * 12]
    found = {table: {} for table in traits.TABLES} | {"words": {}}
    for i in range(3):
        for table, trait in traits.of_place(elements, i, 3):
            found[table][trait] = row
    learned = other_weights(
        Weights("".join(KINDS), 0.02, (sign, *[-sign] * 12), {t: make_table(rows) for t, rows in found.items()}, "none")
    )
    for scores in learned.scores(elements, [0, 1, 2], 1 << 12):
        assert len(set(scores[1:])) == 1
        assert scores[0] * sign > 0 > scores[1] * sign
    found = {e.kind for e in parse_name("-".join([word] * 3)).elements}
    assert (Kind.ARCHITECTURE in found) == (sign > 0)


@pytest.mark.parametrize("name", NAMES)
def test_no_claim_comes_or_goes(name: str) -> None:
    alone, both = parse_name(name, learned=False), parse_name(name)
    assert claims_of(alone).items == claims_of(both).items
    assert (both.grammar or both.elements) == alone.elements


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("opus-mt-it-en", [("A", "opus-mt"), ("L", "it-en")]),
        ("bert-base-uncased", [("A", "bert"), ("S", "base"), ("C", "uncased")]),
        ("gemma-2b-it", [("A", "gemma"), ("P", "2b"), ("T", "it")]),
        ("gemma-3-27b-it", [("A", "gemma"), ("V", "3"), ("P", "27b"), ("T", "it")]),
        ("llama-instruct-128k", [("A", "llama"), ("T", "instruct"), ("O", "128k")]),
    ],
)
def test_what_the_grammar_is_sure_of_stays(name: str, expected: list[tuple[str, str]]) -> None:
    assert [(e.kind, e.text) for e in parse_name(name).elements] == expected


@pytest.mark.parametrize(
    ("text", "barred"),
    [
        ("7", "ADFLTRSPNH"),
        ("2048", "ADFLTRSPNH"),
        ("123456789", "ADCFLTRSPNHV"),
        ("960h", "ASPNHLTRF"),
        ("it", "P"),
        ("my", "ASDCVFTRNHP"),
        ("zzyzxq", "PNHSV"),
        ("x", "ADCVFLTRNHP"),
    ],
)
def test_no_text_becomes_a_kind_that_it_cannot_have(
    text: str, barred: str, other_weights: Callable[[Weights], Model]
) -> None:
    for kind in barred:
        row = [127 if str(one) == kind else -127 for one in KINDS]
        tables = {name: make_table({}) for name in traits.TABLES}
        other_weights(Weights("".join(KINDS), 0.02, tuple(100 * weight for weight in row), tables, "nothing"))
        for name in (text, f"qwzx-{text}", f"{text}-qwzx", f"bert-base-{text}"):
            grammar = {(e.kind, e.text) for e in parse_name(name, learned=False).elements}
            found = [e.kind for e in parse_name(name).elements if e.text == text and (e.kind, text) not in grammar]
            assert Kind(kind) not in found, name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("allstax/shorty-3b-8bit", "8bit"),
        ("shidowake/swal-7B-base-bnb-4bit-chatml", "4bit"),
        ("lmstudio/SOLAR-10.7B-zzyzxq-bnb", "10.7B"),
        ("open/flux-8x7B-zzyzxq-MoE", "8x7B"),
        ("paged_adamw_32bit_cosine", "32bit"),
        ("Astha1712/xlm-roberta-base-pharmaconer", "xlm-roberta"),
    ],
)
def test_a_claim_stays_whole(name: str, text: str) -> None:
    parsed = parse_name(name)
    assert text in [e.text for e in (*parsed.elements, *parsed.alternatives)]


def test_a_context_length_is_no_count_of_parameters() -> None:
    parsed = parse_name("TheBloke/WizardLM-13B-V1-1-SuperHOT-8K-fp16")
    assert [e.text for e in parsed.elements if e.kind is Kind.PARAMETERS] == ["13B"]
    assert [c.value for c in claims_of(parsed).of(Role.CONTEXT)] == [8192]


def test_thirty_two_bits_are_no_billions() -> None:
    assert [c.value for c in claims_of(parse_name("jd-llama2-32bit-7b-finetune")).of(Role.PARAMETERS)] == [
        7_000_000_000
    ]


def test_a_word_that_is_nothing_stays_an_element() -> None:
    assert "zzyzxq" in [e.text for e in parse_name("bert-base-zzyzxq-ner").elements]


def test_the_file_is_small_and_says_what_it_was_trained_on() -> None:
    weights = read_weights()
    assert FILE.stat().st_size < 600_000
    assert weights.kinds == "".join(Kind)
    assert "names of ptm-naming/elements.jsonl.gz" in weights.trained_on
    assert set(weights.tables) == set(traits.TABLES)


def test_a_file_that_is_no_weights_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "learned.msgpack"
    path.write_bytes(msgspec.msgpack.encode({"kinds": "A"}))
    with pytest.raises(msgspec.ValidationError):
        read_weights(path)


def test_other_weights_leave_nothing_behind(other_weights: Callable[[Weights], Model]) -> None:
    before = parse_name("bert-base-zzyzxq-ner")
    none = {name: make_table({}) for name in traits.TABLES}
    other_weights(Weights("".join(KINDS), 0.02, (*[-10] * 8, 9, *[-10] * 4), none, "nothing"))
    assert [e.kind for e in parse_name("bert-base-zzyzxq-ner").elements][2] is Kind.TRAINING
    use(read_weights())
    assert parse_name("bert-base-zzyzxq-ner") == before
