"""Quantised weights unpacked: how many parameters a stored tensor stands for, and in which shape.

Bits come from the shapes of a weight and its companions where those settle it; ``Unpacked.how`` then says by what
computation. Where they do not, a parameter count still needs bits: the declared ones, or the usual ones of the layout.
Those are an assumption, and ``how`` is None.
Layouts: GPTQ, AWQ, EXL2, bitsandbytes, compressed-tensors, MXFP4 and NVFP4, MLX, FP8, plain int8.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from truename.architecture.buffers import is_buffer
from truename.architecture.packed_bits import CONTAINERS, WIDTHS, PackedRows, StreamWidths, packed_rows
from truename.architecture.quantisation import QuantisationConfig
from truename.architecture.templates import TensorGroup
from truename.compiled_tables import table
from truename.formats.header import Tensor

_INTEGERS = frozenset(CONTAINERS)
_GROUP, _MLX_GROUP = 128, 64  # the usual group sizes: of GPTQ and compressed-tensors, of MLX
_ELEMENT_BITS = CONTAINERS | {"F64": 64, "F32": 32, "F16": 16, "BF16": 16}
_EXPONENTS = frozenset({"F8_E8M0", "E8M0", "UE8"})
_BLOCKS = {4: "mxfp4", 6: "mxfp6", 8: "mxfp8"}  # of 32 values that share an exponent
_MX_BLOCK, _NV_BLOCK = 32, 16
# MLX's modes without biases: bits x group size -> bits, group size
_MLX_MODES = {64: (4, 16, "nvfp4"), 128: (4, 32, "mxfp4"), 256: (8, 32, "mxfp8")}
_LAYERS_ASKED = 2_000  # layers whose bits are looked up; a real model has some tens of kinds


class Use(StrEnum):
    """What a stored tensor is for."""

    WEIGHT = "weight"  # parameters, perhaps packed
    BUFFER = "buffer"  # masks, tables, statistics
    AUXILIARY = "auxiliary"  # scales, zero points and the like: they belong to a quantised weight
    UNEXPLAINED = "unexplained"  # integers of a layout that is not known


class Unpacked(msgspec.Struct, frozen=True):
    """What one tensor of a group stands for."""

    use: Use
    elements: int = 0  # parameters; 0 unless use is WEIGHT
    shape: tuple[int, ...] | None = None  # outputs first, where known
    method: str | None = None  # quantisation method that this tensor shows; never what is only declared
    bits: float | None = None
    how: str | None = None  # the computation that gives the bits; None: they are declared or assumed


def format_of(unpacked: Unpacked) -> str | None:
    """What a packed weight is: whole numbers, or which kind of small floats; None where the layout does not show it."""
    method, how = unpacked.method, unpacked.how or ""
    if method in ("fp8", "nvfp4", "mxfp4", "mxfp6", "mxfp8"):
        return method
    if method == "mlx":
        mode = how.rpartition(": ")[2]
        return mode if mode in ("nvfp4", "mxfp4", "mxfp8") else "int" if how else None
    if method in ("gptq", "awq", "exl2", "int8") or (method == "bitsandbytes" and unpacked.bits == 8):
        return "int"
    return "int" if method == "compressed-tensors" and how else None


class _Settled(msgspec.Struct, frozen=True):
    """Bits that shapes settle; all None where they do not."""

    bits: int | None = None
    inputs: int | None = None
    how: str | None = None


class Unpacker:
    """Reads the groups of one header; companions of a tensor are looked up by name."""

    def __init__(self, tensors: Mapping[str, Tensor], names: frozenset[str], config: QuantisationConfig | None) -> None:
        self._tensors = tensors
        self._names = names
        self._config = config
        self._layout = _layout(names)
        self._widths = StreamWidths(tensors)
        self._asked = 0

    def unpack(self, group: TensorGroup) -> Unpacked:
        """What one tensor of ``group`` stands for; elements is 0 where its shape is not known."""
        role = group.role
        if self._layout and (found := self._quantised(group, role)) is not None:
            return found
        if is_buffer(group, self._names):
            return Unpacked(Use.BUFFER)
        if self._is_auxiliary(group.example, role):
            return Unpacked(Use.AUXILIARY)
        if group.dtype is not None and group.dtype.startswith("F8"):
            return Unpacked(Use.WEIGHT, group.elements, group.shape, "fp8", 8, f"dtype {group.dtype}")
        if group.dtype in _INTEGERS and group.shape:
            return self._integers(group, role)
        return Unpacked(Use.WEIGHT, group.elements, group.shape)

    def _quantised(self, group: TensorGroup, role: str) -> Unpacked | None:
        """The layouts that a companion's or the tensor's own role gives away."""
        if "onnx_scale" in self._layout:
            if role in table("architecture/packing")["onnx"]:
                return Unpacked(Use.AUXILIARY)
            if f"{group.example}.onnx_scale" in self._tensors:  # shape as unpacked; how it was quantised is not told
                bits = "".join(filter(str.isdigit, group.dtype or ""))
                return Unpacked(Use.WEIGHT, group.elements, group.shape, None, int(bits or 8))
        if role == "qweight":
            return self._gptq_awq(group) if group.dtype not in ("I8", "U8") else self._bytes(group)
        if role == "weight_packed":
            return self._compressed(group)
        if "q_weight" in self._layout and self._is_exl2(group, role):
            return self._exl2(group) if role == "q_weight" else Unpacked(Use.AUXILIARY)
        if role.endswith("_blocks") and group.template.removesuffix("_blocks") + "_scales" in self._names:
            return self._blocks(group)
        if role == "weight" and "absmax" in self._layout and self._companion(group, "weight.absmax"):
            return self._bitsandbytes(group)
        if role == "weight" and "SCB" in self._layout and self._companion(group, "SCB"):
            how = f"{group.example} is {group.dtype} beside a scale a row (SCB)"
            return Unpacked(Use.WEIGHT, group.elements, group.shape, "bitsandbytes", 8, how)
        if role == "weight" and group.dtype == "U32" and self._companion(group, "scales"):
            return self._mlx(group)
        return None

    def _companion(self, group: TensorGroup, role: str) -> Tensor | None:
        return self._tensors.get(group.example[: len(group.example) - len(group.role)] + role)

    def _layer_bits(self, group: TensorGroup) -> int | None:
        self._asked += 1
        if self._config is None or self._asked > _LAYERS_ASKED:
            return None
        return self._config.bits_of(group.example.rpartition(".")[0])

    def _assumed(self, group: TensorGroup, rows: PackedRows | None, usual: int) -> int | None:
        """Bits for a count where the shapes leave several: as most layers have it, as declared, or the usual group."""
        if rows is not None and (likely := self._widths.likely(rows)) is not None:
            return likely.bits
        declared = self._layer_bits(group)
        readings = [] if rows is None else rows.readings()
        size = self._config.group_size_of(group.example.rpartition(".")[0]) if self._config else None
        for wanted in ((declared, size), (None, size), (declared, None), (None, usual)):
            for reading in readings if any(wanted) else ():
                if wanted[0] in (None, reading.bits) and wanted[1] in (None, reading.group):
                    return reading.bits
        return declared

    def _settled(self, group: TensorGroup, rows: PackedRows | None) -> _Settled:
        """Bits that the shapes settle, and the computation."""
        if rows is None or (found := self._widths.settle(group.example, rows)) is None:
            return _Settled()
        reading, why = found
        stored = f"{rows.words} packed columns x {rows.container} of {group.example}"
        if reading.group is None:
            return _Settled(reading.bits, reading.inputs, f"{stored} / {reading.inputs} inputs: {why}")
        return _Settled(reading.bits, reading.inputs, f"{stored} / ({rows.groups} groups x {reading.group}): {why}")

    def _gptq_awq(self, group: TensorGroup) -> Unpacked:
        """GPTQ packs inputs (in/8, out), AWQ outputs (in, out/8); scales are (groups, out), qzeros (groups, out/8)."""
        if group.shape is None or len(group.shape) != 2:
            index = f"{group.template.removesuffix('qweight')}g_idx" in self._names
            declared = self._layer_bits(group)
            elements = group.elements * 32 // (declared or 4)
            return Unpacked(Use.WEIGHT, elements, None, "gptq" if index else None, declared)
        scales, zeros, index_shape = (self._shape(group, role) for role in ("scales", "qzeros", "g_idx"))
        rows, columns = group.shape
        container = CONTAINERS.get(group.dtype or "", 32)
        outputs = scales[-1] if scales else None
        if outputs is not None and outputs != columns:
            what = f"{columns} packed columns x {container} of {group.example}"
            found = _exact(columns * container, outputs, what, "outputs (scales)")
            bits = found.bits or self._layer_bits(group) or 4
            shape = (columns * container // bits, rows)
            return Unpacked(Use.WEIGHT, math.prod(shape), shape, "awq" if found.bits else None, bits, found.how)
        found = _Settled()
        if index_shape and len(index_shape) == 1:
            what = f"{rows} packed rows x {container} of {group.example}"
            found = _exact(rows * container, index_shape[0], what, "inputs (g_idx)")
        if not found.bits and zeros and outputs:
            what = f"{zeros[-1]} packed columns x {container} of the zeros of {group.example}"
            found = _exact(zeros[-1] * container, outputs, what, "outputs (scales)")
        packed = self._packed_rows(group, "scales")
        if not found.bits:
            found = self._settled(group, packed)
        bits = found.bits or self._assumed(group, packed, _GROUP) or 4
        shape = (columns, rows * container // bits)
        return Unpacked(Use.WEIGHT, math.prod(shape), shape, "gptq", bits, found.how)

    def _exl2(self, group: TensorGroup) -> Unpacked:
        """EXL2: rows of every group in their own width, so the bits are an average; bpw counts the scales too."""
        order = self._shape(group, "q_invperm") or self._shape(group, "q_perm")
        if not group.shape or len(group.shape) != 2 or not order or not order[0] or not group.shape[1]:
            return Unpacked(Use.UNEXPLAINED, method="exl2")
        outputs, inputs = shape = (group.shape[1], order[0])
        found = [self._companion(group, role) for role in table("architecture/packing")["exl2"]]
        stored = sum(tensor.stored_bytes or 0 for tensor in found if tensor is not None)
        packed = CONTAINERS.get(group.dtype or "", 32) * group.shape[0] / inputs
        if not 1 <= packed <= 8:  # not what EXL2 writes
            return Unpacked(Use.WEIGHT, outputs * inputs, shape, "exl2")
        layer = group.example.removesuffix(".q_weight")
        how = f"{stored:,} bytes of the q_ tensors of {layer} / {outputs} x {inputs} weights"
        return Unpacked(Use.WEIGHT, outputs * inputs, shape, "exl2", 8 * stored / (outputs * inputs), how)

    def _is_exl2(self, group: TensorGroup, role: str) -> bool:
        """Whether a tensor is one of EXL2's for a weight. Other layers may have a parameter called q_weight."""
        weight, parts = self._companion(group, "q_weight"), self._companion(group, "q_groups")
        packed = weight is not None and parts is not None and weight.dtype in (None, "I32")
        return packed and role in table("architecture/packing")["exl2"]

    def _bitsandbytes(self, group: TensorGroup) -> Unpacked:
        """bitsandbytes in blocks, stored flat in any dtype; its table of values is as long as there are values."""
        values = self._shape(group, "weight.quant_map")
        length = values[0] if values and len(values) == 1 else 0
        states = [f"{group.example}.quant_state.bitsandbytes__{kind}" for kind in ("nf4", "fp4")]
        bits, how = 4, next((state for state in states if state in self._tensors), None)
        if length in (16, 256):
            bits, how = length.bit_length() - 1, f"{length} values in {group.example}.quant_map"
        elements = group.elements * _ELEMENT_BITS.get(group.dtype or "", 8) // bits
        return Unpacked(Use.WEIGHT, elements, None, "bitsandbytes", bits, how)

    def _compressed(self, group: TensorGroup) -> Unpacked:
        """compressed-tensors' pack-quantized: outputs x (inputs x bits / container), the container by stored dtype."""
        method = "compressed-tensors"
        if not group.shape:
            return Unpacked(Use.WEIGHT, 0, None, method)
        if group.dtype == "U8":
            return self._pairs(group, self._companion(group, "weight_scale"))
        container = CONTAINERS.get(group.dtype or "", 32)
        packed = self._packed_rows(group, "weight_scale")
        found = self._by_companions(group, group.shape, container)
        if not found.bits:
            found = self._settled(group, packed)
        bits = found.bits or self._assumed(group, packed, _GROUP) or (self._config.bits if self._config else None) or 4
        shape = (*group.shape[:-1], found.inputs or group.shape[-1] * container // bits)
        return Unpacked(Use.WEIGHT, math.prod(shape), shape, method, bits, found.how)

    def _by_companions(self, group: TensorGroup, shape: tuple[int, ...], container: int) -> _Settled:
        """Bits of compressed-tensors by the index of an activation order, or by zero points packed along outputs."""
        index, zeros = (self._companion(group, role) for role in ("weight_g_idx", "weight_zero_point"))
        if index is not None and index.shape and len(index.shape) == 1:
            found = PackedRows(shape[-1], container, 1).of_inputs(index.shape.__contains__)
            if len({reading.bits for reading in found}) == 1:
                how = f"{shape[-1]} packed columns x {container} of {group.example} / {index.shape[0]} inputs"
                return _Settled(found[0].bits, index.shape[0], f"{how} (weight_g_idx)")
        if zeros is not None and zeros.dtype == group.dtype and zeros.shape and len(shape) == len(zeros.shape) == 2:
            what = f"{zeros.shape[0]} packed rows x {container} of the zero points of {group.example}"
            return _exact(zeros.shape[0] * container, shape[0], what, "outputs")
        return _Settled()

    def _mlx(self, group: TensorGroup) -> Unpacked:
        """MLX: outputs x (inputs x bits / 32) in U32, scales and biases (outputs, inputs / group size)."""
        rows = self._packed_rows(group, "scales")
        scales = self._companion(group, "scales")
        found = _Settled()
        if scales is not None and scales.dtype == "U8" and rows is not None and rows.groups:
            product, rest = divmod(rows.words * 32, rows.groups)
            if not rest and product in _MLX_MODES:
                bits, size, mode = _MLX_MODES[product]
                how = f"{rows.words} packed columns x 32 of {group.example} / ({rows.groups} groups x {size}): {mode}"
                found = _Settled(bits, rows.groups * size, how)
        if not found.bits:
            found = self._settled(group, rows)
        assumed = found.bits or self._assumed(group, rows, _MLX_GROUP)
        if not group.shape or not assumed or assumed > 32:
            return Unpacked(Use.UNEXPLAINED, method="mlx")
        shape = (*group.shape[:-1], group.shape[-1] * 32 // assumed)
        return Unpacked(Use.WEIGHT, math.prod(shape), shape, "mlx", assumed, found.how)

    def _integers(self, group: TensorGroup, role: str) -> Unpacked:
        """Integers with no telling role: FP4 pairs in bytes, whole int8 weights, or a layout not known."""
        assert group.shape is not None
        scale = self._companion(group, "weight_scale") if role == "weight" else None
        blocks = scale or (self._companion(group, "scale") if role == "weight" else None)
        routed = ".experts." in group.template and "shared_experts" not in group.template
        in_bytes = group.dtype in ("U8", "I8")
        if in_bytes and blocks and blocks.dtype in _EXPONENTS and (found := self._exponents(group, blocks)):
            return found
        if self._config and self._config.expert_dtype == "fp4" and routed:
            return _doubled(group)
        if group.dtype == "U8" and scale and scale.dtype == "F8_E4M3" and scale.shape:
            return self._pairs(group, scale)
        if group.dtype == "I8" and scale:
            return self._int8(group, scale)
        if group.dtype == "I8" and self._config and role == "weight":
            return Unpacked(Use.WEIGHT, group.elements, group.shape, None, 8)
        bits = self._layer_bits(group)
        if group.dtype == "U8" and bits in (2, 4) and role == "weight":
            return Unpacked(Use.WEIGHT, 8 // bits * group.elements, None, None, bits)
        return Unpacked(Use.UNEXPLAINED)

    def _bytes(self, group: TensorGroup) -> Unpacked:
        """One value a byte under the role that GPTQ packs words under, beside a scale a row."""
        scale = self._companion(group, "scale") or self._companion(group, "scales")
        if group.dtype != "I8" or not group.shape or scale is None or scale.shape is None:
            return Unpacked(Use.UNEXPLAINED)
        how = f"{group.example} is I8 beside a scale a row"
        whole_rows = math.prod(scale.shape) in (1, group.shape[0])
        return Unpacked(Use.WEIGHT, group.elements, group.shape, "int8", 8, how if whole_rows else None)

    def _int8(self, group: TensorGroup, scale: Tensor) -> Unpacked:
        """One value a byte, unless the widths say that there are two."""
        assert group.shape is not None
        packed = self._packed_rows(group, "weight_scale")
        found = self._settled(group, packed)
        if not found.bits and scale.shape is not None and (len(scale.shape) < 2 or scale.shape[-1] == 1):
            found = _Settled(8, group.shape[-1], f"{group.example} is I8 beside a scale a row")
        bits = found.bits or self._assumed(group, packed, _GROUP) or 8
        shape = (*group.shape[:-1], group.shape[-1] * 8 // bits)
        return Unpacked(Use.WEIGHT, math.prod(shape), shape, "compressed-tensors", bits, found.how)

    def _pairs(self, group: TensorGroup, scale: Tensor | None) -> Unpacked:
        """Two FP4 values a byte: NVFP4 with an F8 scale for 16 of them, MXFP4 with an exponent for 32."""
        if not group.shape:
            return Unpacked(Use.WEIGHT)
        if scale is None or scale.dtype != "F8_E4M3":
            found = self._exponents(group, scale) if scale is not None else None
            return found or _doubled(group, "compressed-tensors")
        inputs = 2 * group.shape[-1]
        blocks = scale.shape[-1] if scale.shape else 0
        # some writers fill the scales up to whole tiles of four columns
        fits = 0 <= blocks - -(-inputs // _NV_BLOCK) < 4 and blocks
        how = f"{group.shape[-1]} packed columns x 8 of {group.example} / ({inputs // _NV_BLOCK} blocks x {_NV_BLOCK})"
        return _doubled(group, "nvfp4", how if fits else None)

    def _exponents(self, group: TensorGroup, scale: Tensor) -> Unpacked | None:
        """Values in blocks of 32 that share an exponent (OCP's MX formats)."""
        if not group.shape or not scale.shape or len(scale.shape) < 2 or not scale.shape[-1]:
            return None
        bits, rest = divmod(group.shape[-1] * 8, scale.shape[-1] * _MX_BLOCK)
        if rest or bits not in _BLOCKS or scale.shape[:-1] != group.shape[:-1]:
            return None
        how = f"{group.shape[-1]} packed columns x 8 of {group.example} / ({scale.shape[-1]} blocks x {_MX_BLOCK})"
        shape = (*group.shape[:-1], scale.shape[-1] * _MX_BLOCK)
        return Unpacked(Use.WEIGHT, math.prod(shape), shape, _BLOCKS[bits], bits, how)

    def _blocks(self, group: TensorGroup) -> Unpacked:
        """gpt-oss: blocks (..., groups, 16 bytes) of 32 values, an exponent beside each."""
        if group.shape is None:
            return Unpacked(Use.WEIGHT, 0, None, "mxfp4", 4)
        *outer, groups, width = group.shape if len(group.shape) > 1 else (1, *group.shape, 1)[-2:]
        scales = self._tensors.get(f"{group.example.removesuffix('_blocks')}_scales")
        bits, how = 4, None
        if scales is not None and scales.shape == (*outer, groups) and 8 * width == 4 * _MX_BLOCK:
            how = f"blocks of {width} bytes of {group.example} / {_MX_BLOCK} values"
        return Unpacked(Use.WEIGHT, 2 * group.elements, (*outer, groups * width * 2), "mxfp4", bits, how)

    def _packed_rows(self, group: TensorGroup, scales: str) -> PackedRows | None:
        return packed_rows(Tensor(group.dtype, group.shape, None), group.role, self._companion(group, scales))

    def _is_auxiliary(self, example: str, role: str) -> bool:
        roles = table("architecture/packing")
        base = example[: len(example) - len(role)]
        if role in roles["scales"]:
            return self._config is not None or self._quantised_beside(base)
        if role == "scale":
            return self._dtype(base + "qweight") in _INTEGERS
        if role in roles["companions"]:
            return base + "qweight" in self._tensors or self._dtype(base + "weight") == "U32" or role == "SCB"
        if role.endswith("_scales"):
            return example.removesuffix("_scales") + "_blocks" in self._tensors
        return role in roles["bitsandbytes"] or role.startswith("bitsandbytes__") or ".quant_state." in example

    def _quantised_beside(self, base: str) -> bool:
        dtype = self._dtype(base + "weight")
        packed = base + "weight_packed" in self._tensors or base + "qweight" in self._tensors
        return packed or (dtype is not None and (dtype in _INTEGERS or dtype.startswith("F8")))

    def _shape(self, group: TensorGroup, role: str) -> tuple[int, ...] | None:
        tensor = self._companion(group, role)
        return tensor.shape if tensor is not None else None

    def _dtype(self, name: str) -> str | None:
        tensor = self._tensors.get(name)
        return tensor.dtype if tensor is not None else None


def _layout(names: frozenset[str]) -> frozenset[str]:
    """The roles in ``names`` that give a quantised layout away: empty for nearly every header."""
    telling = table("architecture/packing")["telling"]
    found = {role for name in names if (role := name.rpartition(".")[2]) in telling}
    if any(name.endswith("_blocks") for name in names):
        found.add("_blocks")
    return frozenset(found)


def _exact(bits: int, values: int, what: str, of: str) -> _Settled:
    """The width of ``values`` values in ``bits`` bits, and the computation; nothing where it is not a usual one."""
    if values <= 0 or bits % values or bits // values not in WIDTHS:
        return _Settled()
    return _Settled(bits // values, None, f"{what} / {values} {of}")


def _doubled(group: TensorGroup, method: str | None = None, how: str | None = None) -> Unpacked:
    """Two values a byte."""
    assert group.shape is not None
    shape = (*group.shape[:-1], 2 * group.shape[-1])
    return Unpacked(Use.WEIGHT, 2 * group.elements, shape, method, 4, how)
