"""``truename identify``: what models are by the structure of their weights alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from truename.cli.output import Format, Guard, print_text, write_text

if TYPE_CHECKING:
    from truename.dara import Identification, Prediction
    from truename.report.identification import Answer, Answers, Identified


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(identify))


def identify(
    targets: Annotated[list[str], typer.Argument(metavar="TARGET", help="Model folders, or ids on the Hub.")],
    format_: Annotated[Format, typer.Option("--format", help="How to write the answers.")] = Format.TEXT,
    error_rate: Annotated[float, typer.Option(help="Share of known models whose truth may be in no set.")] = 0.01,
    prior: Annotated[
        str, typer.Option(help="How often model types occur: releases, uniform, or a snapshot (.jsonl or .csv).")
    ] = "releases",
) -> int:
    """Say what models are by the structure of their weights alone."""
    from truename.report.identification import identifications_json

    models = [_identified(target, error_rate, prior) for target in targets]
    if format_ is Format.JSON:
        write_text(identifications_json(models))
        return 0
    from truename.report.text.identification import print_identifications

    print_text(lambda page: print_identifications(models, page))
    return 0


def _identified(target: str, error_rate: float, prior: str) -> Identified:
    """One target's answers."""
    from truename import api
    from truename.report.identification import Identified, Rewritten

    found = api.identify(target, error_rate=error_rate, prior=prior)
    made = None
    if found.regenerated is not None:
        made = Rewritten(*(getattr(found.regenerated, field) for field in Rewritten.__struct_fields__))
    declared = api.declared_model_type(target)
    return Identified(
        target,
        _answers(found),
        found.basis.value,
        found.reason,
        declared if declared in found.model_type.labels else None,
        made,
        found.additions,
        None if found.reason else api.described_prior(prior),
    )


def _answers(found: Identification) -> Answers:
    """An identification in the report's words."""
    from truename.report.identification import Answers

    return Answers(_answer(found.model_type), _answer(found.architecture), _answer(found.task))


def _answer(said: Prediction) -> Answer:
    from truename.report.identification import Answer, Member, Near

    return Answer(
        tuple(Member(m.label, m.probability, m.group) for m in said.set),
        said.unknown,
        said.error_rate,
        tuple(Near(n.label, n.similarity) for n in said.nearest),
        said.fitting,
    )
