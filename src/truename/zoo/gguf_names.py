"""The names that llama.cpp's converter gives a model's tensors: the layout of a GGUF file, from the gguf package."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from truename.zoo.entry import Entry, TensorRow, merged
from truename.zoo.indices import unpack
from truename.zoo.tables import table

_LEFT_OUT = 0.15  # of the rows that may have no name in GGUF: pooling layers and the like
_SUFFIXES = (".weight", ".bias")
_EXPERT = re.compile(r"\.experts\.#\.")
_TRANSPOSED = re.compile(r"\.(c_attn|c_proj|c_fc)\.weight$")


def gguf_rows(entry: Entry) -> tuple[TensorRow, ...]:
    """The rows of ``entry`` as GGUF; none where llama.cpp knows no such architecture or the names do not fit.

    Experts are one tensor a layer, and Conv1D weights are turned, as the converter does. Without the gguf package
    there are none.
    """
    names = _name_map(entry.model_type, _layers(entry))
    if names is None or entry.task not in table("gguf")["tasks"]:
        return ()
    rows: list[TensorRow] = []
    lost = 0
    for row in entry.rows:
        found = _row(row, names)
        if found is None:
            lost += 1
        else:
            rows.append(found)
    return merged(rows) if rows and lost <= _LEFT_OUT * len(entry.rows) else ()


def _row(row: TensorRow, names: Any) -> TensorRow | None:
    template, indices, shape = row.template, row.indices, row.shape
    match = _EXPERT.search(template)
    if match:
        axis = template[: match.start() + len(".experts.")].count("#")
        tuples = list(unpack(indices))
        experts = len({numbers[axis] for numbers in tuples})
        indices = ",".join(part for i, part in enumerate(indices.split(";")[0].split(",")) if i != axis)
        template, shape = template.replace(".experts.#.", ".experts.", 1), (experts, *shape)
    if template.count("#") > 1:  # T5 numbers the layers of a block: always the same ones
        return None
    first = next(iter(unpack(indices)))
    name = template.replace("#", str(first[0])) if first else template
    found = names.get_name(name, _SUFFIXES)
    if found is None:
        return None
    if first:
        found = found.replace(f"blk.{first[0]}.", "blk.#.", 1)
    if _TRANSPOSED.search(template) and len(shape) == 2:
        shape = (shape[1], shape[0])
    return TensorRow(found, "F16" if len(shape) > 1 else "F32", shape, indices)


def _layers(entry: Entry) -> int:
    for key in ("num_hidden_layers", "n_layer", "n_layers", "num_layers"):
        if isinstance(entry.config.get(key), int):
            return int(entry.config[key])
    return 0


@cache
def _name_map(model_type: str, layers: int) -> Any:
    word = table("gguf")["architectures"].get(model_type)
    if word is None or not layers:
        return None
    try:
        import gguf
    except ImportError:
        return None
    known = {name: key for key, name in gguf.MODEL_ARCH_NAMES.items()}
    return gguf.get_tensor_name_map(known[word], layers) if word in known else None
