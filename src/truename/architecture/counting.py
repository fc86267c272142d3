"""Counts of parameters from a header: all plausible ones, each saying what it counts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import msgspec

from truename.architecture.packing import Unpacked, Use
from truename.architecture.parts import part_of
from truename.architecture.templates import TensorGroup
from truename.architecture.ties import Ties

# Integers of an unknown layout may be this share of what is stored before a count means nothing.
_UNEXPLAINED_LIMIT = 0.01


class Counts(msgspec.Struct, frozen=True):
    """Counts over one header. None: cannot be known, or does not apply."""

    total: int | None  # unique parameters
    stored: int  # elements as stored, scalars left out
    non_embedding: int | None = None
    active: int | None = None
    language_model: int | None = None
    encoder: int | None = None
    tied: int | None = None
    weight_bytes: int = 0  # of the unique parameters with their scales
    method: str | None = None  # quantisation that holds most of the quantised weights
    bits: float | None = None  # of most weights of that method, where their shapes show it; EXL2: the average
    how: str | None = None  # the computation of the bits
    unexplained: int = 0  # elements in a layout that is not known, or quantised by a method that the file does not tell


class Tally:
    """Sums over groups; each method adds one kind of tensor."""

    def __init__(self, ties: Ties) -> None:
        self._ties = ties
        self.total = self.embedding = self.heads = self.experts = self.towers = self.task = 0
        self.stored = self.bytes = self.unexplained = self.nameless = 0
        self.language_embedding = False
        self.paired = False
        self.averaged: list[float] = [0, 0.0]  # elements of EXL2's layers, and their bits
        self.quantised: Counter[tuple[str, float | None, bool]] = Counter()  # elements by method, bits, measured
        self.how: dict[tuple[str, float | None, bool], str] = {}

    def add(self, group: TensorGroup, unpacked: Unpacked) -> None:
        """Count the tensors of one group."""
        self.stored += group.elements * group.count if group.shape else 0
        if unpacked.use is Use.BUFFER:
            return
        if unpacked.use is Use.UNEXPLAINED:
            self.unexplained += group.elements * group.count
        unique = group.count - group.shared
        if group.template in self._ties.copies:
            return
        self.bytes += group.stored_bytes
        if unpacked.use is Use.WEIGHT:
            self._weight(group, unpacked, unpacked.elements * unique)

    def _weight(self, group: TensorGroup, unpacked: Unpacked, elements: int) -> None:
        part = part_of(group.template)
        self.total += elements
        if part.token_embedding:
            self.embedding += elements
            self.language_embedding = self.language_embedding or not part.paired_text
        if part.output_head:
            self.heads += elements
        if part.head is not None:
            self.task += elements
        if part.expert:
            self.experts += elements
        if part.tower:
            self.towers += elements
        if unpacked.method:
            kind = (unpacked.method, unpacked.bits, unpacked.how is not None)
            self.quantised[kind] += elements
            self.how.setdefault(kind, unpacked.how or "")
            if unpacked.method == "exl2" and not part.output_head:  # bpw is said of the layers, h6 of the head
                self.averaged[0] += elements
                self.averaged[1] += elements * (unpacked.bits or math.nan)
        elif unpacked.bits:
            self.nameless += elements

    def quantisation(self) -> tuple[str | None, float | None, str | None]:
        """The method of most quantised weights, their bits where the shapes show them, and by what computation."""
        if not self.quantised:
            return None, None, None
        kind, _ = self.quantised.most_common(1)[0]
        method, bits, measured = kind
        elements, stored = self.averaged
        if method == "exl2" and elements and not math.isnan(stored):
            return method, round(stored / elements, 2), f"average over {int(elements):,} weights; {self.how[kind]}"
        return method, bits if measured else None, self.how[kind] or None


def count(
    unpacking: Sequence[tuple[TensorGroup, Unpacked]], ties: Ties, experts: int | None, per_token: int | None
) -> Counts:
    """Count the parameters of a header whose shapes are all known.

    Args:
        unpacking: every group with what it stands for.
        ties: the copies among them.
        experts: routed experts of a mixture-of-experts layer, by the tensors.
        per_token: how many of them one token uses, by the configuration.
    """
    tally = Tally(ties)
    for group, unpacked in unpacking:
        tally.add(group, unpacked)
    method, bits, how = tally.quantisation()
    if tally.unexplained > _UNEXPLAINED_LIMIT * max(1, tally.stored):
        return Counts(None, tally.stored, unexplained=tally.unexplained, method=method, bits=bits, how=how)
    total = tally.total
    return Counts(
        total=total,
        stored=tally.stored,
        non_embedding=total - tally.embedding - tally.heads if tally.embedding else None,
        active=active_parameters(total, tally.experts, experts, per_token),
        language_model=total - tally.towers if tally.towers and tally.language_embedding else None,
        encoder=total - tally.task if tally.task else None,
        tied=total + ties.embedding if ties.tied and ties.embedding else None,
        weight_bytes=tally.bytes,
        method=method,
        bits=bits,
        how=how,
        unexplained=tally.unexplained + tally.nameless,
    )


def active_parameters(total: int, routed: int, experts: int | None, per_token: int | None) -> int | None:
    """Parameters used for one token: all that is always used, and the chosen share of the routed experts.

    Args:
        total: all parameters.
        routed: those of the routed experts.
        experts: routed experts of one layer.
        per_token: how many of them are chosen.
    """
    if not routed or not experts or not per_token or per_token > experts:
        return None
    return total - routed + routed * per_token // experts
