"""``truename identify``: what models are by their structure, whatever they are called."""

from __future__ import annotations

from collections.abc import Sequence

from truename.architecture import abstract_architecture
from truename.cli.streams import print_text, write_text
from truename.dara import ERROR_RATE, Identification, Prediction, identify
from truename.errors import UsageError
from truename.evidence.comparison import is_adapter
from truename.evidence.gather import checkpoints_of, read_main
from truename.formats import WeightsHeader
from truename.report.identification import Answer, Answers, Identified, Member, Near, identifications_json
from truename.sources import open_source


def run_identify(targets: Sequence[str], *, as_json: bool, error_rate: float = ERROR_RATE) -> int:
    """Identify every target by the header of its weights; 0 whatever they are.

    Raises:
        TargetError: there is no model at a target.
        UsageError: an empty target, or an error rate outside 0 to 1.
    """
    if not 0 < error_rate < 1:
        raise UsageError(f"the error rate {error_rate} is not between 0 and 1")
    models = [identified(target, error_rate) for target in targets]
    if as_json:
        write_text(identifications_json(models))
        return 0
    from truename.report.text.identification import print_identifications

    print_text(lambda console: print_identifications(models, console))
    return 0


def identified(target: str, error_rate: float) -> Identified:
    """One target's answers."""
    header, reason = header_of(target)
    if header is None:
        nothing = Answer((), True, error_rate, ())
        return Identified(target, Answers(nothing, nothing, nothing), "names", reason)
    found = identify(abstract_architecture(header), error_rate=error_rate)
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


def header_of(target: str) -> tuple[WeightsHeader | None, str | None]:
    """The header of the target's main checkpoint, or why there is none to identify."""
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
