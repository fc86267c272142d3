"""Older and other ways to write the same model: further layouts of a saved entry, from ``older.toml`` and GGUF."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from truename.lab.zoo.entry import Entry, TensorRow, merged
from truename.lab.zoo.fact_tables import table
from truename.lab.zoo.gguf_names import gguf_rows

_CONVERTED = ("transformers", "families")  # libraries whose models llama.cpp converts
_PREFIX_SHARE = 0.75  # of the tensors that must lie below a prefix


class _Addition(msgspec.Struct, frozen=True):
    beside: str
    row: str
    dtype: str


class _Layout(msgspec.Struct, frozen=True):
    name: str
    types: list[str]
    needs: str = ""
    rename: list[tuple[str, str]] = []
    add: list[_Addition] = []
    after: list[str] = []


def older_layouts(entry: Entry) -> Iterator[Entry]:
    """Entries like ``entry`` as older versions and other programs write them; only for a saved one of transformers.

    Written families have their own older layouts, and are converted to GGUF as others are.
    """
    if entry.layout != "saved":
        return
    if entry.library == "transformers":
        yield from _of_older_versions(entry)
    if entry.library in _CONVERTED and (gguf := gguf_rows(entry)):
        yield _like(entry, "gguf", gguf)


def _of_older_versions(entry: Entry) -> Iterator[Entry]:
    for layout in _layouts():
        if layout.types and entry.model_type not in layout.types:
            continue
        rows = _applied(layout, entry)
        if rows != entry.rows:
            yield (other := _like(entry, layout.name, rows))
            if layout.name == "masks" and (bare := _unprefixed(other)):
                yield _like(entry, "unprefixed+masks", bare)
    bare = _unprefixed(entry)
    if bare:
        yield _like(entry, "unprefixed", bare)


def _like(entry: Entry, layout: str, rows: tuple[TensorRow, ...]) -> Entry:
    return msgspec.structs.replace(entry, layout=layout, rows=rows)


@cache
def _layouts() -> list[_Layout]:
    return msgspec.convert(table("saved_layouts")["layout"], list[_Layout])


def _applied(layout: _Layout, entry: Entry) -> tuple[TensorRow, ...]:
    if layout.needs and not any(row.template.endswith(layout.needs) for row in entry.rows):
        return entry.rows
    rows: list[TensorRow] = []
    for row in entry.rows:
        template = row.template
        for pattern, replacement in layout.rename:
            template = re.sub(pattern, replacement, template)
        rows.append(row if template == row.template else msgspec.structs.replace(row, template=template))
    present = {row.template for row in rows}
    for addition in layout.add:
        rows += [new for row in entry.rows if (new := _added(addition, row, entry)) and new.template not in present]
    if layout.after:
        rows += _after(layout.after, entry)
    return merged(rows)


def _added(addition: _Addition, row: TensorRow, entry: Entry) -> TensorRow | None:
    if not row.template.endswith(addition.beside):
        return None
    name, _, shape = addition.row.partition(" = ")
    sizes = _sizes(entry.config) | {f"a{i}": size for i, size in enumerate(row.shape)}
    sizes["W"] = ((math.isqrt(sizes.get("a0", 1)) + 1) // 2) ** 2  # window squared, from a table of its offsets
    try:
        found = tuple(_size(part.strip(), sizes) for part in shape.split(",") if part.strip())
    except KeyError:
        return None
    template = row.template.removesuffix(addition.beside) + name
    return TensorRow(template, addition.dtype, found, row.indices)


def _after(lines: list[str], entry: Entry) -> list[TensorRow]:
    """Rows of one more layer, behind the last."""
    sizes = _sizes(entry.config)
    if not {"H", "V", "L"} <= sizes.keys() or not any(r.template == "lm_head.weight" for r in entry.rows):
        return []
    rows = []
    for line in lines:
        name, _, shape = line.partition(" = ")
        found = tuple(_size(part.strip(), sizes) for part in shape.split(","))
        rows.append(TensorRow(name, "F32", found, str(sizes["L"])))
    return rows


def _sizes(config: Mapping[str, Any]) -> dict[str, int]:
    """Dimensions by letter, from the keys of ``architecture/layouts.toml``."""
    keys = {
        "H": ("hidden_size", "n_embd", "d_model"),
        "L": ("num_hidden_layers", "n_layer", "num_layers"),
        "A": ("num_attention_heads", "n_head", "num_heads"),
        "P": ("max_position_embeddings", "n_positions"),
        "V": ("vocab_size",),
        "D": ("head_dim",),
    }
    found: dict[str, int] = {}
    for letter, names in keys.items():
        value = next((config[n] for n in names if isinstance(config.get(n), int)), None)
        if value:
            found[letter] = value
    if "D" not in found and {"H", "A"} <= found.keys():
        found["D"] = found["H"] // found["A"]
    return found


def _size(expression: str, sizes: Mapping[str, int]) -> int:
    """``P``, ``2*H``, ``D/2`` or a number."""
    whole, _, divisor = expression.partition("/")
    product = math.prod(int(f) if f.isdigit() else sizes[f] for f in whole.split("*"))
    return product // int(divisor or 1)


def _unprefixed(entry: Entry) -> tuple[TensorRow, ...]:
    """The rows below the prefix of the base model, without it; none where the head has tensors of its own."""
    if entry.task not in table("saved_layouts")["unprefixed"]["tasks"]:
        return ()
    firsts: Counter[str] = Counter()
    for row in entry.rows:
        firsts[row.template.partition(".")[0]] += row.count
    prefix, number = firsts.most_common(1)[0]
    if prefix in ("encoder", "decoder") or prefix.startswith("#") or number < _PREFIX_SHARE * entry.tensors:
        return ()
    if any(not row.template.startswith(prefix + ".") for row in entry.rows):
        return ()
    return tuple(msgspec.structs.replace(r, template=r.template.removeprefix(prefix + ".")) for r in entry.rows)
