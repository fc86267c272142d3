"""Identifications and comparisons for people."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.text import Text

from truename.report.identification import Answer, Comparison, Identified
from truename.report.text.excerpt import shortened
from truename.report.text.lines import put, wrapped

_COLUMN = 14
_SHOWN = 8  # labels of a set
_BLOCKS = 40
_BASES = {"part": "a part of the names"}


def print_identifications(models: Sequence[Identified], console: Console) -> None:
    """Print each model's answers: the set with probabilities, or unknown with what is nearest."""
    for number, model in enumerate(models):
        if number:
            console.print()
        for line in wrapped(console, Text(shortened(model.target, 400), style="bold"), indent=0):
            put(console, line)
        if model.reason is not None:
            put(console, Text(f"cannot tell: {model.reason}", style="yellow"), indent=2)
            continue
        for question, answer in msgspec.structs.asdict(model.identification).items():
            text = Text.assemble((question.replace("_", " ").ljust(_COLUMN), "dim"), _said(answer))
            for line in wrapped(console, text, indent=2, hanging=_COLUMN):
                put(console, line)
        rate = model.identification.model_type.error_rate
        aside = f"by {_BASES.get(model.basis, model.basis)}; in {rate:.1%} of known models the truth is in no set"
        put(console, Text(aside, style="dim"), indent=2)


def _said(answer: Answer) -> Text:
    if answer.unknown:
        near = ", ".join(f"{n.label} {n.similarity:.2f}" for n in answer.nearest[:3])
        return Text(f"unknown; nearest: {near}" if near else "unknown", style="yellow")
    members = [f"{shortened(member.label, 60)} {member.probability:.0%}" for member in answer.set[:_SHOWN]]
    more = len(answer.set) - len(members)
    return Text(", ".join(members) + (f" and {more} more" if more > 0 else ""))


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print the distance, then every block that differs."""
    parts = ", ".join(f"{name} {value:.3f}" for name, value in comparison.distances.items())
    put(console, Text(f"structural distance {comparison.distance:.3f} ({parts})", style="bold"))
    if not comparison.blocks:
        put(console, Text("no block differs"), indent=2)
    for block in comparison.blocks[:_BLOCKS]:
        put(console, Text(shortened(block.path, 100), style="bold"), indent=2)
        for side, said in (("first", block.first), ("second", block.second)):
            for line in wrapped(console, Text(f"{side.ljust(8)}{shortened(said, 400)}"), indent=4, hanging=8):
                put(console, line)
    if len(comparison.blocks) > _BLOCKS:
        put(console, Text(f"and {len(comparison.blocks) - _BLOCKS} more", style="dim"), indent=2)
