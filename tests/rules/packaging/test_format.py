"""PKG002: several formats, formats that do not show, MLX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.facts import Fact, Origin
from truename.findings import Outcome, ReasonKind
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
        "confirmed",
    ),
    ("m-exl2", [(Role.PACKAGING, "exl2", "exl2")], {"formats": ("safetensors",)}, "cannot_tell"),
    ("m-onnx", ONNX, {"formats": ("onnx",)}, "confirmed"),
    ("m-onnx", ONNX, {"formats": ("pytorch", "safetensors")}, "error"),
    ("m-onnx", ONNX, {"formats": ()}, "cannot_tell"),
    ("m-onnx", ONNX, {"formats": Fact("formats", ("safetensors",), Origin.DECLARED)}, "cannot_tell"),
    ("m-onnx-gguf", [*ONNX, *GGUF], {"formats": ("onnx",)}, "error"),
    ("m-mlx", MLX, {"formats": ("safetensors",)}, "cannot_tell"),
    ("m-mlx", MLX, {"formats": ("safetensors",), "tags": ("text", "mlx")}, "confirmed"),
    ("m-mlx", MLX, {"formats": ("safetensors",), "library_name": "MLX"}, "confirmed"),
    ("m-mlx", MLX, {"formats": ("safetensors",), "quantisation_method": "mlx"}, "confirmed"),
    ("m-coreml", COREML, {"formats": ("safetensors",)}, "cannot_tell"),
    ("m-coreml", COREML, {"formats": ("coreml",)}, "confirmed"),
    ("m-rknn", [(Role.PACKAGING, "rknn", "rknn")], {"formats": ("safetensors",)}, "cannot_tell"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    decision = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in decision.findings), key=lambda s: s.rank, default=None)
    assert (worst or decision.outcome).value == expected, decision


@pytest.mark.parametrize(
    ("name", "claims", "facts", "value", "measured"),
    [
        ("m-onnx", ONNX, {"formats": ("onnx", "safetensors")}, ("onnx", "safetensors"), True),
        ("m-mlx", MLX, {"formats": ("safetensors",), "tags": ("mlx",)}, ("mlx",), False),
        ("m-mlx", MLX, {"formats": ("safetensors",), "library_name": "mlx"}, "mlx", False),
        ("m-mlx", MLX, {"formats": ("safetensors",), "quantisation_method": "mlx", "tags": ("mlx",)}, "mlx", True),
    ],
)
def test_what_bears_a_format_out(
    stated: Callable[..., Claims],
    name: str,
    claims: list[tuple[Role, str, Any]],
    facts: dict[str, Any],
    value: object,
    measured: bool,
) -> None:
    (one,) = RULE.check(stated(name, *claims), Case("", **facts).evidence()).confirmations
    assert one.evidence is not None
    assert (one.evidence.value, is_measured(one)) == (value, measured)


def test_one_of_two_formats_stays_open(stated: Callable[..., Claims]) -> None:
    decision = RULE.check(stated("m-onnx-coreml", *ONNX, *COREML), Case("", formats=("onnx",)).evidence())
    assert decision.outcome is Outcome.CANNOT_TELL
    assert [claim.element.text for claim in decision.about or ()] == ["coreml"]
    assert [one.claim and one.claim.text for one in decision.confirmations] == ["onnx"]


@pytest.mark.parametrize(
    ("word", "facts", "kind"),
    [
        ("coreml", {"formats": ("safetensors",)}, ReasonKind.AMBIGUOUS_FILES),
        ("rknn", {"formats": ("safetensors",)}, ReasonKind.UNKNOWN_TO_TRUENAME),
        ("onnx", {}, ReasonKind.NOT_MEASURED),
    ],
)
def test_why_it_cannot_tell(stated: Callable[..., Claims], word: str, facts: dict[str, Any], kind: ReasonKind) -> None:
    reason = RULE.check(stated(f"m-{word}", (Role.PACKAGING, word, word)), Case("", **facts).evidence()).reason
    assert reason is not None
    assert reason.kind is kind
