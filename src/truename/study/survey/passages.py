"""The coded passages of a sheet beside the answers that they were taken from; a coder may have cut an answer in two."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from truename.study.survey.export import Response
from truename.study.survey.instrument import Coders, Instrument, Question, Themes, folded


class Sources(msgspec.Struct, frozen=True):
    """Where the passages of a sheet stand; ``whole``, ``pieces`` and ``elsewhere`` add up to the passages."""

    answers: int  # participants who answered the question
    whole: int  # passages that are an answer as it stands, each of another participant
    pieces: int  # passages that are a part of an answer
    elsewhere: int  # passages in no participant's answer
    uncoded: int  # answers of which no passage is there


def answers_to(question: Question, responses: Iterable[Response], instrument: Instrument) -> list[str]:
    """What participants answered in their own words, without the platform's placeholders."""
    placeholders = {folded(text) for text in instrument.placeholders}
    cells = (response.cells.get(question.column, "") for response in responses)
    return [cell for cell in cells if cell and folded(cell) not in placeholders]


def sources_of(passages: Sequence[str], answers: Sequence[str]) -> Sources:
    """Find every passage among the answers, by its words: signs, case and line breaks do not matter.

    Args:
        passages: of a sheet.
        answers: one a participant.
    """
    left = Counter(map(_words, answers))
    kept = list(left)
    others = []
    for passage in map(_words, passages):
        if left[passage] > 0:
            left[passage] -= 1
        else:
            others.append(passage)
    within = [{answer for answer in kept if answer != part and f" {part} " in f" {answer} "} for part in others]
    touched = set().union(*within)
    return Sources(
        answers=len(answers),
        whole=len(passages) - len(others),
        pieces=sum(map(bool, within)),
        elsewhere=len(others) - sum(map(bool, within)),
        uncoded=sum(count for answer, count in left.items() if answer not in touched),
    )


def told(sheet: Themes | Coders, passages: int, sources: Sources | None, instrument: Instrument) -> str:
    """How the passages of a sheet and the answers to its question fit, in words."""
    if sources is None:
        return f"{passages} coded passages; of which answers cannot be told: the instrument names no question of theirs"
    title = next(question.title for question in instrument.questions if question.id == sheet.question)
    found = (
        f"{passages} coded passages; {sources.answers} participants answered '{title}'. Passages that are an answer as "
        f"it stands: {sources.whole}, a piece of one: {sources.pieces}, in no participant's answer: {sources.elsewhere}"
        f"; answers without a passage: {sources.uncoded}"
    )
    if sources.pieces + sources.elsewhere == 0:
        return found
    return f"{found}. Passages of one answer are not independent: intervals are narrower than they should be"


def _words(text: str) -> str:
    """The words of a text, one space between them; platforms write some signs as HTML does."""
    plain = folded(html.unescape(text))
    return " ".join(re.findall(r"\w+", plain)) or plain
