"""A module traced by ``torch.export`` and the same module exported to ONNX meet in one architecture and one space."""

from __future__ import annotations

import io
import warnings
from typing import Any

import pytest

from truename.architecture import AbstractArchitecture, abstract_architecture
from truename.blob import MemoryBlob
from truename.dara.features import connections, features_of, layer_parameters
from truename.formats.onnx.reader import read_onnx

torch = pytest.importorskip("torch", reason="torch is not installed: it comes with the extra zoo")
pytest.importorskip("onnxscript", reason="onnxscript is not installed: PyTorch writes ONNX with it")

pytestmark = pytest.mark.filterwarnings("ignore")


class Block(torch.nn.Module):  # type: ignore[misc]
    """A layer of an encoder: attention spelled out or fused, and an activation."""

    def __init__(self, activation: Any, *, fused: bool) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (torch.nn.Linear(16, 16) for _ in range(4))
        self.norm, self.last_norm = torch.nn.LayerNorm(16), torch.nn.LayerNorm(16)
        self.up, self.down = torch.nn.Linear(16, 40), torch.nn.Linear(40, 16)
        self.activation, self.fused = activation, fused

    def forward(self, x: Any) -> Any:
        query, key, value = (layer(x).view(1, 4, 2, 8).transpose(1, 2) for layer in (self.query, self.key, self.value))
        if self.fused:
            mixed = torch.nn.functional.scaled_dot_product_attention(query, key, value)
        else:
            mixed = torch.softmax(query @ key.transpose(-1, -2) / 8**0.5, -1) @ value
        x = self.norm(x + self.out(mixed.transpose(1, 2).reshape(1, 4, 16)))
        return self.last_norm(x + self.down(self.activation(self.up(x))))


def convolutions() -> Any:
    layers = torch.nn
    return layers.Sequential(
        layers.Conv2d(3, 8, 3), layers.ReLU(), layers.MaxPool2d(2), layers.Conv2d(8, 8, 3), layers.SiLU(),
        layers.AdaptiveAvgPool2d(1), layers.Flatten(), layers.Linear(8, 5), layers.Sigmoid(),
    )  # fmt: skip


MODULES: dict[str, tuple[Any, tuple[int, ...]]] = {
    "attention and gelu": (lambda: Block(torch.nn.GELU(), fused=False), (1, 4, 16)),
    "fused attention and silu": (lambda: Block(torch.nn.SiLU(), fused=True), (1, 4, 16)),
    "gelu by tanh": (lambda: Block(torch.nn.GELU(approximate="tanh"), fused=True), (1, 4, 16)),
    "convolutions": (convolutions, (1, 3, 16, 16)),
}


def exported(module: Any, inputs: Any, *, dynamo: bool) -> AbstractArchitecture:
    """The architecture of the ONNX file that PyTorch writes of ``module``."""
    written = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if dynamo:
            torch.onnx.export(module, inputs, dynamo=True, verbose=False).save(written)
        else:
            torch.onnx.export(module, inputs, written, dynamo=False, opset_version=17)
    return abstract_architecture(read_onnx(MemoryBlob("model.onnx", written.getvalue())))


@pytest.mark.parametrize("dynamo", [False, True], ids=["by its tracer", "over torch.export"])
@pytest.mark.parametrize("name", MODULES)
def test_traced_and_onnx_are_one(name: str, dynamo: bool) -> None:
    from truename.lab.evaluation.traced import traced_architecture

    make, shape = MODULES[name]
    torch.manual_seed(0)
    module = make().eval()
    for parameter in module.parameters():  # equal ones would be stored once
        torch.nn.init.normal_(parameter)
    inputs = (torch.zeros(shape),)
    traced, onnx = traced_architecture(module, inputs), exported(module, inputs, dynamo=dynamo)
    assert connections(traced) == connections(onnx)
    assert len(connections(traced)) >= 6
    assert layer_parameters(traced) == layer_parameters(onnx)
    assert features_of(traced).shapes == features_of(onnx).shapes
    assert features_of(traced).names == features_of(onnx).names
