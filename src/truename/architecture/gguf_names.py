"""GGUF's tensor names -> those of the family's own checkpoints, by ``gguf_names.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from truename.compiled_tables import table
from truename.formats.header import Tensor, WeightsHeader

_NUMBER = re.compile(r"(?<=\.)\d+(?=\.|$)")
_MAX_EXPERTS = 4_096
_MAX_EXPANDED = 200_000  # tensors of a header after its experts are told apart
ARCHITECTURE = "general.architecture"


def shows_model_type(header: WeightsHeader) -> bool:
    """Whether the names of a GGUF header tell a model type: its converter kept every tensor as it is."""
    return header.metadata.get(ARCHITECTURE) in table("architecture/gguf_names")["faithful"]


def renamed(header: WeightsHeader) -> Iterator[tuple[str, str, Tensor]]:
    """Every tensor as (canonical name, name in the file, tensor); one that holds all experts of a layer as one each."""
    rows = _rows(_style(header))
    expanded = 0
    for name, tensor in header.tensors.items():
        path, _, role = name.rpartition(".")
        target = rows.get(_NUMBER.sub("#", path))
        if target is None:
            yield name, name, tensor
            continue
        for number in _NUMBER.findall(path):
            target = target.replace("#", number, 1)
        if target.endswith("="):
            yield target[:-1], name, tensor
            continue
        experts = _experts(tensor) if "*" in target else None
        if experts is None:
            yield f"{target.replace('*.', '')}.{role}", name, tensor
            continue
        count, one = experts
        if (expanded := expanded + count) > _MAX_EXPANDED:
            yield name, name, tensor
            continue
        before, _, behind = target.partition("*")
        for expert in range(count):
            yield f"{before}{expert}{behind}.{role}", name, one


def _style(header: WeightsHeader) -> str:
    names = table("architecture/gguf_names")
    architecture = header.metadata.get(ARCHITECTURE, "")
    style: str = names["faithful"].get(architecture) or names["near"].get(architecture, "decoder")
    for variant in names["variant"]:
        wanted = not variant["tensor"].startswith("!")
        there = variant["tensor"].removeprefix("!") in header.tensors
        if variant["style"] == style and variant.get("architecture", architecture) == architecture and there is wanted:
            return str(variant["becomes"])
    return style


@cache
def _rows(style: str) -> Mapping[str, str]:
    found: dict[str, str] = dict(table("architecture/gguf_names")["style"][style])
    base = found.pop("extends", None)
    return {**_rows(base), **found} if base else found


def _experts(tensor: Tensor) -> tuple[int, Tensor] | None:
    """How many experts a tensor holds, and one of them; None where it holds none, or too many to be told apart."""
    if not tensor.shape or len(tensor.shape) < 2:
        return None
    count, *rest = tensor.shape
    if not 0 < count <= _MAX_EXPERTS:
        return None
    stored = None if tensor.stored_bytes is None else tensor.stored_bytes // count
    return count, Tensor(tensor.dtype, tuple(rest), stored)
