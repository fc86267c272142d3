import pyarrow as pa

from truename.study.registry.columns import ROWS


def test_every_column_stands_once() -> None:
    assert len(set(ROWS.names)) == len(ROWS.names)


def test_an_empty_table_can_be_made() -> None:
    assert pa.Table.from_pylist([], schema=ROWS).num_rows == 0
