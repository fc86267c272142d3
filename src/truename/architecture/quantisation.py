"""What config.json says of quantisation, read once: needed to unpack what shapes alone leave open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from truename.architecture.settings import settings
from truename.declared.declared import Declared

_PATTERN_LIMIT = 512  # characters of a ``re:`` target; longer ones are left unmatched


class BitsGroup(msgspec.Struct, frozen=True):
    """One config group of compressed-tensors: the weights of ``targets`` have ``bits``."""

    targets: tuple[str, ...]
    bits: int
    format: str | None = None


class QuantisationConfig(msgspec.Struct, frozen=True):
    """The quantisation that a repository declares."""

    method: str | None  # quant_method, in lower case
    bits: int | None = None
    group_size: int | None = None
    format: str | None = None  # compressed-tensors: pack-quantized, float-quantized ...
    groups: tuple[BitsGroup, ...] = ()
    ignore: tuple[str, ...] = ()
    overrides: Mapping[str, Mapping[str, Any]] = {}  # MLX: layer -> {bits, group_size}
    expert_dtype: str | None = None  # fp4 where routed experts are packed by two

    def bits_of(self, layer: str) -> int | None:
        """Bits of a weight of ``layer``, None where nothing is declared or the layer is left unquantised."""
        if layer in self.overrides:
            return _whole(self.overrides[layer].get("bits"))
        if any(_matches(target, layer) for target in self.ignore):
            return None
        for group in self.groups:
            if any(_matches(target, layer) for target in group.targets):
                return group.bits
        if self.groups:
            return self.groups[0].bits if all("." not in t for g in self.groups for t in g.targets) else None
        return self.bits


def quantisation_config(declared: Declared) -> QuantisationConfig | None:
    """The declared quantisation (``quantization_config``, MLX's ``quantization``, ``quantize_config.json``)."""
    config = settings(declared)
    expert = config.get("expert_dtype")
    found = config.get("quantization_config", "compression_config", "quantization")
    if not isinstance(found, Mapping) and declared.quantize_config is not None:
        found = declared.quantize_config.data
    if not isinstance(found, Mapping):
        return None
    method = found.get("quant_method")
    if not isinstance(method, str):
        method = "compressed-tensors" if "config_groups" in found else None
    weights = found.get("weights") if isinstance(found.get("weights"), Mapping) else {}
    return QuantisationConfig(
        method=method.lower() if method else None,
        bits=_bits(found) or _whole(weights.get("num_bits")),  # type: ignore[union-attr]
        group_size=_whole(found.get("group_size")),
        format=_text(found.get("format")),
        groups=tuple(_groups(found.get("config_groups"))),
        ignore=_texts(found.get("ignore")),
        overrides={k: v for k, v in found.items() if isinstance(v, Mapping) and "bits" in v},
        expert_dtype=_text(expert) or _text(found.get("expert_dtype")),
    )


def _bits(found: Mapping[str, Any]) -> int | None:
    if found.get("load_in_4bit") is True or found.get("_load_in_4bit") is True:
        return 4
    if found.get("load_in_8bit") is True or found.get("_load_in_8bit") is True:
        return 8
    return next((b for key in ("bits", "w_bit", "num_bits", "nbits") if (b := _whole(found.get(key)))), None)


def _groups(found: Any) -> list[BitsGroup]:
    groups = []
    for group in found.values() if isinstance(found, Mapping) else ():
        weights = group.get("weights") if isinstance(group, Mapping) else None
        bits = _whole(weights.get("num_bits")) if isinstance(weights, Mapping) else None
        if bits:
            groups.append(BitsGroup(_texts(group.get("targets")), bits, _text(group.get("format"))))
    return groups


def _matches(target: str, layer: str) -> bool:
    """Whether a compressed-tensors target names ``layer``: ``re:`` pattern, full path, or a class such as Linear."""
    if not target.startswith("re:"):
        return target in ("Linear", layer) or layer.endswith(f".{target}")
    if len(target) > _PATTERN_LIMIT or _repeats_nested(target):
        return False
    try:
        return re.match(target[3:], layer) is not None
    except re.error:
        return False


def _repeats_nested(pattern: str) -> bool:
    """Whether a pattern repeats a group: it could take exponential time, and no real target does so."""
    return re.search(r"\)[*+{]", pattern) is not None or pattern.count("*") + pattern.count("+") > 6


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 2**40 else None


def _text(value: Any) -> str | None:
    return value.lower() if isinstance(value, str) else None


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list | tuple) else ()
