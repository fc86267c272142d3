"""Bits of packed weights, by shapes alone: no declaration is read here.

A packed row of ``words`` containers beside ``groups`` scales holds bits x group size = words x container / groups. That
product alone has several readings: 4 bits in groups of 64 fill as many words as 8 bits in groups of 32. What settles it
is the width of the inputs. A layer that reads the main stream has as many inputs as the norms are wide, and a model is
quantised in groups of one size, so the layers that read the stream show the size of the groups for all others.
Where that leaves several readings there is no answer.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

import msgspec

from truename.architecture.parts import part_of
from truename.architecture.templates import template_of
from truename.formats.header import Tensor

CONTAINERS = {"I64": 64, "I32": 32, "U32": 32, "I16": 16, "U16": 16, "I8": 8, "U8": 8}
WIDTHS = (2, 3, 4, 5, 6, 8)
_MLX_GROUPS = (32, 64, 128)
_GROUPS = (16, 32, 64, 128, 256, 512, 1024)
_FLOATS = frozenset({"F64", "F32", "F16", "BF16"})
_SCALES = {"weight": ("scales", "weight_scale"), "weight_packed": ("weight_scale",), "qweight": ("scales",)}


_ROLES = tuple(_SCALES)


class Reading(msgspec.Struct, frozen=True):
    """One way to read a packed row."""

    bits: int
    inputs: int
    group: int | None  # inputs that share a scale; None: the whole row


class PackedRows(msgspec.Struct, frozen=True):
    """How the rows of one packed weight are stored."""

    words: int  # containers a row
    container: int  # bits of one
    groups: int  # scales a row
    widths: tuple[int, ...] = WIDTHS
    sizes: tuple[int, ...] | None = None  # group sizes of a layout that has no others; it scales no whole rows

    @property
    def one_scale(self) -> bool:
        """Whether one scale serves a whole row, so that the scales tell nothing of the inputs."""
        return self.groups == 1 and self.sizes is None

    def readings(self) -> list[Reading]:
        """Every pair of bits and group size that fills these words and has this many scales."""
        found = []
        for bits in self.widths if self.words > 0 and self.groups > 0 else ():
            whole, rest = divmod(self.words * self.container, bits)
            if self.one_scale:
                found += [] if rest else [Reading(bits, whole, None)]
                continue
            for size in self.sizes or _GROUPS:
                if not rest and -(-whole // size) == self.groups:
                    found.append(Reading(bits, whole, size))
                elif self.container % bits and -(-self.groups * size // (self.container // bits)) == self.words:
                    found.append(Reading(bits, self.groups * size, size))  # no value lies across two words
        return found

    def of_inputs(self, known: Callable[[int], bool]) -> list[Reading]:
        """The readings whose inputs are ``known``; the last word of a row may be filled up."""
        found = []
        for bits in self.widths if self.words > 0 else ():
            whole, rest = divmod(self.words * self.container, bits)
            per_word = self.container // bits
            filled_up = range((self.words - 1) * per_word + 1, self.words * per_word + 1)
            inputs = ([] if rest else [whole]) + [n for n in filled_up if rest or n != whole]
            found += [Reading(bits, n, None) for n in inputs if known(n)]
        return found


class StreamWidths:
    """What the rest of a header says of the inputs of its packed weights. Looked up at the first question."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        self._tensors = tensors

    def settle(self, name: str, rows: PackedRows) -> tuple[Reading, str] | None:
        """The reading that the shapes leave for the weight ``name``, and what settled it; None where they do not."""
        if rows.one_scale:
            found = rows.of_inputs(lambda inputs: inputs in self._streams or self._is_beside(inputs, name))
            usual = [reading for reading in found if reading.bits == self._votes[1]]
            reading = _only(usual) or _only(found)
            return None if reading is None else (reading, f"the width of its inputs ({reading.inputs})")
        readings = rows.readings()
        if (reading := _only(readings)) is not None:
            return reading, "no other group size fits"
        if (reading := _only([r for r in readings if r.group == self._votes[0]])) is not None:
            return reading, "the group size by which most layers have the inputs that the norms are wide"
        reading = _only([r for r in readings if r.inputs in self._streams])
        return None if reading is None else (reading, f"the width of its inputs ({reading.inputs})")

    def likely(self, rows: PackedRows) -> Reading | None:
        """The reading that most layers suggest for one that is not settled."""
        sizes, bits = self._votes
        return _only([r for r in rows.readings() if (r.bits == bits if rows.one_scale else r.group == sizes)])

    @cached_property
    def _streams(self) -> frozenset[int]:
        """Widths of the norms, and of embeddings and heads that are not packed."""
        found = set()
        for name, tensor in self._tensors.items():
            shape = tensor.shape
            if tensor.dtype not in _FLOATS or not shape or not name.endswith(("weight", "gamma")):
                continue
            if len(shape) == 1:
                found.add(shape[0])
            elif len(shape) == 2 and "#" not in (template := template_of(name)):
                part = part_of(template)
                if part.token_embedding or part.output_head:
                    found.add(shape[1])
        return frozenset(found)

    @cached_property
    def _votes(self) -> tuple[int | None, int | None]:
        """Group size, and bits of rows with one scale, by which most packed weights read a stream's width."""
        sizes: Counter[int] = Counter()
        bits: Counter[int] = Counter()
        for rows, elements in self._packed():
            for reading in rows.of_inputs(self._streams.__contains__) if rows.one_scale else rows.readings():
                if reading.group is None:
                    bits[reading.bits] += elements
                elif reading.inputs in self._streams:
                    sizes[reading.group] += elements
        return _foremost(sizes), _foremost(bits)

    def _packed(self) -> Iterator[tuple[PackedRows, int]]:
        """Every kind of weight that is packed beside scales, with its number of words."""
        kinds: dict[tuple[str, str, tuple[int, ...] | None, tuple[int, ...] | None], tuple[Tensor, Tensor, int]] = {}
        tensors = self._tensors
        for name, tensor in tensors.items():
            dtype = tensor.dtype
            if dtype not in CONTAINERS or not name.endswith(_ROLES):
                continue
            base, _, role = name.rpartition(".")
            for suffix in _SCALES.get(role, ()):
                if (scales := tensors.get(f"{base}.{suffix}")) is not None:
                    key = (role, dtype, tensor.shape, scales.shape)
                    kinds[key] = (tensor, scales, kinds[key][2] + 1 if key in kinds else 1)
                    break
        for (role, *_), (tensor, scales, count) in kinds.items():
            if (rows := packed_rows(tensor, role, scales)) is not None:
                yield rows, count * math.prod(tensor.shape or ())

    def _is_beside(self, width: int, name: str) -> bool:
        """Whether another layer of the same part has ``width`` outputs: what a feed-forward or attention hands on."""
        part = name.rpartition(".")[0].rpartition(".")[0]
        own = _outputs(name.rpartition(".")[2], self._tensors[name].shape)
        return self._beside.get((part, width), 0) > (own == width)

    @cached_property
    def _beside(self) -> Mapping[tuple[str, int], int]:
        """How many layers of a part have that many outputs."""
        found: Counter[tuple[str, int]] = Counter()
        for name, tensor in self._tensors.items():
            layer, _, role = name.rpartition(".")
            if role in _SCALES and (outputs := _outputs(role, tensor.shape)):
                found[layer.rpartition(".")[0], outputs] += 1
        return found


