"""The parts of a model of several: each with its count, which of them is judged, and how large all are together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from truename.findings import ModelPart
from truename.report.text.excerpt import shortened
from truename.report.text.lines import Page, wrapped
from truename.report.text.styled import Text
from truename.units import describe_count

_SHOWN = 12
_NAME = 60


def part_lines(parts: Sequence[ModelPart], page: Page) -> Iterator[Text]:
    """``parts: unet 2.57 B (judged), vae 83.7 M; 2.65 B together``; nothing for a model of one part."""
    if not parts:
        return
    said = [_said(part) for part in parts[:_SHOWN]]
    said += [f"{len(parts) - _SHOWN:,} more"] if len(parts) > _SHOWN else []
    line = f"parts: {', '.join(said)}"
    counts = [part.parameters for part in parts]
    if not any(part.graph for part in parts) and all(count is not None for count in counts):
        line += f"; {describe_count(sum(count or 0 for count in counts))} parameters together"
    if not any(part.judged for part in parts):
        line += "; the name is compared with none of them"
    yield from wrapped(page, Text(line), indent=2, hanging=2)


def _said(part: ModelPart) -> str:
    name = shortened(part.name, _NAME)
    if part.parameters is not None:
        count = describe_count(part.parameters)
    elif part.tensors is not None:
        count = f"{part.tensors:,} tensors, not counted"
    else:
        count = "has no weights here" if part.file is None else "could not be read"
    return f"{name} {count}{' (judged)' if part.judged else ''}"
