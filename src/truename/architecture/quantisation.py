"""What config.json says of quantisation, read once: needed to unpack what shapes alone leave open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from truename.architecture.model_config import settings
from truename.declared.declared import Declared

_PATTERN_LENGTH = 512  # characters of a ``re:`` target; longer ones are left unmatched
_LAYER_LENGTH = 128
_REPEATS = 2  # repetitions in a pattern beside a leading ``.*``
_PATTERNS = 32  # of one list that are tried


class BitsGroup(msgspec.Struct, frozen=True):
    """One config group of compressed-tensors: the weights of ``targets`` have ``bits``."""

    targets: tuple[str, ...]
    bits: int
    format: str | None = None
    group_size: int | None = None


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
        if _matches_any(self.ignore, layer):
            return None
        for group in self.groups:
            if _matches_any(group.targets, layer):
                return group.bits
        if self.groups:
            classes = all("." not in t and not t.startswith("re:") for g in self.groups for t in g.targets)
            return self.groups[0].bits if classes else None
        return self.bits

    def group_size_of(self, layer: str) -> int | None:
        """Inputs of a weight of ``layer`` that share a scale; None where none is declared, as for whole rows (-1)."""
        if layer in self.overrides:
            return _whole(self.overrides[layer].get("group_size"))
        sizes = {group.group_size for group in self.groups}
        return self.group_size if not sizes else sizes.pop() if len(sizes) == 1 else None


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
            size = _whole(weights.get("group_size")) if isinstance(weights, Mapping) else None
            groups.append(BitsGroup(_texts(group.get("targets")), bits, _text(group.get("format")), size))
    return groups


def _matches_any(targets: tuple[str, ...], layer: str) -> bool:
    """Whether one of ``targets`` names ``layer``: by path or its end, by class such as Linear, by ``re:`` pattern."""
    if "Linear" in targets or any(layer == t or layer.endswith(f".{t}") for t in targets):
        return True
    patterns = [target[3:] for target in targets if target.startswith("re:")]
    return any(_matches(pattern, layer) for pattern in patterns[:_PATTERNS])


def _matches(pattern: str, layer: str) -> bool:
    """Match a pattern from a stranger: short, on short names, and with few repetitions, so that it cannot take long."""
    if len(pattern) > _PATTERN_LENGTH or len(layer) > _LAYER_LENGTH:
        return False
    rest = pattern.removeprefix("^").removeprefix(".*")
    if sum(rest.count(sign) for sign in "*+{") > _REPEATS or re.search(r"\)[*+{]", rest):
        return False
    try:
        return (re.match if rest == pattern else re.search)(rest, layer) is not None
    except re.error:
        return False


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 2**40 else None


def _text(value: Any) -> str | None:
    return value.lower() if isinstance(value, str) else None


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list | tuple) else ()
