"""Context lengths as config.json declares them, with and without the scaling of rotary embeddings.

How each kind scales follows transformers' ``modeling_rope_utils``: ``factor`` times the original length for linear,
dynamic and yarn; for llama3 and longrope ``max_position_embeddings`` is already the extended length.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeGuard

from truename.declared.dimensions import language_sections
from truename.declared.values import MAX_NUMBER, Collector, Found, Section, keys

_NO_SCALING = frozenset({"default", "mrope", "proportional"})
_ALREADY_EXTENDED = frozenset({"llama3", "longrope", "su"})
_ALIASES = {"su": "longrope"}


def add_context(collector: Collector, config: Section) -> None:
    """Add context length, extended context length and the kind of scaling."""
    sections = language_sections(config)
    _add_rotation(collector, sections)
    declared = collector.number(sections, keys()["context"]["keys"])
    length = None
    if declared is not None:
        length, how = _without_padding(declared, config)
        collector.add("context_length", declared, length, how)
    for section in sections:
        for name in ("rope_scaling", "rope_parameters"):
            scaling = section.look(name)
            if isinstance(scaling, dict):
                _add_scaling(collector, Found(scaling, section, name), length)
                return
            if scaling is not None:
                collector.reject(section, name, scaling, "an object")


def _add_rotation(collector: Collector, sections: tuple[Section, ...]) -> None:
    """Add the base of the rotary embeddings, in the older form of configurations or in that of transformers 5."""
    for section in sections:
        for name in keys()["details"]["rope_theta"]:
            if is_positive(value := section.look(name)):
                collector.add("rope_theta", Found(float(value), section, name))
                return


def is_positive(value: Any) -> TypeGuard[float]:
    """Whether a value is a finite number above zero."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < math.inf


def _without_padding(declared: Found, config: Section) -> tuple[int, str]:
    """RoBERTa and its kin count from the padding index: 514 rows are 512 positions."""
    length = int(declared.value)
    if (
        declared.key != "max_position_embeddings"
        or config.look("model_type") not in keys()["context"]["padded_positions"]
    ):
        return length, ""
    padding = config.look("pad_token_id")
    offset = (padding if type(padding) is int and 0 <= padding < 10 else 1) + 1
    if length % 64 == 0 or length <= offset:  # already without them, as some fine-tunes declare it
        return length, ""
    return length - offset, f" less {offset} for the padding index"


def _add_scaling(collector: Collector, scaling: Found, length: int | None) -> None:
    values: Mapping[str, Any] = scaling.value
    if isinstance(full := values.get("full_attention"), dict):  # one set for each kind of layer
        values = full
    kind = values.get("rope_type", values.get("type"))
    if not isinstance(kind, str):
        if kind is not None:
            collector.reject(scaling.section, f"{scaling.key}.rope_type", kind, "a string")
        return
    kind = kind.strip().lower()
    if not kind or kind in _NO_SCALING:
        return
    collector.add("rope_scaling", scaling, _ALIASES.get(kind, kind)[:40])
    factor = values.get("factor")
    if is_positive(factor):
        collector.add("rope_factor", scaling, float(factor), ".factor")
    if kind in _ALREADY_EXTENDED:
        if length is not None:
            collector.add("extended_context_length", scaling, length, f": {kind}, max_position_embeddings as it is")
    elif isinstance(factor, (int, float)) and not isinstance(factor, bool) and math.isfinite(factor) and factor >= 1:
        _add_scaled(collector, scaling, values, factor, length)
    elif factor is not None:
        collector.reject(scaling.section, f"{scaling.key}.factor", factor, "a number of at least one")


def _add_scaled(
    collector: Collector, scaling: Found, values: Mapping[str, Any], factor: float, length: int | None
) -> None:
    original = values.get("original_max_position_embeddings")
    base = original if type(original) is int and 0 < original < MAX_NUMBER else length
    if base is not None and base * factor < MAX_NUMBER:
        collector.add("extended_context_length", scaling, round(base * factor), f": {base} x {factor:g}")
