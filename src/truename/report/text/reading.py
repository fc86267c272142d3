"""A name with its elements in their colours, and below it one line an element."""

from __future__ import annotations

from collections.abc import Container, Iterable

from truename.findings import ReportedElement
from truename.report.reading import Reading
from truename.report.text.excerpt import shortened
from truename.report.text.fact_values import value_text
from truename.report.text.lines import Page, blank, labelled, put, wrapped
from truename.report.text.styled import Text, joined
from truename.report.visible import visible

_UNSAID = ("other", "family", "size word")  # roles that the kind says too
_SHOWN = 400  # characters of a name that a terminal is shown

# kind of element -> what people call it, its colour
KINDS = {
    "A": ("architecture", "bold cyan"),
    "S": ("size", "bold green"),
    "D": ("dataset", "magenta"),
    "C": ("dataset characteristic", "bright_magenta"),
    "V": ("version", "bright_cyan"),
    "F": ("reuse method", "yellow"),
    "L": ("language", "bright_yellow"),
    "T": ("task", "bright_green"),
    "R": ("training", "orange3"),
    "N": ("layers", "green"),
    "H": ("hidden size", "green"),
    "P": ("parameters", "bold green"),
    "O": ("other", "bright_black"),
}


def print_readings(readings: Iterable[Reading], page: Page) -> None:
    """Print every reading, and on a terminal below them the legend of the colours."""
    seen: set[str] = set()
    for number, reading in enumerate(readings):
        if number:
            blank(page)
        print_reading(reading, page)
        seen.update(element.kind for element in reading.elements)
    if page.is_terminal and seen:
        blank(page)
        for line in wrapped(page, legend(seen), indent=0):
            put(page, line)


def legend(kinds: Container[str]) -> Text:
    """What each colour means, of the kinds that were seen."""
    line = Text.assemble(("colours:", "dim"))
    for kind, (noun, style) in KINDS.items():
        if kind in kinds:
            line.append(" ").append(noun, style=style).append(",", style="dim")
    return line.cut(0, len(line.plain) - 1)


def print_reading(reading: Reading, page: Page) -> None:
    """Print a name with its elements coloured, and below it one line an element."""
    lines = [*wrapped(page, _coloured(reading), indent=0)]
    column = max((len(_noun(e.kind)) for e in reading.elements), default=0) + 2
    for element in reading.elements:
        value = Text.assemble((shortened(element.text, 60), _style(element.kind)))
        if (role := _role(element)) is not None:
            value.append(f"  {role}", style="dim")
        if element.value is not None and str(element.value).lower() != element.text.lower():
            value.append(f"  {value_text(element.value)}", style="dim")
        lines += labelled(page, _noun(element.kind), value, indent=2, column=column)
    lines.append(Text(f"  convention: {visible(reading.convention)}", style="dim"))
    put(page, joined(lines))


def _coloured(reading: Reading) -> Text:
    """The name, each element in the colour of its kind."""
    name, text, at = reading.name[:_SHOWN], Text(), 0
    for element in reading.elements:
        text.append(visible(name[at : element.start]))
        text.append(visible(name[element.start : element.end]), style=_style(element.kind))
        at = element.end
    text.append(visible(name[at:]))
    return text.append("…") if len(reading.name) > _SHOWN else text


def _role(element: ReportedElement) -> str | None:
    """What an element says within its kind, where the kind does not say so."""
    words = element.role.replace("_", " ")
    return None if words in (_noun(element.kind), *_UNSAID) else visible(words)


def _noun(kind: str) -> str:
    return KINDS[kind][0] if kind in KINDS else kind


def _style(kind: str) -> str:
    return KINDS[kind][1] if kind in KINDS else ""
