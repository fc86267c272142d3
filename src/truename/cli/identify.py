"""``truename identify``: what models are by their structure, whatever they are called."""

from __future__ import annotations

from collections.abc import Sequence

from truename.api import identify
from truename.cli.streams import print_text, write_text
from truename.dara import ERROR_RATE, Identification, Prediction
from truename.report.identification import Answer, Answers, Identified, Member, Near, identifications_json


def run_identify(targets: Sequence[str], *, as_json: bool, error_rate: float = ERROR_RATE) -> int:
    """Identify every target by the header of its weights; 0 whatever they are.

    Raises:
        TargetError: there is no model at a target.
        UsageError: an empty target, or an error rate outside 0 to 1.
    """
    models = [identified(target, error_rate) for target in targets]
    if as_json:
        write_text(identifications_json(models))
        return 0
    from truename.report.text.identification import print_identifications

    print_text(lambda console: print_identifications(models, console))
    return 0


def identified(target: str, error_rate: float) -> Identified:
    """One target's answers."""
    found = identify(target, error_rate=error_rate)
    return Identified(target, answers(found), found.basis.value, found.reason)


def answers(found: Identification) -> Answers:
    """An identification in the report's words."""
    return Answers(_answer(found.model_type), _answer(found.architecture), _answer(found.task))


def _answer(said: Prediction) -> Answer:
    return Answer(
        tuple(Member(m.label, m.probability) for m in said.set),
        said.unknown,
        said.error_rate,
        tuple(Near(n.label, n.similarity) for n in said.nearest),
    )
