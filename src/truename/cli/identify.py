"""``truename identify``: what models are by their structure, whatever they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from truename.cli.output import Format, Guard, print_text, write_text
from truename.errors import UsageError

if TYPE_CHECKING:
    from truename.dara import Identification, Prediction
    from truename.formats import WeightsHeader
    from truename.report.identification import Answer, Answers, Identified


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(identify))


def identify(
    targets: Annotated[list[str], typer.Argument(metavar="TARGET", help="Model folders, or ids on the Hub.")],
    format_: Annotated[Format, typer.Option("--format", help="How to write the answers.")] = Format.TEXT,
    error_rate: Annotated[float, typer.Option(help="Share of known models whose truth may be in no set.")] = 0.01,
) -> int:
    """Say what models are by the structure of their weights alone."""
    from truename.report.identification import identifications_json

    if not 0 < error_rate < 1:
        raise UsageError(f"the error rate {error_rate} is not between 0 and 1")
    models = [_identified(target, error_rate) for target in targets]
    if format_ is Format.JSON:
        write_text(identifications_json(models))
        return 0
    from truename.report.text.identification import print_identifications

    print_text(lambda console: print_identifications(models, console))
    return 0


def _identified(target: str, error_rate: float) -> Identified:
    """One target's answers."""
    from truename.architecture import abstract_architecture
    from truename.dara import identify
    from truename.report.identification import Answer, Answers, Identified

    header, reason = header_of(target)
    if header is None:
        nothing = Answer((), True, error_rate, ())
        return Identified(target, Answers(nothing, nothing, nothing), "names", reason)
    found = identify(abstract_architecture(header), error_rate=error_rate)
    return Identified(target, _answers(found), found.basis.value, found.reason)


def _answers(found: Identification) -> Answers:
    """An identification in the report's words."""
    from truename.report.identification import Answers

    return Answers(_answer(found.model_type), _answer(found.architecture), _answer(found.task))


def _answer(said: Prediction) -> Answer:
    from truename.report.identification import Answer, Member, Near

    return Answer(
        tuple(Member(m.label, m.probability) for m in said.set),
        said.unknown,
        said.error_rate,
        tuple(Near(n.label, n.similarity) for n in said.nearest),
    )


def header_of(target: str) -> tuple[WeightsHeader | None, str | None]:
    """The header of the target's main checkpoint, or why there is none to identify."""
    from truename.evidence.comparison import is_adapter
    from truename.evidence.gather import checkpoints_of, read_main
    from truename.sources import open_source

    if not target.strip():
        raise UsageError("the target is empty; give a model folder or an id on the Hub")
    source = open_source(target)
    weights = read_main(checkpoints_of(source), source)
    if weights.header is None:
        return None, str(weights.problems[0]) if weights.problems else "there is no weights file"
    if weights.checkpoint is not None and is_adapter(weights.checkpoint):
        return None, "the files hold an adapter, and its base model decides the structure"
    if not weights.header.tensors:
        return None, "the weights file holds no tensor"
    return weights.header, None
