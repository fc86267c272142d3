"""Rows while they are made: one list a column, an Arrow table at the end."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from truename.findings import Finding
from truename.names import Claims, Element, Kind, Role
from truename.names.normalise import normalise_name
from truename.study.registry.checks import Judgement
from truename.study.registry.columns import ELEMENT, FINDING, ROWS
from truename.study.registry.metadata import Record
from truename.vocabulary import vocabulary

SAYS_NOTHING = "NAM001"
VERSION_MARK = "*"  # normalised names hold no such sign

# what parts words: every sign but a point between digits
_SEPARATOR = re.compile(r"([\W_](?:(?<![0-9]\.)|(?![0-9])))")
_NUMBER = re.compile(r"[0-9]{1,18}")
# what the learned part takes for a version is none if it reads v57whqm7, ep0 or 0.3726474278544542
_WRITTEN = re.compile(r"(?i)(?:[a-z]*v|ver|version)?[0-9]{1,8}(?:[._][0-9]{1,4}){0,3}")
_GAPS = ("", "-", "_", ".", " ")
_NO_GGUF: Mapping[str, Any] = {}
# a row's column -> the snapshot's, where it is taken over as it is
_TAKEN = {
    "id": "id", "owner_kind": "owner_kind", "library": "library_name", "task": "pipeline_tag", "created": "createdAt",
    "downloads": "downloads", "likes": "likes",
}  # fmt: skip
_MADE = tuple(name for name in ROWS.names if name not in _TAKEN and name not in ("elements", "findings"))


class Rows:
    """The rows of one part."""

    def __init__(self) -> None:
        self._places: list[int] = []  # of the records that have a row
        self._made: list[tuple[Any, ...]] = []  # the columns of _MADE
        self._elements = _Structs(ELEMENT)
        self._findings = _Structs(FINDING)

    def add(self, place: int, claims: Claims, record: Record, judged: Judgement) -> None:
        """Add the row of the record at a place of its table."""
        parsed = claims.parsed
        name, elements, gguf = parsed.model, parsed.elements, record.gguf or _NO_GGUF
        offset = parsed.name.rindex(name)
        self._places.append(place)
        self._elements.add([(e.kind, e.role, e.text, e.start - offset, e.end - offset) for e in elements])
        self._findings.add([(f.code, f.severity, _family(f, claims)) for f in judged.findings])
        parts = _SEPARATOR.split(name)  # words and separators in turn
        words = parts[::2]
        declared = None if record.config is None else record.config.model_type
        self._made.append(
            (
                parsed.owner or None,
                name,
                declared or gguf.get("architecture"),
                record.total or gguf.get("total"),
                record.bases or (),
                parsed.convention,
                "".join([e.kind for e in elements]),
                "".join(parts[1::2]),
                next((str(claim.value) for claim in claims.items if claim.role is Role.FAMILY), None),
                len(name),
                len(words) - words.count(""),
                *_version(name, elements, offset),
                normalise_name(name),
                any(f.code == SAYS_NOTHING for f in judged.findings),
                str(judged.verdict.outcome),
                judged.verdict.claims,
                judged.verdict.confirmed,
                judged.verdict.declared_only,
                judged.confirmed,
                judged.cannot_tell,
                judged.does_not_apply,
            )
        )

    def table(self, records: pa.Table) -> pa.Table:
        """All rows, with what is taken over from the records they were made of."""
        kept = records.select(list(_TAKEN.values())).take(pa.array(self._places, pa.int64()))
        columns: dict[str, Any] = {ours: kept.column(theirs) for ours, theirs in _TAKEN.items()}
        made = zip(*self._made, strict=True) if self._made else [()] * len(_MADE)
        columns |= {name: pa.array(values, ROWS.field(name).type) for name, values in zip(_MADE, made, strict=True)}
        authors = records.column("author").take(pa.array(self._places, pa.int64()))
        columns["owner"] = pc.coalesce(columns["owner"], authors)
        columns["elements"], columns["findings"] = self._elements.array(), self._findings.array()
        return pa.table([columns[name] for name in ROWS.names], schema=ROWS)


class _Structs:
    """A column of lists of structs: flat lists and where each row's end."""

    def __init__(self, kind: pa.StructType) -> None:
        self._kind = kind
        self._items: list[tuple[Any, ...]] = []
        self._ends = [0]

    def add(self, items: list[tuple[Any, ...]]) -> None:
        self._items += items
        self._ends.append(len(self._items))

    def array(self) -> pa.ListArray:
        fields = list(self._kind)
        columns = zip(*self._items, strict=True) if self._items else [()] * len(fields)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, fields, strict=True)]
        return pa.ListArray.from_arrays(
            pa.array(self._ends, pa.int32()), pa.StructArray.from_arrays(arrays, fields=fields)
        )


def _family(finding: Finding, claims: Claims) -> str | None:
    """The family that the finding is about, else the first that the name claims."""
    families = claims.of(Role.FAMILY)
    span = finding.claim
    own = (c for c in families if span is not None and (c.element.start, c.element.end) == (span.start, span.end))
    found = next(own, families[0] if families else None)
    return None if found is None else str(found.value)


def _version(name: str, elements: Sequence[Element], offset: int) -> tuple[str | None, Sequence[int], str | None]:
    """The version as it is written, its numbers, and the normalised name with a mark in its place.

    A name's own version is its last one that is not an architecture family's; where all are families', the first
    stands without a series.
    """
    of_family: Element | None = None
    for place in range(len(elements) - 1, -1, -1):
        element = elements[place]
        if not _is_version(element):
            continue
        start, end = element.start - offset, element.end - offset
        before = elements[place - 1] if place else None
        if before is not None and _is_of_family(element, before, name[before.end - offset : start], name[end:]):
            of_family = element
            continue
        series = "-".join(filter(None, (normalise_name(name[:start]), VERSION_MARK, normalise_name(name[end:]))))
        return element.text, _numbers(element), series
    return (None, (), None) if of_family is None else (of_family.text, _numbers(of_family), None)


def _is_version(element: Element) -> bool:
    """Whether an element is a version with a number; one that was learned must also be written as one."""
    if element.role is Role.VERSION:
        return _NUMBER.search(element.text) is not None
    return element.kind is Kind.VERSION and _WRITTEN.fullmatch(element.text) is not None


def _is_of_family(version: Element, before: Element, between: str, behind: str) -> bool:
    """Whether a version is that of the family before it: ``llama-2-7b``, ``deberta-v3``, and not ``my-bert-v2``.

    A version that ends the name is the family's only where the vocabulary knows it.

    Args:
        version: the element in question.
        before: the element before it.
        between: the text between the two; a word there makes the version another's.
        behind: the rest of the name.
    """
    if before.role is not Role.FAMILY or between not in _GAPS:
        return False
    return bool(behind) or f"{before.text}{version.text}".lower() in vocabulary().readings


def _numbers(element: Element) -> list[int]:
    return [int(number) for number in _NUMBER.findall(element.text)]
