"""Operators -> connections of an abstract architecture: which layer's result goes into which, as the graph has it.

A node that takes weights is the layer of those weights. A node without weights is a layer of its own (an addition, a
softmax, the product of queries and keys), named ``module/operator``. Reshapes, casts and scaling by constants are
passed through; what only computes sizes is left out. Exporters spell an activation out or call it by one word, and each
format has words of its own: here they become ONNX's. Time and memory are linear in the graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import msgspec

from truename.architecture import onnx_names
from truename.architecture.canonical import canonical_names
from truename.compiled_tables import table
from truename.formats.graph import OperatorNode
from truename.formats.header import WeightsHeader

INPUT, OUTPUT = "input", "output"
_MAX_SOURCES = 64  # of one value: those of a node's inputs, each one layer


class Flow(msgspec.Struct, frozen=True):
    """The flow of data through a model.

    ``operators`` are the layers without tensors: their names and the operator in ONNX's word, where it has one.
    ``connections`` leave out ``input`` only where there is no graph.
    """

    operators: Mapping[str, str]
    connections: tuple[tuple[str, str], ...]


def operator_flow(header: WeightsHeader) -> Flow:
    """The flow of data that the graph of ``header`` shows; empty where its format stores no graph."""
    if header.graph is None:
        return Flow({}, ())
    flow = _Flow(header)
    for number, node in enumerate(header.graph.nodes):
        flow.add(node, number)
    return Flow(flow.operators, tuple(flow.connections()))


def operator_word(word: str) -> str:
    """ONNX's word for an operator of another format; the word itself where there is none."""
    return str(table("architecture/operators")["words"].get(word, word))


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(table("architecture/operators")[key])


class _Flow:
    """Follows values from node to node."""

    def __init__(self, header: WeightsHeader) -> None:
        assert header.graph is not None
        self._graph = header.graph
        self._stored = header.tensors
        self._layers = {original: _layer(name) for original, name in canonical_names(header).items()}
        self._modules = frozenset(self._layers.values())
        self._sources: dict[str, str] = dict.fromkeys(header.graph.inputs, INPUT)  # value -> the layer it comes from
        self._edges: dict[tuple[str, str], None] = {}
        self._gates: dict[str, str] = {}  # an erf, a sigmoid ... -> the only layer that it takes
        self.operators: dict[str, str] = {}

    def add(self, node: OperatorNode, number: int) -> None:
        """Put one node behind those whose results it takes."""
        if node.op_type in _words("constant"):
            return
        if node.op_type == "Identity" and node.inputs and node.inputs[0] in self._stored:
            # A second name of a stored tensor: it belongs to the layer that this name says.
            for value in node.outputs:
                self._layers[value] = _layer(value if "." in value else node.inputs[0])
            return
        weights = [layer for value in node.inputs if (layer := self._layers.get(value)) is not None]
        sources = list(dict.fromkeys(s for value in node.inputs if (s := self._sources.get(value)) is not None))
        if not weights and node.op_type in _words("passing"):
            self._give(node, self._sources.get(node.inputs[0]) if node.inputs else None)
            return
        if not sources and not weights:
            return
        word = operator_word(node.op_type)
        if not weights and len(sources) == 1 and word in _words("arithmetic"):  # with a constant, or with itself
            self._give(node, sources[0])
            return
        if not weights and word == "Mul" and (gate := self._gate(sources)) is not None:
            self._give(node, gate)
            return
        if not sources and node.op_type in _words(
            "passing"
        ):  # weights that are turned or unpacked before they are used
            self._layers.update(dict.fromkeys(node.outputs, weights[0]))
            return
        layer = weights[0] if weights else self._operator(node, word, number)
        taken = tuple(source for source in sources[:_MAX_SOURCES] if source != layer)
        self._edges.update(dict.fromkeys((source, layer) for source in taken))
        self._give(node, layer)
        if not weights and len(taken) == 1 and word in table("architecture/operators")["gates"]:
            self._gates[layer] = taken[0]

    def connections(self) -> Iterator[tuple[str, str]]:
        """Layer -> layer, in the order of the graph, and from the last ones to the output."""
        yield from self._edges
        for value in self._graph.outputs:
            if (source := self._sources.get(value)) is not None:
                yield source, OUTPUT

    def _give(self, node: OperatorNode, layer: str | None) -> None:
        if layer is not None:
            self._sources.update(dict.fromkeys(filter(None, node.outputs), layer))

    def _gate(self, sources: list[str]) -> str | None:
        """The activation that ``x * f(x)`` spells out: the layer of ``f``, which becomes the whole."""
        for gate, other in (sources, sources[::-1]) if len(sources) == 2 else ():
            if self._gates.get(gate) == other:
                gates = table("architecture/operators")["gates"]
                self.operators[gate] = gates.get(self.operators[gate], self.operators[gate])
                return gate
        return None

    def _operator(self, node: OperatorNode, word: str, number: int) -> str:
        name = node.name.strip("/") or f"{node.op_type}_{number}"
        path, _, last = name.rpartition("/")
        path = path.replace("/", ".")
        if path in self._modules:  # a norm that is spelled out in means and roots, the scaling of a quantised product
            return path
        layer = f"{path}/{last}" if path else name
        if layer in self.operators:
            layer = f"{layer}_{number}"
        self.operators[layer] = word
        return layer


def _layer(name: str) -> str:
    """The layer of a tensor; that of the weight, for what belongs to a quantised one."""
    path, _, role = name.rpartition(".")
    if role in (onnx_names.SCALE, onnx_names.ZERO_POINT, onnx_names.INDEX):
        return _layer(path)
    return path or name
