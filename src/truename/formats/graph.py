"""The operators of a model file that carries its graph (ONNX, TFLite): what is computed from what."""

from __future__ import annotations

import msgspec

# Behind the name of a quantised tensor: its scales, where the format keeps them beside it and gives them no name.
SCALE_SUFFIX = "/quantization_scale"


class OperatorNode(msgspec.Struct, frozen=True, gc=False):
    """One operator. Values are named; an empty name is an optional input that is left out."""

    op_type: str  # the format's own word: MatMul, FULLY_CONNECTED
    name: str  # as the exporter named it, often empty
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    domain: str = ""  # the operator set, empty for the format's own
    numbers: tuple[tuple[str, int], ...] = ()  # whole-number attributes: bits, block_size, transB, axis ...


class OperatorGraph(msgspec.Struct, frozen=True):
    """Operators in the order of the file, and the values that go in and out.

    Edges are implied: a node that takes a value stands behind the node that gives it. Nodes of nested graphs (the
    branches of an If) follow those of the graph around them; a value inside is named within its own scope.
    """

    nodes: tuple[OperatorNode, ...]
    inputs: tuple[str, ...]  # without the tensors that the file itself holds
    outputs: tuple[str, ...]
