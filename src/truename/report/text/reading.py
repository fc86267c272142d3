"""A name with its elements in their colours, and below it one line an element."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from truename.report.reading import Reading
from truename.report.text.excerpt import shortened
from truename.report.text.lines import labelled, put, wrapped
from truename.report.text.values import value_text
from truename.report.visible import visible

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


def print_reading(reading: Reading, console: Console) -> None:
    """Print a name with its elements coloured, and below it one line an element."""
    for line in wrapped(console, _coloured(reading), indent=0):
        put(console, line)
    column = max((len(_noun(e.kind)) for e in reading.elements), default=0) + 2
    for element in reading.elements:
        value = Text.assemble((shortened(element.text, 60), _style(element.kind)))
        if element.value is not None and str(element.value).lower() != element.text.lower():
            value.append(f"  {value_text(element.value)}", style="dim")
        for line in labelled(console, _noun(element.kind), value, indent=2, column=column):
            put(console, line)
    put(console, Text(f"convention: {visible(reading.convention)}", style="dim"), indent=2)


def _coloured(reading: Reading) -> Text:
    """The name, each element in the colour of its kind."""
    name, text, at = reading.name[:_SHOWN], Text(), 0
    for element in reading.elements:
        text.append(visible(name[at : element.start]))
        text.append(visible(name[element.start : element.end]), style=_style(element.kind))
        at = element.end
    text.append(visible(name[at:]))
    return text.append("…") if len(reading.name) > _SHOWN else text


def _noun(kind: str) -> str:
    return KINDS[kind][0] if kind in KINDS else kind


def _style(kind: str) -> str:
    return KINDS[kind][1] if kind in KINDS else ""
