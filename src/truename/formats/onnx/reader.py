"""Read an ONNX file: its stored tensors and its graph of operators, never a byte of weights.

The format's own library decodes the whole file, weights included, and leaves only data in other files alone. Most
files carry their data inline, up to 2 GB; so the wire format is walked here by ranges and data is skipped.
Schema: onnx.proto, ``ModelProto`` and what hangs below it.
"""

from __future__ import annotations

import msgspec

from truename.blob import Blob
from truename.errors import FormatError
from truename.formats.graph import OperatorGraph, OperatorNode
from truename.formats.header import Tensor, WeightsHeader
from truename.formats.onnx import OnnxFault
from truename.formats.onnx.tensor import OnnxTensor, read_pair, read_tensor
from truename.formats.protobuf import LEN, Field, Wire
from truename.formats.views import Window

MAX_NODES = 200_000  # Llama's decoder has 233 a layer, so 19,000 of 80 layers
MAX_TENSORS = 100_000
MAX_FUNCTIONS = 20_000  # one for each module, at most
MAX_TEXT = 32_000_000  # characters of names, all together; one takes up to four bytes
MAX_DEPTH = 16
MAX_NAME = 4_096
MAX_METADATA = 65_536
_MAX_ITEMS = 1_000  # metadata properties, operator sets
_MAX_NUMBERS = 64  # whole-number attributes of one node
_WORTH_KEEPING = 1_024  # bytes: a Constant below is a shape, an axis or an epsilon, not a weight
# Operators of quantised weights, ONNX's own and ONNX Runtime's: where they take weights, and what belongs to those.
_QUANTISED: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "DequantizeLinear": ((0,), (1, 2)),
    "MatMulInteger": ((0, 1), ()),
    "ConvInteger": ((1,), ()),
    "QLinearMatMul": ((0, 3), ()),
    "QLinearConv": ((3,), ()),
    "MatMulNBits": ((1,), (2, 3, 4)),
    "GatherBlockQuantized": ((0,), (2, 3)),
    "MatMulIntegerToFloat": ((1,), ()),
    "DynamicQuantizeMatMul": ((1,), ()),
    "QGemm": ((3,), ()),
    "QAttention": ((1,), ()),
}
_PASSING = frozenset({"Gather", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"})

_MODEL = {2: "producer_name", 3: "producer_version", 4: "domain"}
_IR_VERSION, _GRAPH, _METADATA, _FUNCTIONS = 1, 7, 14, 25
_NODE, _INITIALIZER, _INPUT, _OUTPUT, _SPARSE = 1, 5, 11, 12, 15
_FUNCTION_NODE = 7
_FUNCTION_NAMES = {10: "", 1: "", 13: ""}  # domain, name, overload: together they are one of a kind
_NODE_INPUT, _NODE_OUTPUT, _NODE_NAME, _NODE_OP, _NODE_ATTRIBUTE, _NODE_DOMAIN = 1, 2, 3, 4, 5, 7
_ATTRIBUTE_NAME, _ATTRIBUTE_I, _ATTRIBUTE_T, _ATTRIBUTE_G, _ATTRIBUTE_FLOATS = 1, 3, 5, 6, 7
_ATTRIBUTE_GRAPHS, _ATTRIBUTE_SPARSE = 11, 22
_SPARSE_VALUES, _SPARSE_DIMS = 1, 3


def read_onnx(blob: Blob) -> WeightsHeader:
    """Read the tensors and the graph of one ONNX file.

    Raises:
        FormatError: the file breaks the wire format, is no ONNX model, or holds a tensor that is wrong; its code says
            how.
    """
    return _Reader(blob).read()


class _Node:
    """Fields of a NodeProto while they are collected."""

    def __init__(self) -> None:
        self.name = self.op_type = self.domain = ""
        self.inputs: list[str] = []
        self.outputs: list[str] = []
        self.numbers: list[tuple[str, int]] = []
        self.values: list[Field] = []  # of one tensor each, dense or sparse
        self.floats = 0  # bytes of an attribute that is a list of them
        self.graphs: list[tuple[int, int]] = []


class _Body:
    """The nodes of the graph or of one function, and the Constants that are no weights by themselves.

    A function has names of its own; ``prefix`` tells them from those of the graph.
    """

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.nodes: list[OperatorNode] = []
        self.constants: list[_Constant] = []


class _Constant(msgspec.Struct, frozen=True):
    """A Constant that is a weight only if another node takes it as one."""

    name: str
    value: Field
    scope: str
    node: str  # its name, or its operator

    @property
    def large(self) -> bool:
        """Whether it is no shape, axis, scale or the like, by its bytes."""
        return self.value.number == _ATTRIBUTE_SPARSE or self.value.end - self.value.start >= _WORTH_KEEPING


class _Reader:
    """Reads one file."""

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._wire = Wire(Window(blob), blob.path)
        self._tensors: dict[str, Tensor] = {}
        self._file_of: dict[str, str] = {}
        self._body = _Body()
        self._metadata: dict[str, str] = {}
        self._inputs: list[str] = []
        self._outputs: list[str] = []
        self._text = self._graphs = self._nodes = self._functions = 0

    def read(self) -> WeightsHeader:
        """The header of the file."""
        for field in self._wire.fields(0, self._blob.size):
            self._model_field(field)
        self._keep_quantised(self._body)
        if not self._graphs:
            raise FormatError(self._blob.path, OnnxFault.NO_MODEL, "holds no graph; this is no ONNX model")
        inputs = tuple(name for name in self._inputs if name not in self._tensors)
        graph = OperatorGraph(tuple(self._body.nodes), inputs, tuple(self._outputs))
        paths = (self._blob.path,)
        read = self._blob.bytes_read
        return WeightsHeader("onnx", paths, self._tensors, self._file_of, self._metadata, read, graph=graph)

    def _model_field(self, field: Field) -> None:
        if field.number == _GRAPH:
            self._wire.expect(field, LEN)
            self._graphs += 1
            self._graph(field.start, field.end, "", 0, self._body)
        elif field.number == _FUNCTIONS:
            self._function(field)
        elif field.number in _MODEL:
            self._metadata.setdefault(_MODEL[field.number], self._wire.text(field, MAX_NAME))
        elif field.number == _IR_VERSION:
            self._metadata.setdefault("ir_version", str(self._wire.number(field)))
        elif field.number == _METADATA and len(self._metadata) < _MAX_ITEMS:
            key, value = read_pair(self._wire, field, MAX_METADATA)
            self._count_text(key + value)
            self._metadata.setdefault(key, value)

    def _function(self, field: Field) -> None:
        """The Constants of a function, once however often the graph calls it; its nodes are no part of the graph."""
        self._wire.expect(field, LEN)
        self._functions += 1
        if self._functions > MAX_FUNCTIONS:
            raise FormatError(self._blob.path, OnnxFault.TOO_MANY_PARTS, f"has more than {MAX_FUNCTIONS:,} functions")
        names, nodes = dict(_FUNCTION_NAMES), []
        for inner in self._wire.fields(field.start, field.end):
            if inner.number in names:
                names[inner.number] = self._name(inner)
            elif inner.number == _FUNCTION_NODE:
                nodes.append(inner)
        scope = ":".join(filter(None, names.values()))
        body = _Body(f"{scope}/")
        nested: list[tuple[int, int, str]] = []
        for node in nodes:
            self._node(node, scope, nested, body)
        for first, last, inside in nested:
            self._graph(first, last, inside, 1, body)
        self._keep_quantised(body)

    def _graph(self, start: int, end: int, scope: str, depth: int, body: _Body) -> None:
        """The tensors and nodes of a graph; ``scope`` is the node that holds it, for names inside."""
        if depth > MAX_DEPTH:
            raise FormatError(self._blob.path, OnnxFault.GRAPH_NESTING, f"nests graphs more than {MAX_DEPTH} deep")
        own: set[str] = set()
        nested: list[tuple[int, int, str]] = []
        for field in self._wire.fields(start, end):
            if field.number == _NODE:
                self._node(field, scope, nested, body)
            elif field.number == _INITIALIZER:
                self._wire.expect(field, LEN)
                self._keep(read_tensor(self._wire, field.start, field.end, max_text=MAX_NAME), scope, own, body)
            elif field.number == _SPARSE:
                self._keep(self._sparse(field), scope, own, body)
            elif field.number in (_INPUT, _OUTPUT) and depth == 0:
                (self._inputs if field.number == _INPUT else self._outputs).append(self._value_name(field))
        for first, last, inside in nested:  # after the tensors of this graph, whose names come first
            self._graph(first, last, inside, depth + 1, body)

    def _keep(self, found: OnnxTensor, scope: str, own: set[str], body: _Body) -> None:
        if found.name in own:
            raise FormatError(
                self._blob.path, OnnxFault.DUPLICATE_TENSOR, "is there twice", part=("tensor", found.name)
            )
        own.add(found.name)
        name = body.prefix + found.name
        if name in self._tensors:
            name = f"{scope}/{found.name}"
        self._count_text(name)
        if name in self._tensors:  # the same graph under the same node a second time
            raise FormatError(self._blob.path, OnnxFault.DUPLICATE_TENSOR, "is there twice", part=("tensor", name))
        if len(self._tensors) >= MAX_TENSORS:
            raise FormatError(self._blob.path, OnnxFault.TOO_MANY_PARTS, f"has more than {MAX_TENSORS:,} tensors")
        self._tensors[name] = found.tensor
        if found.location is not None:
            folder = self._blob.path.rpartition("/")[0]
            location = found.location.removeprefix("./")
            self._count_text(location)
            self._file_of[name] = f"{folder}/{location}" if folder else location

    def _sparse(self, field: Field, fallback: str = "") -> OnnxTensor:
        """A ``SparseTensorProto``: the dtype and name of its values, its own shape, the bytes of its values."""
        self._wire.expect(field, LEN)
        values: OnnxTensor | None = None
        dims: list[int] = []
        for inner in self._wire.fields(field.start, field.end):
            if inner.number == _SPARSE_VALUES:
                self._wire.expect(inner, LEN)
                values = read_tensor(self._wire, inner.start, inner.end, fallback, MAX_NAME)
            elif inner.number == _SPARSE_DIMS:
                dims += self._wire.numbers(inner, 64)
        if values is None:
            raise FormatError(
                self._blob.path, OnnxFault.TENSOR_NAME, "is sparse and has no values", part=("tensor", "")
            )
        if len(dims) > 64 or any(not 0 <= size < 2**31 for size in dims):
            raise FormatError(
                self._blob.path,
                OnnxFault.TENSOR_SHAPE,
                "is sparse and has no shape that can be",
                part=("tensor", values.name),
            )
        return OnnxTensor(values.name, Tensor(values.tensor.dtype, tuple(dims), values.tensor.stored_bytes))

    def _node(self, field: Field, scope: str, nested: list[tuple[int, int, str]], body: _Body) -> None:
        self._wire.expect(field, LEN)
        node = _Node()
        for inner in self._wire.fields(field.start, field.end):
            self._node_field(inner, node)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise FormatError(self._blob.path, OnnxFault.TOO_MANY_PARTS, f"has more than {MAX_NODES:,} nodes")
        inputs, outputs = tuple(node.inputs), tuple(node.outputs)
        numbers = tuple(node.numbers)
        body.nodes.append(OperatorNode(node.op_type, node.name, inputs, outputs, node.domain, numbers))
        if node.op_type == "Constant" and node.outputs:
            self._constant(node, scope, body)
        for number, (start, end) in enumerate(node.graphs):
            nested.append((start, end, self._path(scope, f"{node.name or node.op_type}/{number}")))

    def _node_field(self, field: Field, node: _Node) -> None:
        number = field.number
        if number == _NODE_INPUT:
            node.inputs.append(self._name(field))
        elif number == _NODE_OUTPUT:
            node.outputs.append(self._name(field))
        elif number == _NODE_NAME:
            node.name = self._name(field)
        elif number == _NODE_OP:
            node.op_type = self._name(field)
        elif number == _NODE_DOMAIN:
            node.domain = self._name(field)
        elif number == _NODE_ATTRIBUTE:
            self._attribute(field, node)

    def _attribute(self, field: Field, node: _Node) -> None:
        self._wire.expect(field, LEN)
        name, value = "", None
        for inner in self._wire.fields(field.start, field.end):
            if inner.number == _ATTRIBUTE_NAME:
                name = self._name(inner)
            elif inner.number == _ATTRIBUTE_I:
                value = self._wire.number(inner)
            elif inner.number == _ATTRIBUTE_T or inner.number == _ATTRIBUTE_SPARSE:
                self._wire.expect(inner, LEN)
                node.values.append(inner)
            elif inner.number == _ATTRIBUTE_FLOATS:  # packed, or one after the other
                node.floats += inner.end - inner.start
            elif inner.number in (_ATTRIBUTE_G, _ATTRIBUTE_GRAPHS):
                self._wire.expect(inner, LEN)
                node.graphs.append((inner.start, inner.end))
        if value is not None and len(node.numbers) < _MAX_NUMBERS:
            node.numbers.append((name, value))

    def _constant(self, node: _Node, scope: str, body: _Body) -> None:
        """A weight that an exporter wrote as a Constant, if it is of floats; of others the nodes decide that follow."""
        own = node.name or node.op_type
        name = node.outputs[0] or self._path(scope, own)
        if node.floats >= _WORTH_KEEPING:
            tensor = Tensor("F32", (node.floats // 4,), node.floats)
            self._keep(OnnxTensor(name, tensor), self._path(scope, own), set(), body)
        for value in node.values:
            constant = _Constant(name, value, scope, own)
            if constant.large and (self._tensor(constant).dtype or "").startswith(("F", "BF")):
                self._keep_constant(constant, body)
            else:
                body.constants.append(constant)

    def _keep_quantised(self, body: _Body) -> None:
        """Whole numbers are weights where an operator of quantised weights takes them; masks and tables are not."""
        large = {constant.name for constant in body.constants if constant.large}
        weights: set[str] = set()
        beside: set[str] = set()  # their scales and zero points, however small
        for node in reversed(body.nodes) if large else ():
            if node.op_type in _QUANTISED:
                own, others = (_inputs(node, places) for places in _QUANTISED[node.op_type])
                weights.update(own)
                if not large.isdisjoint(own):
                    beside.update(others)
            elif node.op_type in _PASSING and not weights.isdisjoint(node.outputs):
                weights.update(node.inputs[:1])
        for constant in body.constants:
            if constant.name in beside or (constant.large and constant.name in weights):
                self._keep_constant(constant, body)

    def _keep_constant(self, constant: _Constant, body: _Body) -> None:
        found = OnnxTensor(constant.name, self._tensor(constant))
        self._keep(found, self._path(constant.scope, constant.node), set(), body)

    def _tensor(self, constant: _Constant) -> Tensor:
        if constant.value.number == _ATTRIBUTE_SPARSE:
            return self._sparse(constant.value, constant.name).tensor
        return read_tensor(self._wire, constant.value.start, constant.value.end, constant.name, MAX_NAME).tensor

    def _value_name(self, field: Field) -> str:
        """The name in a ``ValueInfoProto``."""
        self._wire.expect(field, LEN)
        for inner in self._wire.fields(field.start, field.end):
            if inner.number == 1:
                return self._name(inner)
        return ""

    def _name(self, field: Field) -> str:
        text = self._wire.text(field, MAX_NAME)
        self._count_text(text)
        return text

    def _path(self, scope: str, own: str) -> str:
        """A node's own name behind those of the nodes that hold its graph."""
        path = f"{scope}/{own}" if scope else own
        self._count_text(path)
        return path

    def _count_text(self, text: str) -> None:
        self._text += len(text)
        if self._text > MAX_TEXT:
            raise FormatError(
                self._blob.path, OnnxFault.TOO_MANY_PARTS, f"has names of more than {MAX_TEXT:,} characters in all"
            )


def _inputs(node: OperatorNode, places: tuple[int, ...]) -> list[str]:
    return [node.inputs[place] for place in places if place < len(node.inputs)]
