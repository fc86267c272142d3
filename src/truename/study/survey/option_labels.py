"""The labels of options. A label may hold commas, so a cell is read by the known labels and never split blindly."""

from __future__ import annotations

import re

from truename.study.survey.instrument import Question, folded, plain

TEXT = "(text)"  # an answer in the respondent's own words


class Labels:
    """The labels of one question, compiled to read its cells."""

    def __init__(self, question: Question) -> None:
        self._kind = question.kind
        self._ids = {folded(text): option.id for option in question.options for text in option.spellings}
        longest_first = sorted(self._ids, key=len, reverse=True)
        any_ = "|".join(map(re.escape, longest_first))
        self._label = re.compile(f"(?:{any_})(?= ?(?:,|$))", re.IGNORECASE) if any_ else None

    def read(self, cell: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The ids of the options in a cell, and the parts of it that are none."""
        text = plain(cell)
        if self._label is None:
            return (TEXT,), ()
        if self._kind == "one":
            id_ = self._ids.get(folded(text))
            return ((id_,), ()) if id_ else ((), (text,))
        chosen, strange, place = [], [], 0
        while place < len(text):
            found = self._label.match(text, place)
            if found:
                chosen.append(self._ids[folded(found.group())])
                place = found.end()
            else:
                end = text.find(",", place)
                end = len(text) if end < 0 else end
                strange.append(text[place:end].strip())
                place = end
            place = _past_comma(text, place)
        return tuple(dict.fromkeys(chosen)), tuple(part for part in strange if part)


def _past_comma(text: str, place: int) -> int:
    while place < len(text) and text[place] in ", ":
        place += 1
    return place
