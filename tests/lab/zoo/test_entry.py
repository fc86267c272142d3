from __future__ import annotations

import msgspec

from truename.architecture.templates import group_tensors
from truename.lab.zoo.entry import Entry, TensorRow, merged, rows_of

SPECS = {
    "embed.weight": ("F32", (100, 8)),
    **{f"layers.{i}.q.weight": ("F32", (8, 8)) for i in range(4)},
    **{f"layers.{i}.expert_{j}.weight": ("BF16", (8, 2)) for i in (1, 3) for j in range(2)},
    "layers.2.mask": ("BOOL", (1, 1, 4, 4)),
}


def _entry(**changes: object) -> Entry:
    entry = Entry("fakes", "1", "C", "m", "C", "fill-mask", 0, 0, "saved", {}, rows_of(SPECS))
    return msgspec.structs.replace(entry, **changes)


def test_tensors_that_differ_in_numbers_only_are_one_row():
    assert rows_of(SPECS) == (
        TensorRow("embed.weight", "F32", (100, 8), ""),
        TensorRow("layers.#.q.weight", "F32", (8, 8), "0-3"),
        TensorRow("layers.#.expert_#.weight", "BF16", (8, 2), "1+3,0-1"),
        TensorRow("layers.#.mask", "BOOL", (1, 1, 4, 4), "2"),
    )


def test_every_tensor_comes_back():
    entry = _entry()
    assert {name: (dtype, shape) for name, dtype, shape in entry.specs()} == SPECS
    assert (entry.tensors, entry.parameters) == (10, 800 + 4 * 64 + 4 * 16 + 16)
    assert entry.header().tensors["layers.1.expert_0.weight"].stored_bytes == 32


def test_groups_are_those_of_the_header():
    entry = _entry()
    assert sorted(entry.groups(), key=repr) == sorted(group_tensors(entry.header()), key=repr)


def test_the_header_of_gguf_says_so():
    assert _entry(layout="gguf").header().format == "gguf"


def test_rows_of_one_kind_are_merged():
    rows = (
        TensorRow("l.#.w", "F32", (2,), "0-3"),
        TensorRow("n.w", "F32", (2,), ""),
        TensorRow("l.#.w", "F32", (2,), "4"),
    )
    assert merged(rows) == (TensorRow("l.#.w", "F32", (2,), "0-4"), TensorRow("n.w", "F32", (2,), ""))
