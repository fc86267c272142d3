"""Quantised weights unpacked: how many parameters a stored tensor stands for, and in which shape.

Bits come from the shapes of a weight's companions where those settle it, else from the declared quantisation.
Layouts: GPTQ, AWQ, bitsandbytes, compressed-tensors, MXFP4 and NVFP4, MLX, FP8.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from truename.architecture.buffers import is_buffer
from truename.architecture.quantisation import QuantisationConfig
from truename.architecture.templates import TensorGroup
from truename.compiled_tables import table
from truename.formats.header import Tensor

_CONTAINER_BITS = {"I64": 64, "I32": 32, "U32": 32, "I16": 16, "U16": 16, "I8": 8, "U8": 8}
_INTEGERS = frozenset(_CONTAINER_BITS)
_MLX_GROUP = 64  # MLX's default group size
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
    method: str | None = None  # quantisation method that this tensor shows
    bits: int | None = None


class Unpacker:
    """Reads the groups of one header; companions of a tensor are looked up by name."""

    def __init__(self, tensors: Mapping[str, Tensor], names: frozenset[str], config: QuantisationConfig | None) -> None:
        self._tensors = tensors
        self._names = names
        self._config = config
        self._layout = _layout(names)
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
            return Unpacked(Use.WEIGHT, group.elements, group.shape, "fp8", 8)
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
            return self._gptq_awq(group)
        if role == "weight_packed":
            return self._compressed(group)
        if role.endswith("_blocks") and group.template.removesuffix("_blocks") + "_scales" in self._names:
            return _mxfp4(group)
        if role == "weight" and "absmax" in self._layout and self._companion(group, "weight.absmax"):
            return Unpacked(Use.WEIGHT, 2 * group.elements, None, "bitsandbytes", 4)  # stored flat
        if role == "weight" and "SCB" in self._layout and self._companion(group, "SCB"):
            return Unpacked(Use.WEIGHT, group.elements, group.shape, "bitsandbytes", 8)
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

    def _gptq_awq(self, group: TensorGroup) -> Unpacked:
        """GPTQ packs inputs (in/8, out), AWQ outputs (in, out/8); scales are (groups, out), qzeros (groups, out/8)."""
        scales, zeros, index = (self._shape(group, role) for role in ("scales", "qzeros", "g_idx"))
        declared = self._layer_bits(group)
        if group.shape is None or len(group.shape) != 2:
            method = "gptq" if index or f"{group.template.removesuffix('qweight')}g_idx" in self._names else None
            elements = group.elements * 32 // (declared or 4)
            return Unpacked(Use.WEIGHT, elements, None, method, declared)
        rows, columns = group.shape
        container = _CONTAINER_BITS.get(group.dtype or "", 32)
        outputs = scales[-1] if scales else None
        awq = outputs is not None and outputs != columns
        bits = None
        if awq and outputs:
            bits = columns * container // outputs
        elif index and index[0]:
            bits = rows * container // index[0]
        elif zeros and outputs:
            bits = zeros[-1] * container // outputs
        bits = bits if bits in (2, 3, 4, 5, 6, 8) else declared or 4
        shape = (columns * container // bits, rows) if awq else (columns, rows * container // bits)
        return Unpacked(Use.WEIGHT, math.prod(shape), shape, "awq" if awq else "gptq", bits)

    def _compressed(self, group: TensorGroup) -> Unpacked:
        """compressed-tensors' pack-quantized: outputs x (inputs x bits / container), the container by stored dtype."""
        scale = self._companion(group, "weight_scale")
        small_float = group.dtype == "U8"
        bits = 4 if small_float else self._layer_bits(group) or (self._config.bits if self._config else None) or 4
        method = "compressed-tensors"
        if small_float:
            method = "nvfp4" if scale and scale.dtype == "F8_E4M3" else "mxfp4"
        container = _CONTAINER_BITS.get(group.dtype or "", 32)
        if not group.shape:
            return Unpacked(Use.WEIGHT, 0, None, method if group.dtype else "compressed-tensors", None)
        columns = group.shape[-1] * container // bits
        shape = (*group.shape[:-1], columns)
        return Unpacked(Use.WEIGHT, math.prod(shape), shape, method, bits)

    def _mlx(self, group: TensorGroup) -> Unpacked:
        """MLX: outputs x (inputs x bits / 32) in U32, scales and biases (outputs, inputs / group size)."""
        scales = self._shape(group, "scales")
        bits = self._layer_bits(group)
        if bits is None and group.shape and scales and scales[-1]:
            size = (self._config.group_size if self._config else None) or _MLX_GROUP
            bits = group.shape[-1] * 32 // (scales[-1] * size)
        if not group.shape or not bits or bits > 32:
            return Unpacked(Use.UNEXPLAINED, method="mlx")
        shape = (*group.shape[:-1], group.shape[-1] * 32 // bits)
        return Unpacked(Use.WEIGHT, math.prod(shape), shape, "mlx", bits)

    def _integers(self, group: TensorGroup, role: str) -> Unpacked:
        """Integers with no telling role: FP4 pairs in bytes, whole int8 weights, or a layout not known."""
        assert group.shape is not None
        scale = self._companion(group, "weight_scale") if role == "weight" else None
        routed = ".experts." in group.template and "shared_experts" not in group.template
        if self._config and self._config.expert_dtype == "fp4" and routed:
            return _doubled(group, "fp4")
        if group.dtype == "U8" and scale and scale.dtype == "F8_E4M3" and scale.shape:
            return _doubled(group, "nvfp4")
        if group.dtype == "I8" and (scale or (self._config and role == "weight")):
            return Unpacked(Use.WEIGHT, group.elements, group.shape, "compressed-tensors" if scale else None, 8)
        bits = self._layer_bits(group)
        if group.dtype == "U8" and bits in (2, 4) and role == "weight":
            factor = 8 // bits
            method = self._config.method if self._config else None
            return Unpacked(Use.WEIGHT, factor * group.elements, None, method, bits)
        return Unpacked(Use.UNEXPLAINED)

    def _is_auxiliary(self, example: str, role: str) -> bool:
        roles = table("architecture/packing")
        base = example[: len(example) - len(role)]
        if role in roles["scales"]:
            return self._config is not None or self._quantised_beside(base)
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


def _mxfp4(group: TensorGroup) -> Unpacked:
    """gpt-oss: blocks (..., groups, 16 bytes), two values a byte, scales beside them."""
    if group.shape is None:
        return Unpacked(Use.WEIGHT, 0, None, "mxfp4", 4)
    *outer, groups, width = group.shape if len(group.shape) > 1 else (1, *group.shape, 1)[-2:]
    return Unpacked(Use.WEIGHT, 2 * group.elements, (*outer, groups * width * 2), "mxfp4", 4)


def _doubled(group: TensorGroup, method: str) -> Unpacked:
    assert group.shape is not None
    return Unpacked(Use.WEIGHT, 2 * group.elements, (*group.shape[:-1], 2 * group.shape[-1]), method, 4)
