"""Read an ONNX file: its stored tensors and its graph of operators, never a byte of weights.

The format's own library decodes the whole file, weights included, and leaves only data in other files alone. Most
files carry their data inline, up to 2 GB; so the wire format is walked here by ranges and data is skipped.
The errors and their tree are in ``onnx_errors``. Schema: onnx.proto, ``ModelProto`` and what hangs below it.
"""

from __future__ import annotations

from truename.blob import Blob
from truename.weights import onnx_errors as faults
from truename.weights.graph import OperatorGraph, OperatorNode
from truename.weights.header import Tensor, WeightsHeader
from truename.weights.onnx_tensor import OnnxTensor, read_pair, read_tensor
from truename.weights.protobuf import LEN, Field, Wire
from truename.weights.window import Window

MAX_NODES = 300_000  # exported decoders of 80 layers have some tens of thousands
MAX_TENSORS = 300_000
MAX_VALUES = 2_000_000  # inputs and outputs of nodes
MAX_TEXT_BYTES = 64_000_000  # names, all together
MAX_DEPTH = 16
MAX_NAME = 4_096
MAX_METADATA = 65_536
_MAX_ITEMS = 1_000  # metadata properties, operator sets
_MAX_NUMBERS = 64  # whole-number attributes of one node
_WORTH_KEEPING = 1_024  # bytes: a Constant below is a shape, an axis or an epsilon, not a weight

_MODEL = {2: "producer_name", 3: "producer_version", 4: "domain"}
_IR_VERSION, _GRAPH, _METADATA, _FUNCTIONS = 1, 7, 14, 25
_NODE, _INITIALIZER, _INPUT, _OUTPUT, _SPARSE = 1, 5, 11, 12, 15
_NODE_INPUT, _NODE_OUTPUT, _NODE_NAME, _NODE_OP, _NODE_ATTRIBUTE, _NODE_DOMAIN = 1, 2, 3, 4, 5, 7
_ATTRIBUTE_NAME, _ATTRIBUTE_I, _ATTRIBUTE_T, _ATTRIBUTE_G, _ATTRIBUTE_GRAPHS = 1, 3, 5, 6, 11
_SPARSE_VALUES, _SPARSE_DIMS = 1, 3


def read_onnx(blob: Blob) -> WeightsHeader:
    """Read the tensors and the graph of one ONNX file.

    Raises:
        ProtobufError: the file breaks the wire format; the class says how.
        OnnxError: the file is no ONNX model, or one of its tensors is wrong; the class says how.
    """
    return _Reader(blob).read()


class _Node:
    """Fields of a NodeProto while they are collected."""

    def __init__(self) -> None:
        self.name = self.op_type = self.domain = ""
        self.inputs: list[str] = []
        self.outputs: list[str] = []
        self.numbers: list[tuple[str, int]] = []
        self.constants: list[tuple[int, int]] = []
        self.graphs: list[tuple[int, int]] = []


