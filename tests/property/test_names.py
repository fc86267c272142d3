"""Any text is a name: spans are valid, elements and gaps give the name back, the time is linear."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from truename.names import Kind, Role, claims_of, parse_name
from truename.names.learned import KINDS
from truename.names.relabel import is_open, possible

WORDS = st.sampled_from(
    [
        "bert",
        "llama",
        "Llama-3",
        "7b",
        "8x7B",
        "A22B",
        "v1.5",
        "1_8b",
        "Q4_K_M",
        "L-12",
        "H-768",
        "en",
        "de",
        "it",
        "to",
        "opus-mt",
        "patch16",
        "224",
        "4",
        "bit",
        "128k",
        "1M",
        "base",
        "DistilBERT",
        "lora",
        "r16",
        "step",
        "seed42",
        "epochs",
        "2024",
        "05",
        "0528",
        "9c1d7b3e",
        "512d",
        "99L",
        "UD",
        "128g",
        "E4B",
        "moe",
        "16E",
        "squad",
        "zzyzxq",
        "my",
        "00001-of-00003",
        "merged",
        "gguf",
        "led",
        "van",
        "1",
        "0",
        "12",
        "layers",
        ".",
        "_",
        "-",
        "/",
        "@",
        ":",
        "İ",
        "ß",
        "٣b",
        "ﬁ",
        " ",
        "",
        "\0",
    ]
)
SURE = {
    Role.FAMILY: "bert", Role.BRAND: "vicuna", Role.SIZE_WORD: "bert-base", Role.PARAMETERS: "llama-7b",
    Role.MIXTURE: "8x7B", Role.ACTIVE_PARAMETERS: "30B-A3B", Role.EXPERTS: "16experts", Role.LAYERS: "12-layers",
    Role.HIDDEN_SIZE: "bert_L-12_H-768_A-12", Role.HEADS: "bert_L-12_H-768_A-12", Role.CONTEXT: "llama-7b-128k",
    Role.PATCH_SIZE: "vit-base-patch16", Role.IMAGE_SIZE: "vit-base-patch16-224", Role.CASE: "uncased",
    Role.CHARACTERISTIC: "deduped", Role.QUANTISATION: "gptq", Role.BITS: "4bit", Role.PRECISION: "fp16",
    Role.PACKAGING: "gguf", Role.ADAPTER: "lora", Role.REUSE: "finetuned", Role.TRAINING: "pretrained",
    Role.ALIGNMENT: "instruct", Role.TASK: "ner", Role.DATASET: "imdb", Role.LANGUAGE: "x-german",
    Role.LANGUAGE_PAIR: "opus-mt-en-de", Role.VERSION: "v1.5", Role.OTHER: "for", Role.MOE: "x-moe",
    Role.EFFECTIVE_PARAMETERS: "E4B", Role.EMBEDDING_SIZE: "512d", Role.DATA_COUNT: "600B-tokens",
    Role.QUANTISATION_DETAIL: "gptq-128g", Role.IMATRIX: "imatrix", Role.SIDECAR: "mmproj",
    Role.SHARD: "00001-of-00003", Role.RANK: "lora-r16", Role.MERGE: "slerp", Role.DRAFT: "llama-7b-eagle",
    Role.UNCENSORED: "abliterated", Role.STEPS: "step-1000", Role.EPOCHS: "3-epochs", Role.SEED: "seed42",
    Role.RUN: "run-7", Role.MODALITY: "vision", Role.STAGE: "preview", Role.DATE: "2024-05-13",
    Role.DIGEST: "9c1d7b3e",
}  # fmt: skip
NAMES = st.one_of(
    st.text(max_size=200), st.lists(WORDS, max_size=25).map("".join), st.lists(WORDS, max_size=25).map("-".join)
)


@given(NAMES)
@example("İ" * 50 + "-7b")
@example("a" * 10_000)
@example("1b" * 5_000)
@example("7b-" * 3_333)
@example("Ab" * 5_000)
@example("1." * 5_000)
@example("en-" * 3_333)
@example("opus-mt-" + "en-de-" * 1_600)
@example("-" * 10_000)
@example("xlm-roberta-" * 800)
@example("L-12_H-" * 1_400)
@example("\u202ellama-7b\u0000\ud7ff")
def test_elements_and_gaps_give_the_name_back(name: str) -> None:
    parsed = parse_name(name)
    end = 0
    rebuilt = ""
    for element in parsed.elements:
        assert end <= element.start < element.end <= len(name)
        assert element.text == name[element.start : element.end]
        rebuilt += name[end : element.start] + element.text
        end = element.end
    assert rebuilt + name[end:] == name
    for element in parsed.alternatives:
        assert element.text == name[element.start : element.end]
        assert element.text


@given(NAMES)
def test_values_have_the_form_of_their_role(name: str) -> None:
    whole = {
        Role.PARAMETERS,
        Role.ACTIVE_PARAMETERS,
        Role.CONTEXT,
        Role.LAYERS,
        Role.HIDDEN_SIZE,
        Role.HEADS,
        Role.EXPERTS,
        Role.EFFECTIVE_PARAMETERS,
        Role.EMBEDDING_SIZE,
        Role.DATA_COUNT,
    }
    for claim in claims_of(parse_name(name)).items:
        assert claim.element.kind in Kind
        if claim.role in whole or claim.role in (Role.PATCH_SIZE, Role.IMAGE_SIZE):
            assert isinstance(claim.value, int)
            assert claim.value > 0
        elif claim.role in (Role.STEPS, Role.SEED, Role.RUN, Role.RANK):
            assert isinstance(claim.value, int)
        elif claim.role in (Role.BITS, Role.EPOCHS):
            assert isinstance(claim.value, float)
        elif claim.role in (Role.MIXTURE, Role.LANGUAGE_PAIR, Role.SHARD):
            assert isinstance(claim.value, tuple)
            assert len(claim.value) == 2
        else:
            assert isinstance(claim.value, str)


@given(NAMES)
def test_the_same_name_is_read_the_same(name: str) -> None:
    assert parse_name(name) == parse_name(name)


@given(st.text(alphabet="abcdefghijklmnop", min_size=1, max_size=12), NAMES)
def test_the_owner_changes_no_claim(owner: str, name: str) -> None:
    model = name.replace("/", "").replace("@", "").replace(":", "").lstrip(".~") or "x"
    alone, owned = parse_name(model), parse_name(f"{owner}/{model}")
    shift = len(owner) + 1
    assert [(e.kind, e.role, e.value, e.start + shift) for e in alone.elements] == [
        (e.kind, e.role, e.value, e.start) for e in owned.elements
    ]


@given(NAMES)
@example("squad2-" * 200)
@example("ChineseBERT" * 100)
@example("llama-instruct-128k")
@example("gemma-3-27b-it")
def test_the_learned_part_overrules_nothing(name: str) -> None:
    alone, both = parse_name(name, learned=False), parse_name(name)
    assert claims_of(alone).items == claims_of(both).items
    assert both.alternatives == alone.alternatives
    read = [(e.role, e.text, e.start, e.end, e.value) for e in alone.elements]
    assert [(e.role, e.text, e.start, e.end, e.value) for e in both.elements] == read
    for before, after in zip(alone.elements, both.elements, strict=True):
        if before.kind is not after.kind:
            places = possible(before)
            assert after.kind in [KINDS[k] for k in places]


@given(st.sampled_from(sorted(Role)), st.lists(WORDS, max_size=4), st.lists(WORDS, max_size=4))
def test_every_role_that_the_grammar_is_sure_of_keeps_its_kind(role: Role, before: list[str], after: list[str]) -> None:
    name = "-".join([*before, SURE[role], *after])
    alone, both = parse_name(name, learned=False).elements, parse_name(name).elements
    for one, other in zip(alone, both, strict=True):
        if one.role is role and not is_open(one):
            assert one == other


def test_a_sure_element_of_each_role_is_known() -> None:
    assert set(SURE) == set(Role)
    for role, name in SURE.items():
        found = [e for e in parse_name(name, learned=False).elements if e.role is role]
        assert found, role
        assert any(not is_open(element) for element in found), role
