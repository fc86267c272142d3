"""``truename suggest``: names that the files bear out, with what each would confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from truename.cli.output import FOUND, Format, Guard, write_text

if TYPE_CHECKING:
    from truename.findings import JudgedClaim
    from truename.proposals import Proposal


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(suggest))


def suggest(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A model folder, or an id on the Hub.")],
    name: Annotated[str | None, typer.Option(help="The name to start from; else the folder's own or the id.")] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
) -> int:
    """Propose names that the files bear out: the author's own words first, then one in each convention."""
    from truename.proposals import propose_names

    found = propose_names(target, name=name)
    if format_ is Format.JSON:
        from truename.report.json import document_json

        write_text(document_json({"schema": "truename.suggestions/1", "target": target, "names": found}))
    else:
        write_text("".join(map(_told, found)) or "the files show too little for a name\n")
    return 0 if found else FOUND


def _told(proposal: Proposal) -> str:
    from truename.proposals import OWN
    from truename.report.visible import visible

    style = "the author's own words" if proposal.style == OWN else f"{proposal.style} convention"
    lines = [f"{visible(proposal.name)}  ({style})"]
    if proposal.confirmed:
        lines.append(f"  confirmed: {', '.join(map(_claim, proposal.confirmed))}")
    if proposal.open:
        lines.append(f"  cannot tell: {', '.join(visible(claim.text) for claim in proposal.open)}")
    if not proposal.confirmed and not proposal.open:
        lines.append("  claims nothing that the files could contradict")
    return "\n".join(lines) + "\n"


def _claim(claim: JudgedClaim) -> str:
    from truename.report.visible import visible

    basis = "" if claim.basis is None else f" ({claim.basis.value})"
    return f"{visible(claim.text)}{basis}"