class _Reader:
    """Reads one file."""

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._wire = Wire(Window(blob), blob.path)
        self._tensors: dict[str, Tensor] = {}
        self._file_of: dict[str, str] = {}
        self._nodes: list[OperatorNode] = []
        self._metadata: dict[str, str] = {}
        self._inputs: list[str] = []
        self._outputs: list[str] = []
        self._values = self._text_bytes = self._graphs = 0

    def read(self) -> WeightsHeader:
        """The header of the file."""
        for field in self._wire.fields(0, self._blob.size):
            self._model_field(field)
        if not self._graphs:
            raise faults.NoModelError(self._blob.path, "holds no graph; this is no ONNX model")
        inputs = tuple(name for name in self._inputs if name not in self._tensors)
        graph = OperatorGraph(tuple(self._nodes), inputs, tuple(self._outputs))
        paths = (self._blob.path,)
        read = self._blob.bytes_read
        return WeightsHeader("onnx", paths, self._tensors, self._file_of, self._metadata, read, graph=graph)

    def _model_field(self, field: Field) -> None:
        if field.number == _GRAPH:
            self._wire.expect(field, LEN)
            self._graphs += 1
            self._graph(field.start, field.end, "", 0)
        elif field.number in _MODEL:
            self._metadata.setdefault(_MODEL[field.number], self._wire.text(field, MAX_NAME))
        elif field.number == _IR_VERSION:
            self._metadata.setdefault("ir_version", str(self._wire.number(field)))
        elif field.number == _METADATA and len(self._metadata) < _MAX_ITEMS:
            key, value = read_pair(self._wire, field, MAX_METADATA)
            self._metadata.setdefault(key, value)

    def _graph(self, start: int, end: int, scope: str, depth: int) -> None:
        """The tensors and nodes of a graph; ``scope`` is the node that holds it, for names inside."""
        if depth > MAX_DEPTH:
            raise faults.GraphNestingError(self._blob.path, f"nests graphs more than {MAX_DEPTH} deep")
        own: set[str] = set()
        nested: list[tuple[int, int, str]] = []
        for field in self._wire.fields(start, end):
            if field.number == _NODE:
                self._node(field, scope, nested)
            elif field.number == _INITIALIZER:
                self._wire.expect(field, LEN)
                self._keep(read_tensor(self._wire, field.start, field.end, max_text=MAX_NAME), scope, own)
            elif field.number == _SPARSE:
                self._keep(self._sparse(field), scope, own)
            elif field.number in (_INPUT, _OUTPUT) and depth == 0:
                (self._inputs if field.number == _INPUT else self._outputs).append(self._value_name(field))
        for first, last, inside in nested:  # after the tensors of this graph, whose names come first
            self._graph(first, last, inside, depth + 1)

    def _keep(self, found: OnnxTensor, scope: str, own: set[str]) -> None:
        if found.name in own:
            raise faults.DuplicateTensorError(self._blob.path, found.name, "is there twice")
        own.add(found.name)
        name = found.name if found.name not in self._tensors else f"{scope}/{found.name}"
        self._count_text(name)
        if name in self._tensors:  # the same graph under the same node a second time
            raise faults.DuplicateTensorError(self._blob.path, name, "is there twice")
        if len(self._tensors) >= MAX_TENSORS:
            raise faults.TooManyPartsError(self._blob.path, f"has more than {MAX_TENSORS:,} tensors")
        self._tensors[name] = found.tensor
        if found.location is not None:
            folder = self._blob.path.rpartition("/")[0]
            location = found.location.removeprefix("./")
            self._file_of[name] = f"{folder}/{location}" if folder else location

    def _sparse(self, field: Field) -> OnnxTensor:
        """A ``SparseTensorProto``: the dtype and name of its values, its own shape, the bytes of its values."""
        self._wire.expect(field, LEN)
        values: OnnxTensor | None = None
        dims: list[int] = []
        for inner in self._wire.fields(field.start, field.end):
            if inner.number == _SPARSE_VALUES:
                self._wire.expect(inner, LEN)
                values = read_tensor(self._wire, inner.start, inner.end, max_text=MAX_NAME)
            elif inner.number == _SPARSE_DIMS:
                dims += self._wire.numbers(inner, 64)
        if values is None:
            raise faults.TensorNameError(self._blob.path, "", "is sparse and has no values")
        if len(dims) > 64 or any(not 0 <= size < 2**31 for size in dims):
            raise faults.TensorShapeError(self._blob.path, values.name, "is sparse and has no shape that can be")
        return OnnxTensor(values.name, Tensor(values.tensor.dtype, tuple(dims), values.tensor.stored_bytes))

    def _node(self, field: Field, scope: str, nested: list[tuple[int, int, str]]) -> None:
        self._wire.expect(field, LEN)
        node = _Node()
        for inner in self._wire.fields(field.start, field.end):
            self._node_field(inner, node)
        if len(self._nodes) >= MAX_NODES:
            raise faults.TooManyPartsError(self._blob.path, f"has more than {MAX_NODES:,} nodes")
        inputs, outputs = tuple(node.inputs), tuple(node.outputs)
        numbers = tuple(node.numbers)
        self._nodes.append(OperatorNode(node.op_type, node.name, inputs, outputs, node.domain, numbers))
        inside = f"{scope}/{node.name or node.op_type}" if scope else node.name or node.op_type
        for start, end in node.constants:
            self._constant(node, start, end, inside)
        for number, (start, end) in enumerate(node.graphs):
            nested.append((start, end, f"{inside}/{number}"))

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
            elif inner.number == _ATTRIBUTE_T:
                self._wire.expect(inner, LEN)
                node.constants.append((inner.start, inner.end))
            elif inner.number in (_ATTRIBUTE_G, _ATTRIBUTE_GRAPHS):
                self._wire.expect(inner, LEN)
                node.graphs.append((inner.start, inner.end))
        if value is not None and len(node.numbers) < _MAX_NUMBERS:
            node.numbers.append((name, value))

    def _constant(self, node: _Node, start: int, end: int, inside: str) -> None:
        """A weight that an exporter wrote as a Constant; small ones are shapes, axes and the like."""
        if node.op_type != "Constant" or not node.outputs or end - start < _WORTH_KEEPING:
            return
        found = read_tensor(self._wire, start, end, node.outputs[0] or inside, MAX_NAME)
        if (found.tensor.dtype or "").startswith(("F", "BF")):
            self._keep(OnnxTensor(node.outputs[0] or inside, found.tensor), inside, set())

    def _value_name(self, field: Field) -> str:
        """The name in a ``ValueInfoProto``."""
        self._wire.expect(field, LEN)
        for inner in self._wire.fields(field.start, field.end):
            if inner.number == 1:
                return self._name(inner)
        return ""

    def _name(self, field: Field) -> str:
        self._values += 1
        if self._values > MAX_VALUES:
            raise faults.TooManyPartsError(self._blob.path, f"names more than {MAX_VALUES:,} values")
        text = self._wire.text(field, MAX_NAME)
        self._count_text(text)
        return text

    def _count_text(self, text: str) -> None:
        self._text_bytes += len(text)
        if self._text_bytes > MAX_TEXT_BYTES:
            raise faults.TooManyPartsError(self._blob.path, f"has more than {MAX_TEXT_BYTES:,} bytes of names")
