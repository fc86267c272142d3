"""``truename fix``: the front matter of a card rewritten from what the files show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truename.cli.output import Guard, write_text


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(fix))


def fix(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A model's folder on this machine.")],
    apply: Annotated[bool, typer.Option("--apply", help="Write the card, and not only show the change.")] = False,
) -> int:
    """Show, or write, what the card's front matter should say; exit with 1 where something is to be written."""
    from truename.card_fixes import apply as write_card
    from truename.card_fixes import fixed_card
    from truename.report.visible import visible

    card = fixed_card(folder)
    if not card.fixes:
        write_text(f"{visible(str(card.path))}: nothing to fix\n")
        return 0
    lines = [*(visible(line) for line in card.diff.splitlines()), ""]
    lines += [f"{fix.key}: {visible(fix.why)}" for fix in card.fixes]
    if apply:
        write_card(card)
        lines.append(f"{visible(str(card.path))}: written")
    else:
        lines.append("nothing is written yet; --apply writes it")
    write_text("\n".join(lines) + "\n")
    return 0 if apply else 1
