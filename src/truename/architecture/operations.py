"""Which operation a layer is, from the path and the shapes of its tensors."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from truename.architecture.abstract import Operation
from truename.architecture.parts import part_of
from truename.compiled_tables import table

Shapes = Mapping[str, tuple[int, ...] | None]


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(table("architecture/operations")[key])


def operation_of(path: str, shapes: Shapes) -> Operation:
    """The operation of the layer at ``path`` whose tensors have ``shapes`` by role.

    Shapes decide where they are known; names decide between a table and a matrix, and where there are none.
    """
    components = path.split(".")
    last = components[-1]
    roles = shapes.keys()
    if "running_mean" in roles or "running_var" in roles:
        return Operation.BATCH_NORM
    if not _words("recurrent_roles").isdisjoint(roles):
        return Operation.RECURRENT
    if not _words("state_space_roles").isdisjoint(roles):
        return Operation.STATE_SPACE
    if last in _words("position_embeddings"):
        return Operation.POSITION_EMBEDDING
    if part_of(f"{path}.weight").token_embedding or ("embeddings" in last and "weight" in roles):
        return Operation.EMBEDDING
    if last in _words("routers") and (len(components) < 2 or components[-2] in _words("router_parents")):
        return Operation.ROUTER
    return _by_weight(last, shapes)


def _by_weight(last: str, shapes: Shapes) -> Operation:
    if "weight" not in shapes:
        return Operation.PARAMETER
    shape = shapes["weight"]
    lowered = last.lower().replace("_", "")
    named_norm = any(word in lowered for word in _words("norms"))
    if shape is None:
        if named_norm:
            return Operation.NORM
        return Operation.CONVOLUTION if "conv" in lowered else Operation.LINEAR
    if len(shape) == 1:
        return Operation.NORM if named_norm or "bias" in shapes else Operation.PARAMETER
    if len(shape) == 2:
        return Operation.LINEAR
    return Operation.CONVOLUTION if len(shape) in (3, 4, 5) and "expert" not in lowered else Operation.PARAMETER
