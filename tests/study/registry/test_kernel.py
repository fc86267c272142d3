from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from truename.study.registry.columns import ROWS
from truename.study.registry.row_parts import rows_of
from truename.study.registry.snapshot_layouts import match_columns


def rows(records: list[dict[str, Any]], repeated: tuple[int, ...] = ()) -> tuple[list[dict[str, Any]], dict[str, int]]:
    table = pa.Table.from_pylist(records)
    found, skips = rows_of(table, match_columns(table.column_names, "records"), repeated)
    assert found.schema == ROWS
    found.validate(full=True)
    return found.to_pylist(), dict(skips.counts)


def row(**cells: Any) -> dict[str, Any]:
    (found,), _ = rows([cells])
    return found


def codes(found: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in found["findings"]}


def test_a_row() -> None:
    found = row(id="meta-llama/Llama-3.1-8B-Instruct", downloads=5, pipeline_tag="text-generation")
    assert (found["owner"], found["name"]) == ("meta-llama", "Llama-3.1-8B-Instruct")
    assert (found["task"], found["downloads"], found["likes"]) == ("text-generation", 5, None)
    assert found["elements"][0] == {"kind": "A", "role": "family", "text": "Llama-3.1", "start": 0, "end": 9}
    assert all(found["name"][e["start"] : e["end"]] == e["text"] for e in found["elements"])
    assert found["kinds"] == "".join(e["kind"] for e in found["elements"])
    assert (found["separators"], found["segments"], found["length"]) == ("---", 4, 21)
    assert found["key"] == "llama-3.1-8b-instruct"


def test_a_point_between_digits_parts_nothing() -> None:
    found = row(id="a_b.c-1.5 d")
    assert (found["separators"], found["segments"]) == ("_.- ", 5)


def test_signs_at_the_ends_part_no_words() -> None:
    found = row(id="-bert--base-")
    assert (found["separators"], found["segments"]) == ("----", 2)


def test_the_owner_of_a_name_alone_is_the_authors_cell() -> None:
    assert row(id="gpt2", author="openai")["owner"] == "openai"
    assert row(id="gpt2")["owner"] is None


def test_versions() -> None:
    first, second = row(id="o/mymodel-v1.5-chat"), row(id="o/MyModel_v2-chat")
    assert (first["version"], first["version_parts"], second["version_parts"]) == ("v1.5", [1, 5], [2])
    assert first["series"] == second["series"] == "mymodel-*-chat"
    assert row(id="o/mymodel-chat")["series"] is None


@pytest.mark.parametrize(
    ("name", "version", "series"),
    [
        ("llama-2-7b-foo-v3", "v3", "llama-2-7b-foo-*"),
        ("Mistral-7B-v0.1-bar-v2", "v2", "mistral-7b-0.1-bar-*"),
        ("deberta-v3-ner-v2", "v2", "deberta-3-ner-*"),
        ("my-bert-v2", "v2", "my-bert-*"),
        # a family's version is in no series
        ("llama-2-7b-chat-ft", "2", None),
        ("deberta-v3-base-mrpc", "v3", None),
        ("phi-2", "2", None),
    ],
)
def test_a_models_own_version_makes_the_series(name: str, version: str, series: str | None) -> None:
    found = row(id=f"o/{name}")
    assert (found["version"], found["series"]) == (version, series)


@pytest.mark.parametrize("name", ["bert-v57whqm7", "distilbert-ep0", "bert-0.3726474278544542"])
def test_a_random_word_is_no_version(name: str) -> None:
    assert row(id=f"o/{name}")["version"] is None


def test_metadata_contradicts_the_name() -> None:
    found = row(id="o/bert-7b", config='{"model_type": "llama"}', safetensors={"total": 110_000_000})
    assert codes(found) == {"ARC001", "SIZ001"}
    assert found["model_type"] == "llama"
    assert found["parameters"] == 110_000_000
    assert found["findings"][0]["family"] == "bert"
    assert (found["verdict"], found["confirmed_claims"], found["judged_claims"]) == ("contradicted", 0, 2)
    assert found["family"] == "bert"


def test_metadata_bears_the_name_out() -> None:
    found = row(id="o/bert-base-uncased", config='{"model_type": "bert"}', safetensors={"total": 110_106_428})
    assert found["findings"] == []
    assert {"ARC001", "SIZ002"} <= set(found["confirmed"])
    assert "TOK001" in found["cannot_tell"]
    assert found["verdict"] == "not_verified"  # no weights are read
    assert (found["judged_claims"], found["confirmed_claims"], found["declared_only"]) == (3, 2, 2)


