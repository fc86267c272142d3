"""Read a TFLite file: tensors that hold data, their quantisation, and the operators; buffers are never read.

Source: tensorflow/compiler/mlir/lite/schema/schema.fbs, version 3.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

from truename.blob import Blob
from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.dtypes import extent
from truename.formats.graph import SCALE_SUFFIX, OperatorGraph, OperatorNode
from truename.formats.header import Tensor, WeightsHeader
from truename.formats.tflite import TfliteFault
from truename.formats.tflite.flatbuffer import FlatBuffer, Table, Vector

IDENTIFIER = b"TFL3"
MAX_TENSORS = 300_000
MAX_OPERATORS = 300_000
MAX_SUBGRAPHS = 1_000
_MAX_RANK = 64
_MAX_CODES = 10_000
_MAX_VALUES = 2_000_000  # inputs and outputs of operators
_MAX_TEXT_BYTES = 64_000_000

# enum TensorType: its number, our word. 13 and 14 are handles; they hold no numbers.
DTYPES: dict[int, str] = {
    0: "F32",
    1: "F16",
    2: "I32",
    3: "U8",
    4: "I64",
    5: "STRING",
    6: "BOOL",
    7: "I16",
    8: "C64",
    9: "I8",
    10: "F64",
    11: "C128",
    12: "U64",
    15: "U32",
    16: "U16",
    17: "I4",
    18: "BF16",
    19: "I2",
    20: "U4",
}
_COUNTING = (2, 4, 5, 6)  # shapes, axes, texts and conditions, where they are not quantised: no weights
_MODEL_VERSION, _MODEL_CODES, _MODEL_GRAPHS, _MODEL_DESCRIPTION, _MODEL_BUFFERS = 0, 1, 2, 3, 4
_CODE_OLD, _CODE_CUSTOM, _CODE_NEW = 0, 1, 3
_GRAPH_TENSORS, _GRAPH_INPUTS, _GRAPH_OUTPUTS, _GRAPH_OPERATORS, _GRAPH_NAME = 0, 1, 2, 3, 4
_TENSOR_SHAPE, _TENSOR_TYPE, _TENSOR_BUFFER, _TENSOR_NAME, _TENSOR_QUANTISATION, _TENSOR_SPARSITY = 0, 1, 2, 3, 4, 6
_BUFFER_DATA, _BUFFER_OFFSET, _BUFFER_SIZE = 0, 1, 2
_SCALE = 2
_OPERATOR_CODE, _OPERATOR_INPUTS, _OPERATOR_OUTPUTS = 0, 1, 2
_CUSTOM = 32  # BuiltinOperator.CUSTOM


def read_tflite(blob: Blob) -> WeightsHeader:
    """Read the tensors that hold data and the operators of one TFLite file.

    ``metadata["quantised_tensors"]`` counts the tensors with scales. Quantised tensors have the shape and the dtype
    that their values have; their scales are tensors of their own, named behind them by ``SCALE_SUFFIX``.

    Raises:
        FormatError: the file breaks the layout, or says what cannot be; its code says how.
    """
    if blob.read(4, 4) != IDENTIFIER:
        raise FormatError(blob.path, TfliteFault.NO_TFLITE, "does not start as a TFLite file does")
    return _Reader(blob).read()


class _Reader:
    """Reads one file."""

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._path = blob.path
        self._tensors: dict[str, Tensor] = {}
        self._nodes: list[OperatorNode] = []
        self._inputs: tuple[str, ...] = ()
        self._outputs: tuple[str, ...] = ()
        self._uses: Counter[int] = Counter()  # buffer -> tensors in it
        self._quantised = self._values = self._seen = self._text = 0

    def read(self) -> WeightsHeader:
        """The header of the file."""
        model = FlatBuffer(self._blob).root()
        version = model.number(_MODEL_VERSION, 4)
        if version != 3:
            raise UnsupportedFormatError(
                self._path, f"has version {version} of the schema; version 3 is read", TfliteFault.VERSION
            )
        buffers = model.vector(_MODEL_BUFFERS, 4, MAX_TENSORS)
        sizes = [] if buffers is None else [self._buffer(buffers.table(number)) for number in range(buffers.count)]
        codes = self._codes(model)
        graphs = model.vector(_MODEL_GRAPHS, 4, MAX_SUBGRAPHS)
        for number in range(graphs.count if graphs is not None else 0):
            assert graphs is not None
            self._graph(graphs.table(number), number, sizes, codes)
        metadata = {"description": model.text(_MODEL_DESCRIPTION)}
        if self._quantised:
            metadata["quantised_tensors"] = str(self._quantised)
        graph = OperatorGraph(tuple(self._nodes), self._inputs, self._outputs)
        tensors = self._tensors
        return WeightsHeader("tflite", (self._path,), tensors, {}, metadata, self._blob.bytes_read, graph=graph)

    def _buffer(self, buffer: Table) -> int:
        """Bytes of a buffer. Those of large models lie behind the FlatBuffer, at an offset of their own."""
        offset, size = buffer.number(_BUFFER_OFFSET, 8), buffer.number(_BUFFER_SIZE, 8)
        if offset > 1:
            if offset + size > self._blob.size:
                problem = f"has a buffer of {size:,} bytes at byte {offset:,}, outside of the file"
                raise FormatError(self._path, TfliteFault.INDEX, problem)
            return size
        return buffer.length(_BUFFER_DATA)

    def _codes(self, model: Table) -> list[str]:
        """The operators by code. Codes above 127 came later and have a field of their own."""
        found = model.vector(_MODEL_CODES, 4, _MAX_CODES)
        names = _operators()
        codes = []
        for number in range(found.count if found is not None else 0):
            assert found is not None
            code = found.table(number)
            operator = max(code.number(_CODE_OLD, 1, signed=True), code.number(_CODE_NEW, 4, signed=True))
            custom = code.text(_CODE_CUSTOM) if operator == _CUSTOM else ""
            codes.append(custom or (names[operator] if 0 <= operator < len(names) else f"OPERATOR_{operator}"))
        return codes

    def _graph(self, graph: Table, number: int, sizes: list[int], codes: list[str]) -> None:
        found = graph.vector(_GRAPH_TENSORS, 4, MAX_TENSORS)
        names: list[str] = []
        tensors = [] if found is None else [found.table(position) for position in range(found.count)]
        self._uses.update(tensor.number(_TENSOR_BUFFER, 4) for tensor in tensors)
        for position, tensor in enumerate(tensors):
            names.append(self._tensor(tensor, number, position, sizes))
        operators = graph.vector(_GRAPH_OPERATORS, 4, MAX_OPERATORS)
        for position in range(operators.count if operators is not None else 0):
            assert operators is not None
            self._operator(operators.table(position), names, codes)
        if number == 0:
            self._inputs = self._named(graph.vector(_GRAPH_INPUTS, 4, MAX_TENSORS), names)
            self._outputs = self._named(graph.vector(_GRAPH_OUTPUTS, 4, MAX_TENSORS), names)

    def _tensor(self, tensor: Table, graph: int, position: int, sizes: list[int]) -> str:
        """Keep a tensor that holds data; its name, whether kept or not."""
        self._seen += 1
        if self._seen > MAX_TENSORS:
            raise FormatError(self._path, TfliteFault.LIMIT, f"has more than {MAX_TENSORS:,} tensors")
        name = tensor.text(_TENSOR_NAME) or f"tensor_{position}"
        self._text += len(name)
        if self._text > _MAX_TEXT_BYTES:
            raise FormatError(self._path, TfliteFault.LIMIT, f"has more than {_MAX_TEXT_BYTES:,} bytes of names")
        buffer = tensor.number(_TENSOR_BUFFER, 4)
        if buffer >= max(1, len(sizes)):
            raise FormatError(
                self._path, TfliteFault.INDEX, f"has a tensor {name[:120]!r} in buffer {buffer:,} of {len(sizes):,}"
            )
        held = sizes[buffer] if sizes else 0
        if buffer == 0 or held == 0:  # made while the model runs
            return name
        kept = self._built(tensor, name, buffer, held)
        if kept is not None:
            unique = self._unique(name, graph, position)
            self._tensors[unique] = kept
            self._quantisation(tensor, unique)
        return name

    def _quantisation(self, tensor: Table, name: str) -> None:
        """The scales of a quantised tensor, as a tensor of their own beside it."""
        if count := self._scales(tensor):
            self._quantised += 1
            self._tensors[name + SCALE_SUFFIX] = Tensor("F32", (count,), 4 * count)

    def _scales(self, tensor: Table) -> int:
        """How many scales a tensor has; the converter writes an empty table where it has none."""
        quantisation = tensor.table(_TENSOR_QUANTISATION)
        scales = None if quantisation is None else quantisation.vector(_SCALE, 4, self._blob.size)
        return 0 if scales is None else scales.count

    def _built(self, tensor: Table, name: str, buffer: int, held: int) -> Tensor | None:
        number = tensor.number(_TENSOR_TYPE, 1)
        if number in (13, 14) or (number in _COUNTING and not self._scales(tensor)):
            return None
        dtype = DTYPES.get(number)
        if dtype is None:
            raise UnsupportedFormatError(
                self._path,
                f"has a tensor {name[:120]!r} of type {number}, which truename does not know",
                TfliteFault.TYPE,
            )
        sizes = tensor.vector(_TENSOR_SHAPE, 4, _MAX_RANK)
        shape = () if sizes is None else sizes.numbers()
        try:
            needed = extent(dtype, shape)
        except ValueError as error:
            raise FormatError(self._path, TfliteFault.TENSOR, f"has a tensor {name[:120]!r} that {error}") from None
        sparse = tensor.table(_TENSOR_SPARSITY) is not None
        if needed is not None and needed != held and not sparse:
            problem = f"has {held:,} bytes for the tensor {name[:120]!r}, and {dtype} {shape} needs {needed:,}"
            raise FormatError(self._path, TfliteFault.TENSOR, problem)
        # Vectors share a buffer where their values are alike by chance (zeros); only a shared matrix is a tie.
        return Tensor(dtype, shape, held, f"buffer {buffer}" if len(shape) > 1 and self._uses[buffer] > 1 else None)

    def _unique(self, name: str, graph: int, position: int) -> str:
        if name not in self._tensors:
            return name
        return f"{name}#{graph}.{position}"

    def _operator(self, operator: Table, names: list[str], codes: list[str]) -> None:
        if len(self._nodes) >= MAX_OPERATORS:
            raise FormatError(self._path, TfliteFault.LIMIT, f"has more than {MAX_OPERATORS:,} operators")
        code = operator.number(_OPERATOR_CODE, 4)
        if code >= len(codes):
            raise FormatError(self._path, TfliteFault.INDEX, f"has an operator with code {code:,} of {len(codes):,}")
        inputs = self._named(operator.vector(_OPERATOR_INPUTS, 4, MAX_TENSORS), names)
        outputs = self._named(operator.vector(_OPERATOR_OUTPUTS, 4, MAX_TENSORS), names)
        self._nodes.append(OperatorNode(codes[code], outputs[0] if outputs else "", inputs, outputs))

    def _named(self, vector: Vector | None, names: list[str]) -> tuple[str, ...]:
        """The tensors that a list refers to; -1 is an input that is left out."""
        if vector is None:
            return ()
        self._values += vector.count
        if self._values > _MAX_VALUES:
            raise FormatError(self._path, TfliteFault.LIMIT, f"has more than {_MAX_VALUES:,} inputs and outputs")
        found = []
        for number in vector.numbers():
            if not -1 <= number < len(names):
                raise FormatError(self._path, TfliteFault.INDEX, f"refers to tensor {number:,} of {len(names):,}")
            found.append(names[number] if number >= 0 else "")
        return tuple(found)


@cache
def _operators() -> tuple[str, ...]:
    text = Path(__file__).with_name("tflite_operators.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["operators"])
