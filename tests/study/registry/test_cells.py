from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from truename.study.registry.cells import canonical
from truename.study.registry.columns import SNAPSHOT


def read(name: str, cells: list[Any], kind: pa.DataType | None = None) -> tuple[list[Any], dict[str, int]]:
    table = pa.table({"id": [f"o/m{i}" for i in range(len(cells))], name: pa.array(cells, kind)})
    found, skips = canonical(table, {"id": "id", name: name})
    assert found.schema == SNAPSHOT
    return found.column(name).to_pylist(), dict(skips.counts)


@pytest.mark.parametrize("kind", [pa.int32(), pa.int64(), pa.uint64(), pa.float64()])
def test_numbers_of_any_type(kind: pa.DataType) -> None:
    assert read("downloads", [1, None, 3], kind) == ([1, None, 3], {})


def test_numbers_as_text() -> None:
    found, skipped = read("downloads", ["7", "", "1e3", "many", "-1", "1.5"])
    assert found == [7, None, 1000, None, None, None]
    assert skipped == {
        "cell left empty: downloads is a text, no number": 1,
        "cell left empty: downloads is below zero or too large": 1,
        "cell left empty: downloads is a number, no whole number": 1,
    }


def test_a_count_below_zero_is_none() -> None:
    assert read("likes", [-1, 2]) == ([None, 2], {"cell left empty: likes is below zero or too large": 1})


@pytest.mark.parametrize(
    "cells",
    [
        ["2022-03-02T23:29:04.000Z", None, "2022-03-02"],
        [datetime(2022, 3, 2, 23, 29, 4, tzinfo=UTC), None, datetime(2022, 3, 2, tzinfo=UTC)],
    ],
)
def test_moments(cells: list[Any]) -> None:
    wanted = [datetime(2022, 3, 2, 23, 29, 4, tzinfo=UTC), None, datetime(2022, 3, 2, tzinfo=UTC)]
    assert read("createdAt", cells) == (wanted, {})


def test_dates_and_moments_without_a_zone() -> None:
    assert read("createdAt", [date(2022, 3, 2)])[0] == [datetime(2022, 3, 2, tzinfo=UTC)]
    assert read("createdAt", [datetime(2022, 3, 2)])[0] == [datetime(2022, 3, 2, tzinfo=UTC)]
    assert read("createdAt", ["soon"]) == ([None], {"cell left empty: createdAt is no date": 1})


def test_tags_as_list_as_json_and_with_commas() -> None:
    assert read("tags", [["a", "b"], None], pa.list_(pa.string())) == ([["a", "b"], None], {})
    found, skipped = read("tags", ['["a", "b"]', "a, b", "", "[1"])
    assert found == [["a", "b"], ["a", "b"], None, None]
    assert skipped == {"cell left empty: tags is a text that is no JSON": 1}


COUNTS = pa.struct([("BF16", pa.int64()), ("F32", pa.int64()), ("I32", pa.int64())])
TENSORS = pa.struct([("parameters", COUNTS), ("total", pa.int64())])
TOTAL = {"parameters": {"F32": 3, "I32": 5}, "total": 8}
READ = {"total": 8, "dtypes": ["I32", "F32"]}


def test_tensors_as_struct_and_as_json() -> None:
    assert read("safetensors", [TOTAL, None], TENSORS) == ([READ, None], {})
    found, skipped = read("safetensors", ['{"parameters": {"F32": 3, "I32": 5}, "total": 8}', '{"total": "x"}', "8"])
    assert found == [READ, None, {"total": 8, "dtypes": None}]
    assert skipped == {"cell left empty: safetensors is a text, no number": 1}


GGUF = {"architecture": "llama", "total": 8, "context_length": 4096}


def test_gguf_as_struct_and_as_json() -> None:
    more = {**GGUF, "bos_token": "<s>"}
    assert read("gguf", [more, None]) == ([GGUF, None], {})
    assert read("gguf", ['{"architecture": "llama", "total": 8, "context_length": 4096}', None]) == ([GGUF, None], {})
    assert read("gguf", [{"architecture": "llama"}])[0] == [
        {"architecture": "llama", "total": None, "context_length": None}
    ]
    assert read("gguf", ["llama"]) == ([None], {"cell left empty: gguf is a text that is no JSON": 1})


BASE = {"relation": "quantized", "models": ["o/base"]}


