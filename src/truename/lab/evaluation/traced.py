"""A PyTorch module -> the abstract architecture of its graph, traced by ``torch.export`` on fake tensors.

Nothing is computed and nothing allocated: the module may lie on the meta device. The graph becomes the operators of a
header, so that everything behind it is what a header or an ONNX file gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from truename.architecture import AbstractArchitecture, abstract_architecture
from truename.errors import MissingExtraError
from truename.formats.graph import OperatorGraph, OperatorNode
from truename.formats.header import Tensor, WeightsHeader

# Operators that pass their data through, in the words of ONNX, which the architecture's tables know.
_PASSING = {
    "view": "Reshape", "reshape": "Reshape", "_unsafe_view": "Reshape", "flatten": "Flatten", "contiguous": "Identity",
    "clone": "Identity", "alias": "Identity", "detach": "Identity", "to": "Cast", "_to_copy": "Cast",
    "dropout": "Dropout", "transpose": "Transpose", "permute": "Transpose", "t": "Transpose", "squeeze": "Squeeze",
    "unsqueeze": "Unsqueeze", "expand": "Expand", "slice": "Slice", "select": "Slice", "split": "Split",
    "chunk": "Split", "getitem": "Identity",
}  # fmt: skip


def traced_architecture(module: Any, inputs: tuple[Any, ...], **named: Any) -> AbstractArchitecture:
    """The layers, blocks and connections of ``module`` called with ``inputs``.

    Args:
        module: a ``torch.nn.Module``, on any device, the meta device included.
        inputs: tensors as the module takes them; their values are not looked at.
        named: the same by name.

    Raises:
        MissingExtraError: torch is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError("tracing a module", "zoo") from error
    program = torch.export.export(module.eval(), inputs, named, strict=False)
    tensors = {name: Tensor("F32", tuple(tensor.shape), None) for name, tensor in module.state_dict().items()}
    stored = {
        spec.arg.name: spec.target
        for spec in program.graph_signature.input_specs
        if spec.target is not None and spec.target in tensors
    }
    graph = OperatorGraph(
        tuple(_nodes(program.graph, stored)), tuple(program.graph_signature.user_inputs), _outputs(program.graph)
    )
    return abstract_architecture(WeightsHeader("export", ("module",), tensors, {}, {}, graph=graph))


def _nodes(graph: Any, stored: dict[str, str]) -> Iterator[OperatorNode]:
    for node in graph.nodes:
        if node.op == "call_function":
            word = str(getattr(node.target, "_opname", None) or getattr(node.target, "__name__", node.target))
            taken = tuple(stored.get(argument.name, argument.name) for argument in node.all_input_nodes)
            word = word.split(".")[0]
            if word == "scaled_dot_product_attention":
                yield from _attention(node.name, _scope(node, word), taken)
            else:
                yield OperatorNode(_PASSING.get(word, word), _scope(node, word), taken, (node.name,))


def _attention(name: str, scope: str, taken: tuple[str, ...]) -> Iterator[OperatorNode]:
    """The fused operator as what it computes, and as exporters write it: softmax(q k + mask) v."""
    query, key, value = (*taken, taken[-1], taken[-1])[:3]  # one value may be two of them
    yield OperatorNode("MatMul", f"{scope}/scores", (query, key), (scores := f"{name}/scores",))
    for mask in taken[3:]:
        yield OperatorNode("Add", f"{scope}/mask", (scores, mask), (scores := f"{name}/masked",))
    yield OperatorNode("Softmax", f"{scope}/softmax", (scores,), (f"{name}/softmax",))
    yield OperatorNode("MatMul", f"{scope}/product", (f"{name}/softmax", value), (name,))


def _scope(node: Any, word: str) -> str:
    """``/encoder/layer.0/softmax``: the module that the operation stands in, as ONNX's exporter writes it."""
    stack = node.meta.get("nn_module_stack") or {}
    path = next(reversed([where for where, _ in stack.values()]), "") if stack else ""
    return f"/{path.replace('.', '/')}/{node.name}" if path else f"/{node.name}" if word else ""


def _outputs(graph: Any) -> tuple[str, ...]:
    return tuple(argument.name for node in graph.nodes if node.op == "output" for argument in node.all_input_nodes)