def _outputs(role: str, shape: tuple[int, ...] | None) -> int:
    return shape[-1 if role == "qweight" else -2] if shape and len(shape) > 1 else 0


def packed_rows(tensor: Tensor, role: str, scales: Tensor | None) -> PackedRows | None:
    """How the rows of ``tensor`` are packed; None where shapes are missing or of another layout.

    Args:
        tensor: the packed weight.
        role: the last component of its name; ``qweight`` packs along its first axis, the others along the last.
        scales: its scales.
    """
    shape, container = tensor.shape, CONTAINERS.get(tensor.dtype or "")
    if container is None or not shape or len(shape) < 2 or scales is None or scales.shape is None:
        return None
    if role == "qweight":
        fits = len(scales.shape) == 2 and scales.shape[1] == shape[1]
        return PackedRows(shape[0], container, scales.shape[0]) if fits else None
    groups = scales.shape[-1] if len(scales.shape) > 1 else 1
    if groups != 1 and scales.shape[-2] != shape[-2]:  # blocks of rows are another layout
        return None
    if role == "weight" and tensor.dtype == "U32":
        return PackedRows(shape[-1], container, groups, sizes=_MLX_GROUPS)
    return PackedRows(shape[-1], container, groups, (4, 8) if container == 8 else WIDTHS)


def _only(readings: list[Reading]) -> Reading | None:
    """The first of ``readings`` where all have the same bits."""
    return readings[0] if len({reading.bits for reading in readings}) == 1 else None


def _foremost(votes: Counter[int]) -> int | None:
    """The value with more votes than any other."""
    first, second = (*votes.most_common(2), (None, 0), (None, 0))[:2]
    return first[0] if first[1] > second[1] else None
