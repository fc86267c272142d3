import pytest

from truename.errors import UsageError
from truename.study.registry.columns import SNAPSHOT
from truename.study.registry.snapshot_layouts import absent_columns, layouts, match_columns


def test_every_column_of_a_snapshot_has_names() -> None:
    assert list(layouts()["columns"]) == SNAPSHOT.names


def test_the_hubs_own_names_are_found() -> None:
    assert match_columns(SNAPSHOT.names, "x") == {name: name for name in SNAPSHOT.names}


def test_other_names() -> None:
    found = match_columns(["owner", "model_name", "pipeline", "variants"], "x")
    assert found == {"id": "model_name", "author": "owner", "pipeline_tag": "pipeline"}
    assert "downloads" in absent_columns(found)
    assert "author" not in absent_columns(found)


def test_a_table_without_ids() -> None:
    with pytest.raises(UsageError) as raised:
        match_columns(["title", "downloads"], "table.csv")
    said = str(raised.value)
    assert said.startswith("table.csv: no known layout of a snapshot: a column of ids is missing ('id' or 'modelId'")
    assert "its columns are title, downloads" in said
    assert "missing of the hub-stats layout: id, author" in said
