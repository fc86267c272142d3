"""ONNX's stored tensors -> names and shapes as in PyTorch: what the exporter lost is found in the graph.

- ``onnx::MatMul_123`` was turned round by the exporter and named after a value; the node that uses it keeps the path of
  its module: ``/encoder/layer.0/attention/self/query/MatMul``. So is the vector of a norm that multiplies by one plus
  its weight (Gemma): the exporter adds the one. Older exporters name no nodes; then the bias that is added to the
  product tells the module.
- Vectors and matrices with equal values are stored once, and ``Identity`` nodes bear their other names. Equal vectors
  are a chance (zeros and ones before training), equal matrices are a tie.
- Quantised weights come in threes (``w_quantized``, ``w_scale``, ``w_zero_point``) or as the inputs of a node
  (``MatMulNBits``), whose attributes tell the shape that was packed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from truename._lazy import pattern
from truename.formats.graph import OperatorNode
from truename.formats.header import Tensor, WeightsHeader

Renamed = Iterator[tuple[str, str, Tensor]]

# Roles of what belongs to a quantised tensor; the tensor's own name comes before.
SCALE, ZERO_POINT, INDEX = "onnx_scale", "onnx_zero_point", "onnx_index"

_NO_NAME = pattern(r"(?:onnx::)?(?:[A-Za-z]+_)?\d+")
_NORM = pattern(r"norm[^.]*$", re.IGNORECASE)  # as the last part of a module's path
_CONSTANT = pattern(r"(?:^|/)(?:Constant|ConstantOfShape)(?:_\d+)?(?:_output_0)?")
_PACKED_NAME = pattern(r"(?:\.MatMul)?(?:\.weight)?(?:[._](?:qweight|Q\d+|Q\d+G\d+|DQ_Q\d+|quant))?")
_MATRICES = frozenset({"MatMul", "MatMulInteger", "FusedMatMul", "QLinearMatMul", "MatMulIntegerToFloat"})
_OTHERS = frozenset({"Gemm", "Conv", "ConvTranspose", "ConvInteger", "QLinearConv", "QGemm", "Gather"})
_TRIO = {"_quantized": "", "_scale": f".{SCALE}", "_zero_point": f".{ZERO_POINT}"}
_PACKED_INPUTS = {
    "MatMulNBits": {1: "", 2: f".{SCALE}", 3: f".{ZERO_POINT}", 4: f".{INDEX}"},
    "GatherBlockQuantized": {0: "", 2: f".{SCALE}", 3: f".{ZERO_POINT}"},
}
_QDQ_INPUTS = {0: "", 1: f".{SCALE}", 2: f".{ZERO_POINT}"}  # of DequantizeLinear


def renamed(header: WeightsHeader) -> Renamed:
    """Canonical name, name in the file, tensor, for every stored tensor and every second name of one."""
    names = _Names(header)
    for original, tensor in header.tensors.items():
        if not names.constant(original, tensor):
            yield names.canonical(original, tensor)
    yield from names.aliases()


class _Names:
    """Looks up the tensors of one header in its graph."""

    def __init__(self, header: WeightsHeader) -> None:
        self._tensors = header.tensors
        self._nodes = header.graph.nodes if header.graph is not None else ()
        self._users: dict[str, tuple[OperatorNode, int]] = {}  # tensor -> the first node that takes it, and where
        self._takers: dict[str, OperatorNode] = {}  # value made from a tensor alone -> the first node that takes it
        self._ties: set[str] = set()
        self._biased: dict[str, str] = {}  # value -> the module whose bias is added to it
        # Parts at the front of names, and parts behind them -> the one before: a node's path lacks what was not called.
        parts = [name.split(".", 2) for name in self._tensors if not _NO_NAME.fullmatch(name)]
        self._roots = {some[0] for some in parts}
        self._below = {some[1]: some[0] for some in parts if len(some) > 2}
        made: set[str] = set()
        for node in self._nodes:
            for place, value in enumerate(node.inputs):
                if value in self._tensors:
                    self._users.setdefault(value, (node, place))
                elif value in made:
                    self._takers.setdefault(value, node)
            if node.op_type == "DequantizeLinear" and node.inputs and node.inputs[0] in self._tensors:
                made.update(node.outputs)
            if node.op_type == "Add" and len(node.inputs) == 2:
                for bias, value in (node.inputs, node.inputs[::-1]):
                    if bias in self._tensors and bias.endswith(".bias"):
                        self._biased.setdefault(value, bias.removesuffix(".bias"))
        self._quantised = self._dequantised()

    def constant(self, original: str, tensor: Tensor) -> bool:
        """A nameless number, or the whole numbers of a shape or of axes: written for the graph, not for the model."""
        if original in self._quantised:
            return False
        if _CONSTANT.search(original):
            return True
        if tensor.shape is None or not _NO_NAME.fullmatch(original):
            return False
        return set(tensor.shape) <= {1} or (tensor.dtype == "I64" and len(tensor.shape) == 1)

    def canonical(self, original: str, tensor: Tensor) -> tuple[str, str, Tensor]:
        """The tensor's name and shape as PyTorch has them."""
        if (found := self._packed(original, tensor)) is not None:
            return found
        if (named := self._quantised.get(original)) is not None:
            return named, original, self._turned(original, tensor)
        for suffix, role in _TRIO.items():
            base = original.removesuffix(suffix)
            if base != original and f"{base}_quantized" in self._tensors:
                path = self._path(f"{base}_quantized") if _NO_NAME.fullmatch(base) else None
                turned = tensor if path is None or role else self._turned(base, tensor, f"{base}_quantized")
                return f"{path}.weight{role}" if path else f"{base}{role}", original, turned
        path = self._path(original) if _NO_NAME.fullmatch(original) else None
        if path is None:
            return original, original, self._tied(original, tensor)
        kind = "bias" if self._users[original][1] == 2 and self._users[original][0].op_type != "Gather" else "weight"
        return f"{path}.{kind}", original, self._turned(original, tensor)

    def aliases(self) -> Renamed:
        """The other names that ``Identity`` nodes give to stored tensors."""
        for node in self._nodes:
            if node.op_type != "Identity" or len(node.inputs) != 1 or len(node.outputs) != 1:
                continue
            source, name = node.inputs[0], node.outputs[0]
            tensor = self._tensors.get(source)
            if tensor is not None and name not in self._tensors and not name.startswith("/") and "." in name:
                yield name, source, self._tied(source, tensor)

    def _tied(self, source: str, tensor: Tensor) -> Tensor:
        """A matrix that has several names is one storage; a vector counts under each."""
        if not self._ties:
            self._ties = {n.inputs[0] for n in self._nodes if n.op_type == "Identity" and n.inputs} or {""}
        if source not in self._ties or tensor.shape is None or len(tensor.shape) < 2:
            return tensor
        return Tensor(tensor.dtype, tensor.shape, tensor.stored_bytes, f"value {source}")

    def _path(self, value: str) -> str | None:
        """The module that uses a tensor, by the path that its node has."""
        if value not in self._users:
            return None
        node, _ = self._users[value]
        if node.op_type == "DequantizeLinear" and node.outputs and node.outputs[0] in self._takers:
            node = self._takers[node.outputs[0]]
        path = node.name.strip("/").rpartition("/")[0].replace("/", ".")
        scales = node.op_type == "Mul" and len(self._tensors[value].shape or ()) == 1 and _NORM.search(path)
        if node.op_type not in _MATRICES and node.op_type not in _OTHERS and not scales:
            return None
        root = path.partition(".")[0]
        if root not in self._roots and root in self._below:
            return f"{self._below[root]}.{path}"
        return path or next((self._biased[made] for made in node.outputs if made in self._biased), None)

    def _turned(self, original: str, tensor: Tensor, value: str | None = None) -> Tensor:
        """A matrix that a MatMul takes as it is lies there with its inputs first; ``Gemm`` says which way."""
        if tensor.shape is None or len(tensor.shape) != 2 or not _NO_NAME.fullmatch(original):
            return tensor
        node = self._users[value or original][0]
        if node.op_type == "DequantizeLinear" and node.outputs:
            node = self._takers.get(node.outputs[0], node)
        turned = node.op_type in _MATRICES or (
            node.op_type in ("Gemm", "QGemm") and not dict(node.numbers).get("transB")
        )
        shape = (tensor.shape[1], tensor.shape[0]) if turned else tensor.shape
        return Tensor(tensor.dtype, shape, tensor.stored_bytes, tensor.storage)

    def _dequantised(self) -> dict[str, str]:
        """Names of what DequantizeLinear takes: the stored values, their scale, their zero point."""
        found: dict[str, str] = {}
        for node in self._nodes:
            if node.op_type != "DequantizeLinear" or len(node.inputs) < 2 or node.inputs[0] not in self._tensors:
                continue
            values = node.inputs[0]
            if values.endswith("_quantized"):  # named in threes
                continue
            path = self._path(values) if _NO_NAME.fullmatch(values) else None
            base = f"{path}.weight" if path else values
            for place, role in _QDQ_INPUTS.items():
                if place < len(node.inputs) and node.inputs[place] in self._tensors:
                    found.setdefault(node.inputs[place], base + role)
        return found

    def _packed(self, original: str, tensor: Tensor) -> tuple[str, str, Tensor] | None:
        """An input of an operator of block-wise quantised weights."""
        if original not in self._users:
            return None
        node, place = self._users[original]
        role = _PACKED_INPUTS.get(node.op_type, {}).get(place)
        if role is None:
            return None
        first = node.inputs[next(iter(_PACKED_INPUTS[node.op_type]))]
        path = node.name.strip("/").rpartition("/")[0].replace("/", ".")
        if not path or not node.name.startswith("/"):
            path = first[: -len(found.group())] if (found := _end(first)) is not None else first
        shaped = tensor if role else _unpacked(tensor, node, dict(node.numbers))
        return f"{path}.weight{role}", original, shaped


def _end(name: str) -> re.Match[str] | None:
    """What a quantiser put behind a tensor's name."""
    for start in range(len(name)):
        if name[start] in "._" and (found := _PACKED_NAME.fullmatch(name, start)) is not None and found.group():
            return found
    return None


def _unpacked(tensor: Tensor, node: OperatorNode, numbers: Mapping[str, int]) -> Tensor:
    """The shape that was packed, where the attributes agree with the bytes that are stored."""
    bits, stored = numbers.get("bits", 4), tensor.stored_bytes or 0
    if tensor.shape is None or tensor.dtype != "U8" or bits not in (2, 4, 8):
        return tensor
    if node.op_type == "GatherBlockQuantized":
        shape = (*tensor.shape[:-1], tensor.shape[-1] * 8 // bits) if tensor.shape else ()
        return Tensor(f"U{bits}", shape, stored, tensor.storage)
    inputs, outputs, block = numbers.get("K", 0), numbers.get("N", 0), numbers.get("block_size", 0)
    if min(inputs, outputs, block) <= 0 or not 0 <= 8 * stored - inputs * outputs * bits <= outputs * block * bits:
        return tensor
    return Tensor(f"U{bits}", (outputs, inputs), stored, tensor.storage)
