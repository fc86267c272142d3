"""PKG002: several formats, formats that do not show, MLX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.facts import Fact, Origin
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.packaging.format import PackagingFormat
from truename.rules.rule import Case

RULE = PackagingFormat()

ONNX = [(Role.PACKAGING, "onnx", "onnx")]
MLX = [(Role.PACKAGING, "mlx", "mlx")]
COREML = [(Role.PACKAGING, "coreml", "coreml")]
GGUF = [(Role.PACKAGING, "gguf", "gguf")]

TABLE = [
    (
        "m-exl2",
        [(Role.PACKAGING, "exl2", "exl2")],
        {"formats": ("safetensors",), "quantisation_method": "exl2"},
        "clean",
    ),
    ("m-exl2", [(Role.PACKAGING, "exl2", "exl2")], {"formats": ("safetensors",)}, "cannot_tell"),
    ("m-onnx", ONNX, {"formats": ("onnx",)}, "clean"),
    ("m-onnx", ONNX, {"formats": ("pytorch", "safetensors")}, "error"),
    ("m-onnx", ONNX, {"formats": ()}, "cannot_tell"),
    ("m-onnx", ONNX, {"formats": Fact("formats", ("safetensors",), Origin.DECLARED)}, "cannot_tell"),
    ("m-onnx-gguf", [*ONNX, *GGUF], {"formats": ("onnx",)}, "error"),
    ("m-mlx", MLX, {"formats": ("safetensors",)}, "cannot_tell"),
    ("m-mlx", MLX, {"formats": ("safetensors",), "tags": ("text", "mlx")}, "clean"),
    ("m-mlx", MLX, {"formats": ("safetensors",), "library_name": "MLX"}, "clean"),
    ("m-mlx", MLX, {"formats": ("safetensors",), "quantisation_method": "mlx"}, "clean"),
    ("m-coreml", COREML, {"formats": ("safetensors",)}, "cannot_tell"),
    ("m-coreml", COREML, {"formats": ("coreml",)}, "clean"),
    ("m-rknn", [(Role.PACKAGING, "rknn", "rknn")], {"formats": ("safetensors",)}, "cannot_tell"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    verdict = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in verdict.findings), key=lambda s: s.rank, default=None)
    assert (worst or verdict.outcome).value == expected, verdict
