"""What kept records, or cells of records, out of a study: counted, each with a few examples."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO

import msgspec

from truename.report.visible import cell
from truename.study.registry.columns import SKIPPED

LEFT_OUT = "record left out: "  # begins what kept a whole record out
_EXAMPLES = 3
_LONGEST = 80  # characters of an example


class Skips:
    """Counts by what was wrong, in the order in which each first came up."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._examples: dict[str, list[str]] = {}

    def add(self, what: str, example: str, count: int = 1) -> None:
        """Count one more; ``example`` is the id, or the place where there is none."""
        self._counts[what] = self._counts.get(what, 0) + count
        kept = self._examples.setdefault(what, [])
        if len(kept) < _EXAMPLES:
            kept.append(example[:_LONGEST])

    def merge(self, other: Skips) -> None:
        """Add the counts of a later part of the same snapshot."""
        for what, count in other._counts.items():
            self._counts[what] = self._counts.get(what, 0) + count
            kept = self._examples.setdefault(what, [])
            kept += other._examples[what][: _EXAMPLES - len(kept)]

    @property
    def counts(self) -> Mapping[str, int]:
        """What was wrong -> how often."""
        return self._counts

    @property
    def examples(self) -> Mapping[str, Sequence[str]]:
        """What was wrong -> a few ids or places."""
        return self._examples

    def encoded(self) -> bytes:
        """As JSON, to be kept beside the rows of a part."""
        return msgspec.json.encode([(what, self._counts[what], self._examples[what]) for what in self._counts])

    @classmethod
    def decoded(cls, data: bytes) -> Skips:
        """What ``encoded`` wrote."""
        skips = cls()
        for what, count, examples in msgspec.json.decode(data, type=list[tuple[str, int, list[str]]]):
            skips._counts[what] = count
            skips._examples[what] = examples
        return skips

    def as_csv(self) -> str:
        """The table ``skipped.csv``, largest count first."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(SKIPPED)
        for what in sorted(self._counts, key=lambda w: (-self._counts[w], w)):
            writer.writerow((cell(what), self._counts[what], cell("; ".join(self._examples[what]))))
        return text.getvalue()
