"""What a configuration implies where no header can be read: parameters by formula, or from the index's total size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from truename.architecture.counting import active_parameters
from truename.architecture.layouts import Layout, is_stub, layout_of
from truename.architecture.measure import EXPERTS_PER_TOKEN
from truename.architecture.model_config import Settings, settings
from truename.architecture.parts import part_of
from truename.architecture.quantisation import quantisation_config
from truename.declared import RUNTIMES, Declared
from truename.facts import FACTS, PARAMETERS, Derivation, Fact, Origin

_MISDECLARED = (1.0, 2.0, 4.0, 0.5, 0.25)  # stored bytes of an element by the declared dtype's
_AGREE = 0.03  # buffers, tied copies and heads: what a total may be off the formula


def declared_measures(declared: Declared, index_total_size: int | None) -> tuple[Fact[Any], ...]:
    """Parameters as the configuration and the index imply them, for repositories whose shapes cannot be read.

    Args:
        declared: the documents; only config.json and the quantisation are used.
        index_total_size: ``metadata.total_size`` of the weight index, in bytes.

    Returns:
        Facts with origin ``declared``. The first ``parameters`` comes from the index where there is one and nothing
        is quantised: it includes buffers and tied copies. The next comes from the configuration's dimensions, for
        families in ``layouts.toml``. Where neither can be known there is no fact.
    """
    config = settings(declared)
    written = declared.config is None or declared.config.file not in RUNTIMES  # a runtime leaves out what it need not
    layout = layout_of(config) if written and not is_stub(config) else None
    facts: list[Fact[Any]] = []
    if index_total_size and quantisation_config(declared) is None:
        facts += _from_index(config, layout, index_total_size)
    if layout is not None:
        facts += _from_layout(config, layout)
    return tuple(facts)


def _from_index(config: Settings, layout: Layout | None, total: int) -> Iterator[Fact[Any]]:
    """Total bytes by bytes of an element. The declared dtype is corrected where the formula shows it to be wrong."""
    size: float | None = config.dtype_bytes
    corrected = False
    if layout is not None:
        expected = sum(row.parameters for row in layout.rows)
        tied = expected + _embedding(layout)
        near = [s for s in _MISDECLARED for e in (expected, tied) if abs(total / (4 * s * e) - 1) < _AGREE]
        if near and size != 4 * near[0]:
            size, corrected = 4 * near[0], True
    if size is None:
        return
    how = "as the dimensions of the configuration show" if corrected else "as the declared dtype says"
    detail = f"metadata.total_size of the weight index by {size:g} bytes an element, {how}; buffers and tied copies in"
    yield Fact(PARAMETERS, round(total / size), Origin.DECLARED, config.file, detail, Derivation.INDEX_BYTES)


def _from_layout(config: Settings, layout: Layout) -> Iterator[Fact[Any]]:
    total = sum(row.parameters for row in layout.rows)
    embedding = _embedding(layout)
    heads = sum(row.parameters for row in layout.rows if part_of(row.template).output_head)
    routed = sum(row.parameters for row in layout.rows if part_of(row.template).expert)
    experts = next((row.loops[1] for row in layout.rows if part_of(row.template).expert), None)
    per_token = config.whole(*EXPERTS_PER_TOKEN)
    rows = (
        ("parameters", total, f"tensors of {layout.class_name} with the dimensions of the configuration"),
        ("non_embedding_parameters", total - embedding - heads, "the same less token embeddings and output head"),
        ("tied_parameters", total + embedding if layout.tied else None, "the same, the tied embedding counted twice"),
        ("active_parameters", active_parameters(total, routed, experts, per_token), "the same, chosen experts only"),
    )
    for key, value, detail in rows:
        if value:
            yield Fact(FACTS[key], value, Origin.DECLARED, config.file, detail)


def _embedding(layout: Layout) -> int:
    return sum(row.parameters for row in layout.rows if part_of(row.template).token_embedding)