def test_without_any_weights_a_config_is_no_error() -> None:
    told = {"config": '{"model_type": "llama"}'}
    severities = {
        files: row(id="o/bert", siblings=[*files], **told)["findings"][0]["severity"]
        for files in (("config.json",), ("config.json", "model.safetensors"))
    }
    assert [*severities.values()] == ["warning", "error"]
    assert row(id="o/bert", **told)["findings"][0]["severity"] == "error"  # nobody knows what files there are


def test_bases_and_languages() -> None:
    found = row(
        id="o/mistral-7b-german",
        baseModels='{"relation": "finetune", "models": [{"id": "Qwen/Qwen2-7B"}]}',
        cardData='{"language": "fr"}',
    )
    assert codes(found) == {"BAS001", "LNG001"}
    assert found["base_models"] == ["Qwen/Qwen2-7B"]


def test_an_adapter_is_not_accused_of_its_size() -> None:
    found = row(id="o/llama-7b-lora", safetensors={"total": 4_000_000}, siblings=["adapter_config.json"])
    assert codes(found) == set()
    assert "SIZ001" in found["cannot_tell"]


def test_packed_weights_are_not_accused_of_their_size() -> None:
    found = row(id="o/llama-7b-AWQ", safetensors={"total": 1_100_000_000})
    assert codes(found) == set()


def test_says_nothing() -> None:
    assert row(id="o/test-model")["says_nothing"]
    assert not row(id="o/bert-base")["says_nothing"]


def test_what_has_no_row_is_counted() -> None:
    ids: list[str | None] = ["o/bert", None, "o/gpt2", "", "o/bert", "@main"]
    found, skipped = rows([{"id": id_} for id_ in ids], repeated=(4,))
    assert [r["id"] for r in found] == ["o/bert", "o/gpt2"]
    assert skipped == {
        "record left out: no id": 2,
        "record left out: its id came before": 1,
        "record left out: an id without a name": 1,
    }


def test_a_config_of_another_type_is_counted_and_its_record_kept() -> None:
    found, skipped = rows([{"id": "o/bert", "config": "[1]"}, {"id": "o/gpt2", "config": '{"model_type": "gpt2"}'}])
    assert [r["model_type"] for r in found] == [None, "gpt2"]
    assert skipped == {"cell left empty: config is a text that is not a JSON object": 1}


def test_names_of_any_script() -> None:
    found = row(id="o/\u4e2d\u6587bert-\u0431\u0430\u0437\u0430")
    assert all(found["name"][e["start"] : e["end"]] == e["text"] for e in found["elements"])


def test_no_record_no_row() -> None:
    table = pa.table({"id": pa.array([], pa.string())})
    found, skips = rows_of(table, {"id": "id"})
    assert found.num_rows == 0
    assert not skips.counts


MISTRAL = "mistralai/Mistral-7B-v0.1"


@pytest.mark.parametrize(
    "cells",
    [
        {"baseModels": {"relation": "finetune", "models": [{"id": MISTRAL}]}},
        {"tags": [f"base_model:{MISTRAL}", f"base_model:finetune:{MISTRAL}"]},
        {"cardData": f'{{"base_model": "{MISTRAL}"}}'},
    ],
)
def test_a_base_model_however_it_is_told(cells: dict[str, Any]) -> None:
    assert "BAS001" in codes(row(id="a/llama-2-7b-ft", **cells))


def test_base_models_of_a_row_are_those_of_the_tags_where_there_are_no_others() -> None:
    tags = ["base_model:o/b", "base_model:quantized:o/b"]
    assert row(id="a/x", tags=tags)["base_models"] == ["o/b"]
    assert row(id="a/x", tags=tags, baseModels={"relation": None, "models": ["o/c"]})["base_models"] == ["o/c"]


def test_languages_told_by_tags_alone() -> None:
    assert "LNG001" in codes(row(id="a/german-bert", tags=["en", "pytorch"]))
    assert "LNG001" in row(id="a/german-bert", tags=["de", "pytorch"])["confirmed"]
    assert "LNG001" in row(id="a/german-bert", tags=["cv", "pytorch"])["cannot_tell"]
