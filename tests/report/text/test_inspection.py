"""print_inspection: what a reader of a terminal of 80 columns sees."""

from __future__ import annotations

import io

import pytest

from truename.facts import FACTS
from truename.findings import InspectedFact, Inspection, Reason, ReasonKind
from truename.report.text.inspection import print_inspection
from truename.report.text.lines import Page

ABSENT = {
    "adapter_rank": Reason(ReasonKind.NO_DOCUMENT, "there is no adapter_config.json", "adapter_config.json"),
    "model_type": Reason(ReasonKind.NO_DOCUMENT, "there is no config.json", "config.json"),
    "languages": Reason(ReasonKind.NO_DOCUMENT, "there is no card (README.md)", "card (README.md)"),
    "cased": Reason(ReasonKind.NO_DOCUMENT, "there is no tokenizer_config.json", "tokenizer_config.json"),
    "index_total_size": Reason(ReasonKind.NO_DOCUMENT, "there is no weight index that states it", "weight index"),
}


def printed(facts: dict[str, object], missing: dict[str, Reason] | None = None, tree: tuple[()] | None = None) -> str:
    found = [InspectedFact(key, value, "weights", "model.gguf", None) for key, value in facts.items()]
    text = io.StringIO()
    print_inspection(Inspection("model.gguf", found, missing or {}, tree), Page(text))
    return text.getvalue()


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("key", FACTS)
def test_a_label_and_its_value_are_apart_on_80_columns(key: str) -> None:
    text = printed({key: "DreamModel"})
    assert " DreamModel" in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_usual_name_of_a_file_fits_beside_a_value() -> None:
    found = InspectedFact("parameters", 1_100_048_384, "weights", "model.safetensors", None)
    text = io.StringIO()
    print_inspection(Inspection("m", [found], {}, None), Page(text))
    assert "weights, model.safetensors" in text.getvalue()


@pytest.mark.parametrize("key", ["total_bytes", "bytes_read", "index_total_size"])
def test_bytes_are_told_from_counts(key: str) -> None:
    assert "4,677,120,000 (4.68 GB)" in printed({key: 4_677_120_000})
    assert "4,677,120,000 (4.68 B)" in printed({"parameters": 4_677_120_000})


def test_a_decoder_has_no_encoder() -> None:
    assert "encoder" not in printed({"encoder_parameters": 7_070_000_000})


def test_the_files_that_a_bare_file_has_not_beside_it_are_one_reason_and_the_last() -> None:
    text = one_line(printed({}, ABSENT | {"layers": Reason(ReasonKind.UNREAD_WEIGHTS, "model.gguf: is cut short")}))
    assert text.count("there is no") == 1
    assert "adapter_config.json, config.json, card (README.md), tokenizer_config.json or weight index:" in text
    assert text.index("is cut short: layers") < text.index("there is no")


def test_one_file_that_is_not_there_is_told_apart() -> None:
    text = one_line(printed({}, {"adapter_rank": ABSENT["adapter_rank"], "cased": ABSENT["cased"]}))
    assert "there is no adapter_config.json: adapter rank" in text
    assert "there is no tokenizer_config.json: cased" in text


def test_weights_that_are_not_there_are_no_file_beside_them() -> None:
    text = one_line(printed({}, ABSENT | {"parameters": Reason(ReasonKind.NO_WEIGHTS, "there is no weights file")}))
    assert "there is no weights file: parameters" in text


def test_what_a_gguf_file_does_not_say_is_one_reason() -> None:
    missing = {
        f"gguf_{key}": Reason(ReasonKind.NOT_DECLARED, f"the GGUF file does not state its {key}", "the GGUF file")
        for key in ("basename", "version")
    }
    assert "the GGUF file does not state: gguf basename, gguf version" in one_line(printed({}, missing))


def test_no_blocks_have_a_reason() -> None:
    assert "no block tree: no tensor was found" in printed({"tensors": 0}, tree=())
    assert "no block tree: no weights header could be read" in printed({})
