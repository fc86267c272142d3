from __future__ import annotations

from small_study import row, rows
from truename.study.registry.tables.sameness import says_nothing, shared_keys, sharing

NAMES = rows(
    row("Bert-Base", key="bertbase", owner="ann"),
    row("bert_base", key="bertbase", owner="bob"),
    row("bert-base", key="bertbase", owner="bob"),
    row("bert_base", key="bertbase", owner="eve"),
    row("alone", key="alone", owner="ann"),
    row("Alone", key="alone", owner="ann"),  # twice, of one owner
    row("test", key="test", owner="ann", says_nothing=True),
    row("test", key="test", owner="bob", says_nothing=True),
    row("bert-base", key="bertbase", owner=None),
)


def test_near_duplicates_are_of_several_owners() -> None:
    table = shared_keys(NAMES)
    assert table.select("key", "models", "owners", "spellings", "equal").rows() == [
        ("bertbase", 4, 3, 3, 2),
        ("test", 2, 2, 1, 2),
    ]


def test_shares_of_all_and_of_names_that_say_something() -> None:
    table = sharing(shared_keys(NAMES), models=8, silent=2)
    assert table.select("what", "models", "of").rows() == [
        ("near", 6, 8),
        ("equal", 4, 8),
        ("near, telling", 4, 6),
        ("equal, telling", 2, 6),
    ]


def test_no_name_is_shared() -> None:
    assert shared_keys(rows(row("a"), row("b"))).is_empty()


def test_names_that_say_nothing() -> None:
    assert says_nothing(NAMES, 5).rows() == [("test", 2, 2)]
