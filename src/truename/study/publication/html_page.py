"""Pages that need no other file: a template of a room, in the common frame ``base.html``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from truename.report.visible import visible

_HERE = Path(__file__).parent


@cache
def template(path: Path) -> jinja2.Template:
    """The page of a room; it extends ``base.html``, whose policy forbids the browser every request."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([path.parent, _HERE]),
        autoescape=True,
        finalize=_visible,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    return environment.get_template(path.name)


def _visible(value: object) -> object:
    """A text of a stranger with what could hide in it as its escape; our own markup and line ends stay."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return "\n".join(map(visible, value.split("\n")))


def percent(share: float | None, low: float | None, high: float | None) -> str:
    """A share with its interval, as a table shows it."""
    if share is None or low is None or high is None:
        return "-"
    return f"{100 * share:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
