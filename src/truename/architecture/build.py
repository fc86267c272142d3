"""Header -> abstract architecture: one pass that splits names at their first number, then only unlike members."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from truename.architecture.abstract import AbstractArchitecture, Block, BlockVariant, Layer, Operation
from truename.architecture.canonical import canonical_header
from truename.architecture.operator_graph import operator_flow
from truename.architecture.packing import Unpacker, Use
from truename.architecture.parts import part_of
from truename.architecture.templates import TensorGroup, modern, template_of
from truename.compiled_tables import table
from truename.errors import UnsupportedFormatError
from truename.formats.header import WeightsHeader

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


_NUMBER = re.compile(r"\.((?:expert_)?\d+)(?=\.)")  # of a path between dots
# A tensor that repeats no other is looked at again in its part, which counts once, and becomes part of a layer of its
# own, which counts _OF_LAYER times. Of 200,000 tensors of a mixture 2,000 do so; a tensor in a form of its own for each
# expert, as some ways of quantising store them, has some 20,000.
MAX_UNLIKE = 200_000
_OF_LAYER = 4
_DEPTH_LIMIT = 4  # numbered parts within numbered parts; real models nest three deep, a hostile name any number

_Named = tuple[str, str]  # path below the current part, full name


def abstract_architecture(header: WeightsHeader) -> AbstractArchitecture:
    """The layers and repeated blocks that the tensors of ``header`` show.

    Works on names alone where shapes are not known. Time and memory are linear in the header.

    Raises:
        UnsupportedFormatError: more tensors repeat no other than are told apart.
    """
    flow = operator_flow(header)
    header = canonical_header(header)
    builder, named = _Builder(header), [(name, name) for name in _stored_once(header)]
    layers, blocks = builder.part(named, 0)
    if not flow.connections:
        return AbstractArchitecture(layers, blocks)
    stored = {layer.name: str(layer.operation) for layer in builder.layers(named)}
    return AbstractArchitecture(layers, blocks, flow.connections, {**stored, **flow.operators})


def _stored_once(header: WeightsHeader) -> list[str]:
    """The tensors without those that only repeat another's bytes: other formats do not store them a second time."""
    kept: dict[tuple[str, tuple[int, ...] | None], str] = {}
    for name, tensor in header.tensors.items():
        kept.setdefault((name if tensor.storage is None else tensor.storage, tensor.shape), name)
    return list(kept.values())


class _Builder:
    """Builds the parts of one header."""

    def __init__(self, header: WeightsHeader) -> None:
        self._path = header.files[0] if header.files else ""
        self._left = MAX_UNLIKE
        self._tensors = header.tensors
        self._unpacker: Unpacker | None = None

    def part(self, named: list[_Named], depth: int) -> tuple[tuple[Layer, ...], tuple[Block, ...]]:
        """The layers and numbered parts among ``named``."""
        if depth:
            self._count(len(named))
        plain: list[_Named] = []
        members: dict[str, dict[str, list[_Named]]] = {}
        for path, name in named:
            dotted = f".{path}."
            found = _NUMBER.search(dotted) if depth < _DEPTH_LIMIT else None
            if found is None:
                plain.append((path, name))
                continue
            block = members.setdefault(dotted[1 : found.start()], {})
            block.setdefault(found.group(1), []).append((dotted[found.end() + 1 : -1], name))
        blocks = tuple(self._block(path, parts, depth) for path, parts in members.items())
        return self.layers(plain), blocks

    def _block(self, path: str, members: dict[str, list[_Named]], depth: int) -> Block:
        """A numbered part; members with the same paths and shapes are one variant."""
        variants: dict[frozenset[tuple[str, tuple[int, ...] | None]], list[list[_Named]]] = {}
        for member in members.values():
            likeness = frozenset([(rest, self._tensors[name].shape) for rest, name in member])
            variants.setdefault(likeness, []).append(member)
        built = []
        for like in variants.values():
            layers, blocks = self.part(like[0], depth + 1)
            built.append(BlockVariant(len(like), layers, blocks))
        return Block(path, len(members), tuple(built))

    def layers(self, plain: list[_Named]) -> tuple[Layer, ...]:
        """Tensors that share a path are one layer; companions of quantised weights are left out."""
        self._count(_OF_LAYER * len(plain))
        layers: dict[str, dict[str, tuple[int, ...] | None]] = {}
        for path, name in plain:
            layer, _, role = modern(path).rpartition(".")
            role, shape = self._unpacked(name, role)
            if role:
                layers.setdefault(layer, {})[role] = shape
        return tuple(Layer(path, operation_of(path, shapes), _outputs_first(shapes)) for path, shapes in layers.items())

    def _count(self, looks: int) -> None:
        self._left -= looks
        if self._left < 0:
            problem = f"has {len(self._tensors):,} tensors, and too many of them are like no other to be told apart"
            raise UnsupportedFormatError(self._path, problem)

    def _unpacked(self, name: str, role: str) -> tuple[str, tuple[int, ...] | None]:
        """The role and shape of a tensor as if it had never been quantised; no role for a companion."""
        tensor = self._tensors[name]
        if role in ("weight", "bias") and (tensor.dtype is None or tensor.dtype[0] in "FB"):
            return role, tensor.shape
        if self._unpacker is None:
            self._unpacker = Unpacker(self._tensors, frozenset(map(template_of, self._tensors)), None)
        group = TensorGroup(template_of(name), tensor.dtype, tensor.shape, 1, 0, name)
        unpacked = self._unpacker.unpack(group)
        if unpacked.use is Use.AUXILIARY:
            return "", None
        if unpacked.method in (None, "fp8"):
            return role, tensor.shape
        packed = role in ("qweight", "weight_packed", "q_weight")
        return "weight" if packed else role.removesuffix("_blocks"), unpacked.shape


def _outputs_first(shapes: dict[str, tuple[int, ...] | None]) -> dict[str, tuple[int, ...] | None]:
    """GPT-2's Conv1D stores (inputs, outputs); its bias tells which side the outputs are on."""
    weight, bias = shapes.get("weight"), shapes.get("bias")
    turned = weight and bias and len(weight) == 2 and len(bias) == 1 and bias[0] == weight[1] != weight[0]
    if weight and turned:
        shapes["weight"] = (weight[1], weight[0])
    return shapes
