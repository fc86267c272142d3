"""Configuration -> every tensor of a saved model, for families whose tensors are a function of their configuration.

The families are data (``layouts.toml``). Tests compare each with the class of transformers that it describes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from truename.architecture.model_config import Settings
from truename.architecture.ties import is_tied
from truename.compiled_tables import table

_LIMIT = 2**31  # no dimension of a real configuration is larger
_STATED = ("H", "L")
_HEADS = ("lm_head.", "embed_out.", "vocab_", "cls.")
_WITH_HEAD = ("CausalLM", "LMHeadModel", "ConditionalGeneration", "MaskedLM", "PreTraining")


class Row(msgspec.Struct, frozen=True):
    """Tensors of one template: ``loops`` says how often each ``#`` runs."""

    template: str
    shape: tuple[int, ...]
    loops: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many tensors the row stands for."""
        return math.prod(self.loops)

    @property
    def parameters(self) -> int:
        """Parameters of all of them."""
        return self.count * math.prod(self.shape)


class Layout(msgspec.Struct, frozen=True):
    """The tensors of one model, by template."""

    family: str
    class_name: str  # the class of transformers that it describes
    rows: tuple[Row, ...]
    tied: bool  # whether the output head is the token embedding, and so no tensor of its own


class _Parsed(msgspec.Struct, frozen=True):
    template: str
    shape: tuple[str, ...]
    loops: tuple[str, ...]
    switch: str | None


def families() -> tuple[str, ...]:
    """The model types that have a layout."""
    return tuple(table("architecture/layouts")["family"])


def is_stub(settings: Settings) -> bool:
    """Whether the configuration leaves out what ``save_pretrained`` always writes: its defaults would be guesses."""
    tables = table("architecture/layouts")
    keys = tables["keys"] | tables["family"].get(settings.model_type or "", {}).get("keys", {})
    return any(settings.get(*keys[name]) is None for name in _STATED)


def layout_of(settings: Settings) -> Layout | None:
    """The tensors that a model with this configuration has; None where its family or a switch is not known.

    Args:
        settings: config.json; its ``architectures`` decide whether a language modelling head is there.
    """
    family = table("architecture/layouts")["family"].get(settings.model_type or "")
    if family is None or not _applies(settings, family):
        return None
    dims = _dimensions(settings, family)
    if dims is None:
        return None
    tied = is_tied(settings) is True
    head = _has_head(settings)
    rows = []
    for row in _rows(settings.model_type or ""):
        if row.switch and not _switched(row.switch, settings, family, tied):
            continue
        if not head and row.template.startswith(_HEADS):
            continue
        shape = tuple(_value(part, dims) for part in row.shape)
        rows.append(Row(row.template, shape, tuple(_value(loop, dims) for loop in row.loops)))
    return Layout(settings.model_type or "", family["class"], tuple(rows), tied)


def _applies(settings: Settings, family: Mapping[str, Any]) -> bool:
    """Whether no switch makes this another structure than the one in the table."""
    if any(settings.get(key) for key in family.get("unless", ())):
        return False
    for key, wanted in family.get("require", {}).items():
        value = settings.get(key)
        if value is not None and value != wanted:
            return False
    if family.get("all_sparse"):
        step = settings.get("decoder_sparse_step")
        return step in (None, 1) and not settings.get("mlp_only_layers") and not settings.get("layer_types_sparse")
    return True


def _dimensions(settings: Settings, family: Mapping[str, Any]) -> dict[str, int] | None:
    """Every dimension the configuration gives or implies; None where one is no sensible number."""
    dims: dict[str, int] = {}
    keys = table("architecture/layouts")["keys"] | family.get("keys", {})
    for name, candidates in keys.items():
        value = settings.get(*candidates) if candidates else None
        value = family.get("defaults", {}).get(name) if value is None else value
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < _LIMIT:
            return None
        dims[name] = value
    for name, expression in family.get("derived", {}).items():
        dims.setdefault(name, _value(expression, dims))
    if any(dims[key] != dims.get(name) for key, name in _equal(settings, family, dims).items()):
        return None
    if "H" not in dims or "L" not in dims or "A" not in dims:
        return None
    dims.setdefault("D", dims["H"] // dims["A"])
    dims.setdefault("K", dims["A"])
    if settings.model_type == "falcon" and not settings.get("new_decoder_architecture"):
        multi = settings.get("multi_query")
        dims["K"] = 1 if multi is None or multi else dims["A"]
    return dims


def _equal(settings: Settings, family: Mapping[str, Any], dims: dict[str, int]) -> dict[str, str]:
    """Configuration keys that must equal a dimension, entered into ``dims`` under their own name."""
    found = {}
    for key, name in family.get("equal", {}).items():
        if (value := settings.whole(key)) is not None:
            dims[key] = value
            found[key] = name
    return found


def _switched(switch: str, settings: Settings, family: Mapping[str, Any], tied: bool) -> bool:
    wanted = not switch.startswith("!")
    name = switch.removeprefix("!")
    if name == "tied":
        return tied is wanted
    if name == "gated":
        kind = settings.get("feed_forward_proj")
        return (isinstance(kind, str) and kind.startswith("gated")) is wanted
    default = family.get("switches", {}).get(name, False)
    value = None if name in family.get("fixed", ()) else settings.get(family.get("aliases", {}).get(name, name))
    return bool(default if value is None else value) is wanted


def _has_head(settings: Settings) -> bool:
    """Whether the class named in ``architectures`` has a language modelling head; so it is where none is named."""
    named = settings.get("architectures")
    if not isinstance(named, Sequence) or isinstance(named, str) or not named or not isinstance(named[0], str):
        return True
    return named[0].endswith(_WITH_HEAD)


@lru_cache(maxsize=64)
def _rows(model_type: str) -> tuple[_Parsed, ...]:
    tables = table("architecture/layouts")
    family = tables["family"][model_type]
    lines = [line for name in family.get("bundles", ()) for line in tables["bundle"][name]] + family.get("rows", [])
    parsed = []
    for line in lines:
        template, _, rest = line.partition(" = ")
        for old, new in family.get("rename", {}).items():
            template = template.replace(old, new)
        rest, _, switch = rest.partition(" ? ")
        shape, _, loops = rest.partition(" @ ")
        default = ("L",) if "#" in template else ()
        loop = tuple(p.strip() for p in loops.split(",")) if loops else default
        parsed.append(_Parsed(template, tuple(p.strip() for p in shape.split(",")), loop, switch.strip() or None))
    return tuple(parsed)


def _value(expression: str, dims: Mapping[str, int]) -> int:
    """The value of a sum of products of dimensions and numbers: ``A*D+2*K*D``."""
    return sum(
        math.prod(int(factor) if factor.isdigit() else dims[factor] for factor in term.split("*"))
        for term in expression.split("+")
    )
