"""What happens to a model between its training and a registry: packing, pruning, other heads, names and formats.

Each trial turns the header of a saved model into the one that the tool in question would write. None where the trial
means nothing for that model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from truename.architecture.parts import part_of
from truename.architecture.templates import template_of
from truename.formats.graph import OperatorGraph, OperatorNode
from truename.formats.header import Tensor, WeightsHeader

Tensors = dict[str, Tensor]
Trial = Callable[[WeightsHeader], WeightsHeader | None]

_BLOCK = re.compile(r"(?:^|\.)(\d+)\.")
_LEAST = 64  # inputs and outputs of a layer that is packed
_GROUP = 64  # of a quantisation
SWAPPED = "head swapped"


def _tensor(dtype: str, *shape: int) -> Tensor:
    return Tensor(dtype, shape, None)


def _packed(pack: Callable[[str, int, int], Tensors]) -> Trial:
    """Every linear layer of the blocks replaced by ``pack(path, outputs, inputs)``."""

    def trial(header: WeightsHeader) -> WeightsHeader | None:
        tensors: Tensors = {}
        number = 0
        for name, tensor in header.tensors.items():
            if (sides := _linear(name, tensor)) is not None:
                tensors.update(pack(name.removesuffix(".weight"), *sides))
                number += 1
            else:
                tensors[name] = tensor
        return _with(header, tensors) if number else None

    return trial


def _linear(name: str, tensor: Tensor) -> tuple[int, int] | None:
    shape = tensor.shape
    if not name.endswith(".weight") or shape is None or len(shape) != 2 or _BLOCK.search(name) is None:
        return None
    outputs, inputs = shape
    whole = outputs % 8 == 0 and inputs % _GROUP == 0 and min(shape) >= _LEAST
    return (outputs, inputs) if whole and "embed" not in name and ".router" not in name else None


def _gptq(path: str, outputs: int, inputs: int) -> Tensors:
    groups = inputs // _GROUP
    return {
        f"{path}.qweight": _tensor("I32", inputs // 8, outputs),
        f"{path}.qzeros": _tensor("I32", groups, outputs // 8),
        f"{path}.scales": _tensor("F16", groups, outputs),
        f"{path}.g_idx": _tensor("I32", inputs),
    }


def _awq(path: str, outputs: int, inputs: int) -> Tensors:
    groups = inputs // _GROUP
    return {
        f"{path}.qweight": _tensor("I32", inputs, outputs // 8),
        f"{path}.qzeros": _tensor("I32", groups, outputs // 8),
        f"{path}.scales": _tensor("F16", groups, outputs),
    }


def _bitsandbytes(path: str, outputs: int, inputs: int) -> Tensors:
    return {
        f"{path}.weight": _tensor("U8", outputs * inputs // 2, 1),
        f"{path}.weight.absmax": _tensor("U8", outputs * inputs // _GROUP),
        f"{path}.weight.quant_map": _tensor("F32", 16),
        f"{path}.weight.nested_absmax": _tensor("F32", outputs * inputs // _GROUP // 256 or 1),
        f"{path}.weight.nested_quant_map": _tensor("F32", 256),
        f"{path}.weight.quant_state.bitsandbytes__nf4": _tensor("U8", 90),
    }


def _mlx(path: str, outputs: int, inputs: int) -> Tensors:
    return {
        f"{path}.weight": _tensor("U32", outputs, inputs // 8),
        f"{path}.scales": _tensor("F16", outputs, inputs // _GROUP),
        f"{path}.biases": _tensor("F16", outputs, inputs // _GROUP),
    }


def _pruned(header: WeightsHeader) -> WeightsHeader | None:
    """The second half of every stack of blocks taken away."""
    last: dict[str, int] = {}
    for name in header.tensors:
        if (found := _BLOCK.search(name)) is not None:
            path = name[: found.start()]
            last[path] = max(last.get(path, 0), int(found.group(1)))
    if max(last.values(), default=0) < 3:
        return None

    def kept(name: str) -> bool:
        found = _BLOCK.search(name)
        return (
            found is None or last[name[: found.start()]] < 3 or int(found.group(1)) <= last[name[: found.start()]] / 2
        )

    return _with(header, {name: tensor for name, tensor in header.tensors.items() if kept(name)})


def _other_head(header: WeightsHeader) -> WeightsHeader | None:
    """The task head taken away, and one for classification put on."""
    body = {name: tensor for name, tensor in header.tensors.items() if not _is_head(name)}
    if len(body) < 4:
        return None
    width = next((t.shape[-1] for n, t in body.items() if t.shape and len(t.shape) == 2 and _BLOCK.search(n)), 64)
    word, classes = ("score", 3) if "lm_head.weight" in header.tensors else ("classifier", 5)
    body[f"{word}.weight"] = _tensor("F32", classes, width)
    if word == "classifier":
        body[f"{word}.bias"] = _tensor("F32", classes)
    return _with(header, body)


def _is_head(name: str) -> bool:
    part = part_of(template_of(name))
    return part.head is not None or part.output_head


def _prefixed(header: WeightsHeader) -> WeightsHeader | None:
    return _with(header, {f"backbone.{name}": tensor for name, tensor in header.tensors.items()})


def _onnx(named: bool) -> Trial:
    """Linear layers turned round and called after a value; the nodes keep the paths where ``named``."""

    def trial(header: WeightsHeader) -> WeightsHeader | None:
        tensors: Tensors = {}
        nodes: list[OperatorNode] = []
        for number, (name, tensor) in enumerate(header.tensors.items()):
            if (sides := _linear(name, tensor)) is None:
                tensors[name] = tensor
                continue
            value = f"onnx::MatMul_{1000 + number}"
            tensors[value] = _tensor("F32", sides[1], sides[0])
            path = "/" + "/".join(_modules(name.removesuffix(".weight"))) if named else ""
            nodes.append(OperatorNode("MatMul", f"{path}/MatMul" if path else "", ("x", value), (f"y{number}",)))
            bias = f"{name.removesuffix('.weight')}.bias"
            if bias in header.tensors:
                nodes.append(OperatorNode("Add", f"{path}/Add" if path else "", (bias, f"y{number}"), (f"z{number}",)))
        if not nodes:
            return None
        graph = OperatorGraph(tuple(nodes), ("x",), ("y",))
        return WeightsHeader("onnx", ("model.onnx",), tensors, {}, {}, graph=graph)

    return trial


def _modules(path: str) -> list[str]:
    """``encoder.layer.0.attention`` as torch's exporter scopes it: a number belongs to the word before it."""
    parts: list[str] = []
    for part in path.split("."):
        if part.isdigit() and parts:
            parts[-1] += f".{part}"
        else:
            parts.append(part)
    return parts


def _with(header: WeightsHeader, tensors: Mapping[str, Tensor]) -> WeightsHeader:
    return WeightsHeader(header.format, header.files, tensors, {}, {})


TRIALS: dict[str, Trial] = {
    "packed by GPTQ": _packed(_gptq),
    "packed by AWQ": _packed(_awq),
    "packed by bitsandbytes": _packed(_bitsandbytes),
    "packed by MLX": _packed(_mlx),
    "layers pruned": _pruned,
    SWAPPED: _other_head,
    "prefix added": _prefixed,
    "ONNX, nodes named": _onnx(True),
    "ONNX, nodes unnamed": _onnx(False),
}
