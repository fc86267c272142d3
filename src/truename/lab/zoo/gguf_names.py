"""The names that llama.cpp's converter gives a model's tensors: the layout of a GGUF file, from the gguf package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from truename.lab.zoo.entry import Entry, TensorRow, merged
from truename.lab.zoo.fact_tables import table
from truename.lab.zoo.indices import pack, unpack

_LEFT_OUT = 0.15  # of the rows that may have no name in GGUF: pooling layers and the like
_SUFFIXES = (".weight", ".bias")
_EXPERT = re.compile(r"\.experts\.#\.")
_TURNED = re.compile(r"\.(c_attn|c_proj|c_fc|c_fc2)\.weight$")
_OUTER = "transformer."  # which the converter takes off where a table of names lacks it
_MOST_LAYERS = 256


def gguf_rows(entry: Entry) -> tuple[TensorRow, ...]:
    """The rows of ``entry`` as GGUF; none where llama.cpp knows no such architecture or the names do not fit.

    Experts are one tensor a layer, and Conv1D weights are turned, as the converter does. Without the gguf package
    there are none.
    """
    converter, names = table("gguf"), _name_map(entry.model_type)
    if names is None or entry.task not in converter["tasks"]:
        return ()
    turned = entry.model_type in converter["conv1d"]
    rows: list[TensorRow] = []
    lost = 0
    kept = [row for row in entry.rows if not any(re.search(pattern, row.template) for pattern in converter["left_out"])]
    for row in (numbered for one in kept for numbered in _by_layer(_joined(one))):
        found = _row(row, names, turned)
        if found is None:
            lost += 1
        else:
            rows.append(found)
    return merged(rows) if rows and lost <= _LEFT_OUT * (lost + len(rows)) else ()


def _joined(row: TensorRow) -> TensorRow:
    """The experts of a layer as one tensor."""
    match = _EXPERT.search(row.template)
    if not match:
        return row
    axis = row.template[: match.start() + len(".experts.")].count("#")
    experts = len({numbers[axis] for numbers in unpack(row.indices)})
    indices = ",".join(part for i, part in enumerate(row.indices.split(";")[0].split(",")) if i != axis)
    return TensorRow(row.template.replace(".experts.#.", ".experts.", 1), row.dtype, (experts, *row.shape), indices)


def _by_layer(row: TensorRow) -> Iterator[TensorRow]:
    """The row with no number but the layer's left open: T5 numbers the parts of a block, which GGUF names."""
    layer, *others = row.template.split("#")
    if len(others) < 2:
        yield row
        return
    layers: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    for first, *rest in unpack(row.indices):
        layers.setdefault(tuple(rest), []).append((first,))
    for fixed, several in layers.items():
        numbers = "".join(f"{number}{part}" for number, part in zip(fixed, others[1:], strict=True))
        yield TensorRow(f"{layer}#{others[0]}{numbers}", row.dtype, row.shape, pack(several))


def _row(row: TensorRow, names: Any, turned: bool) -> TensorRow | None:
    first = next(iter(unpack(row.indices)))
    name = row.template.replace("#", str(first[0])) if first else row.template
    for pattern, replacement in table("gguf")["rewritten"]:
        name = re.sub(pattern, replacement, name)
    found = names.get_name(name, _SUFFIXES) or names.get_name(name.removeprefix(_OUTER), _SUFFIXES)
    if found is None:
        return None
    if first:
        found = found.replace(f"blk.{first[0]}.", "blk.#.", 1)
    shape = row.shape
    if turned and _TURNED.search(row.template) and len(shape) == 2:
        shape = (shape[1], shape[0])
    return TensorRow(found, "F16" if len(shape) > 1 else "F32", shape, row.indices)


@cache
def _name_map(model_type: str) -> Any:
    word = table("gguf")["architectures"].get(model_type)
    if word is None:
        return None
    try:
        import gguf
    except ImportError:
        return None
    known = {name: key for key, name in gguf.MODEL_ARCH_NAMES.items()}
    return gguf.get_tensor_name_map(known[word], _MOST_LAYERS) if word in known else None