@pytest.mark.parametrize(
    "cell",
    [
        {"relation": "quantized", "models": [{"_id": "1", "id": "o/base"}]},
        '{"relation": "quantized", "models": [{"_id": "1", "id": "o/base"}]}',
        '{"relation": "quantized", "models": ["o/base"]}',
    ],
)
def test_base_models(cell: Any) -> None:
    assert read("baseModels", [cell]) == ([BASE], {})


MODELS = pa.struct(
    [("relation", pa.string()), ("models", pa.list_(pa.struct([("_id", pa.string()), ("id", pa.string())])))]
)


@pytest.mark.parametrize(
    "cells",
    [
        [None, {"relation": None, "models": [{"id": "o/a"}, {"id": "o/b"}]}, {"relation": "merge", "models": []}],
        [{"relation": "merge", "models": None}, {"relation": "merge", "models": [{"id": "o/a"}]}],
        [{"relation": "merge", "models": [{"id": ""}, {"id": None}, {"id": "o/a"}]}, None],
    ],
)
def test_base_models_by_column_as_cell_by_cell(cells: list[Any]) -> None:
    texts = [None if cell is None else json.dumps(cell) for cell in cells]
    assert read("baseModels", cells, MODELS) == read("baseModels", texts)


def test_types_of_tensors_by_column_as_cell_by_cell() -> None:
    parameters = [{"F32": 3, "I32": 5}, {"F32": 5, "BF16": 5, "I32": None}, {"I32": 0}, None, {"I32": 1, "F32": 2**40}]
    cells = [None, *({"parameters": counts, "total": 8} for counts in parameters)]
    texts = [None if cell is None else json.dumps(cell) for cell in cells]
    assert read("safetensors", cells, TENSORS) == read("safetensors", texts)


def test_base_models_as_a_list_and_as_one_id() -> None:
    assert read("baseModels", ["o/base", '["o/base"]'])[0] == [{"relation": None, "models": ["o/base"]}] * 2


def test_files_as_structs_as_list_and_as_json() -> None:
    assert read("siblings", [[{"rfilename": "a"}, {"rfilename": "b"}], None]) == ([["a", "b"], None], {})
    assert read("siblings", [["a", "b"]]) == ([["a", "b"]], {})
    assert read("siblings", ['[{"rfilename": "a"}]', "a"]) == (
        [["a"], None],
        {"cell left empty: siblings is a text that is no JSON": 1},
    )


def test_config_as_struct_keeps_no_empty_key() -> None:
    assert read("config", [{"model_type": "bert", "x": None}]) == (['{"model_type":"bert"}'], {})
    assert read("config", ["as it is", None]) == (["as it is", None], {})


def test_an_empty_document_is_no_fault() -> None:
    for name in ("config", "cardData"):
        assert read(name, ["", "  ", "{}", None]) == ([None, None, "{}", None], {})


def test_lists_with_gaps() -> None:
    assert read("tags", [["a", None], [None]], pa.list_(pa.string())) == ([["a"], []], {})
    assert read("siblings", [["a", None]], pa.list_(pa.string())) == ([["a"]], {})
    gap = {"relation": None, "models": ["o/b", None]}
    assert read("baseModels", [gap], SNAPSHOT.field("baseModels").type)[0] == [{"relation": None, "models": ["o/b"]}]


def test_owner_kinds() -> None:
    found, skipped = read("owner_kind", ["org", "user", '{"type": "org"}', "robot", None])
    assert found == ["organisation", "user", "organisation", None, None]
    assert skipped == {"cell left empty: owner_kind is neither an organisation nor a user": 1}


def test_dictionaries_and_large_texts() -> None:
    table = pa.table(
        {
            "id": pa.array(["a/b", "a/c"], pa.large_string()),
            "library": pa.array(["peft", " "]).dictionary_encode(),
        }
    )
    found, skips = canonical(table, {"id": "id", "library_name": "library"})
    assert found.column("library_name").to_pylist() == ["peft", None]
    assert not skips.counts


def test_what_is_canonical_stays_as_it_is() -> None:
    cells: dict[str, Any] = {
        "id": "o/m", "author": "o", "owner_kind": "user", "library_name": "peft", "pipeline_tag": "fill-mask",
        "createdAt": datetime(2022, 3, 2, tzinfo=UTC), "downloads": 1, "likes": 2, "tags": ["a"], "baseModels": BASE,
        "config": "{}", "cardData": "{}", "safetensors": READ, "gguf": GGUF, "siblings": ["a"],
    }  # fmt: skip
    table = pa.Table.from_pylist([cells, {"id": "o/n"}], schema=SNAPSHOT)
    found, skips = canonical(table, {name: name for name in SNAPSHOT.names})
    assert found == table
    assert not skips.counts
