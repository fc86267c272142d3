"""Identifications and comparisons for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from truename.report.identification import Answer, Comparison, Identified, Member
from truename.report.text.excerpt import shortened
from truename.report.text.lines import Page, blank, put, wrapped
from truename.report.text.styled import Text

_COLUMN = 14
_SHOWN = 8  # labels of a set
_BLOCKS = 40
_LEAST = 0.005  # probability below which no per cent is said
_DEPTHS, _SIDES = 3, 6
_SHAPES = "shapes"  # the basis where no name had a part
_BASES = {"part": "a part of the names"}


def print_identifications(models: Sequence[Identified], page: Page) -> None:
    """Print each model's answers: the set with probabilities, or unknown with what is nearest."""
    for number, model in enumerate(models):
        if number:
            blank(page)
        for line in wrapped(page, Text(shortened(model.target, 400), style="bold"), indent=0):
            put(page, line)
        if model.reason is not None:
            put(page, Text(f"cannot tell: {model.reason}", style="yellow"), indent=2)
            continue
        for question, answer in msgspec.structs.asdict(model.identification).items():
            text = Text.assemble((question.replace("_", " ").ljust(_COLUMN), "dim"), _said(answer, model))
            for line in wrapped(page, text, indent=2, hanging=_COLUMN):
                put(page, line)
        for text in _explained(model):
            for line in wrapped(page, text, indent=2, hanging=_COLUMN):
                put(page, line)
        rate = model.identification.model_type.error_rate
        aside = f"by {_BASES.get(model.basis, model.basis)}; in {rate:.1%} of known models the truth is in no set"
        if model.prior is not None:
            aside += f"; probabilities weighed by {model.prior}"
        put(page, Text(aside, style="dim"), indent=2)


def _said(answer: Answer, model: Identified) -> Text:
    if answer.unknown:
        near = ", ".join(f"{n.label} {n.similarity:.2f}" for n in answer.nearest[:3])
        return Text(f"unknown; nearest: {near}" if near else "unknown", style="yellow")
    if not answer.set:
        return Text(f"cannot tell: {answer.fitting} labels fit", style="yellow")
    shown = [member for at, member in enumerate(answer.set) if at < _SHOWN or member.label == model.declared]
    groups: dict[int, list[str]] = {}
    for member in shown:
        groups.setdefault(member.group, []).append(_member(member, model.declared))
    sizes = Counter(member.group for member in answer.set)
    alike = " (equal in every shape)" if model.basis == _SHAPES else " (equal in every tensor)"
    parts = [", ".join(said) + (alike if sizes[group] > 1 else "") for group, said in groups.items()]
    more = len(answer.set) - len(shown)
    return Text("; ".join(parts) + (f" and {more} more" if more > 0 else ""))


def _member(member: Member, declared: str | None) -> str:
    said = f"{shortened(member.label, 60)} {_percent(member.probability)}"
    return f"{said} (declared)" if member.label == declared else said


def _percent(share: float) -> str:
    return "<1%" if share < _LEAST else f"{share:.0%}"


def _explained(model: Identified) -> Iterator[Text]:
    """How the shapes are written anew, and what was added."""
    made = model.regenerated
    if made is not None:
        *others, last = map(str, made.depths[:_DEPTHS])
        depths = f"{', '.join(others)} and {last}" if others else last
        sides = ", ".join(map(str, made.sides[:_SIDES]))
        said = f"all {made.tensors} tensors are those of {made.label} with width {made.width}, {depths} repeated parts"
        said += f" and sides {sides}" if sides else ""
        said += f"; {made.outside} of them outside the blocks, {made.left_over} left over"
        yield Text.assemble(("regenerated".ljust(_COLUMN), "dim"), said)
    if model.additions:
        answer = model.identification.model_type
        likeliest = [*(member.label for member in answer.set), *(near.label for near in answer.nearest), "it"]
        first = likeliest[0]
        names = ", ".join(shortened(name, 80) for name in model.additions)
        yield Text.assemble(("additions".ljust(_COLUMN), "dim"), f"{first} with tensors that it does not have: {names}")


def print_comparison(comparison: Comparison, page: Page) -> None:
    """Print the distance, then every block that differs."""
    parts = ", ".join(f"{name} {value:.3f}" for name, value in comparison.distances.items())
    put(page, Text(f"structural distance {comparison.distance:.3f} ({parts})", style="bold"))
    if not comparison.blocks:
        put(page, Text("no block differs"), indent=2)
    for block in comparison.blocks[:_BLOCKS]:
        put(page, Text(shortened(block.path, 100), style="bold"), indent=2)
        for side, said in (("first", block.first), ("second", block.second)):
            for line in wrapped(page, Text(f"{side.ljust(8)}{shortened(said, 400)}"), indent=4, hanging=8):
                put(page, line)
    if len(comparison.blocks) > _BLOCKS:
        put(page, Text(f"and {len(comparison.blocks) - _BLOCKS} more", style="dim"), indent=2)
