"""FIL002: the weight index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from truename.evidence.evidence import Evidence
from truename.facts import (
    FORMATS,
    INDEX_EXTRA_TENSORS,
    INDEX_LEFT_OVER,
    INDEX_MISSING_FILES,
    INDEX_MISSING_TENSORS,
    INDEX_TOTAL_PARAMETERS,
    INDEX_TOTAL_SIZE,
    PARAMETERS,
    STORED_PARAMETERS,
    TIED_PARAMETERS,
    TOTAL_BYTES,
    Fact,
    Key,
    Origin,
)
from truename.findings import Finding, ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply

TOLERANCE = 0.01  # one per cent: tied weights and buffers are counted by some writers and not by others
SIZE_TOLERANCE = 0.05  # as above, in bytes; a copy of a large tied embedding alone may exceed one per cent
SHOWN = 3  # names in a message

_HELD: tuple[Key[Any], ...] = (FORMATS, TOTAL_BYTES, PARAMETERS)
_LISTS = (INDEX_MISSING_FILES, INDEX_MISSING_TENSORS, INDEX_EXTRA_TENSORS, INDEX_LEFT_OVER)
_TOTALS = (INDEX_TOTAL_PARAMETERS, INDEX_TOTAL_SIZE)
_COUNTS = (PARAMETERS, STORED_PARAMETERS, TIED_PARAMETERS)


class WeightIndex(Rule):
    """The weight index contradicts the shards.

    Loaders trust the index. A shard that is not there stops them; a tensor that is not where the index says, or is
    nowhere, is filled with random numbers. An index that was left beside a single file names what no longer exists, and
    tools that look for an index first find nothing. Its metadata is shown to people: a 7.6B model appeared in a
    registry with 333,312 parameters because of a wrong ``total_parameters``.
    """

    code, slug, since = "FIL002", "weight-index", "0.1"
    topic = "its files"
    needs: ClassVar[frozenset[Key[Any]]] = frozenset({*_LISTS, *_TOTALS})
    reads = frozenset({*_HELD, *_COUNTS})
    about_files = True
    flagged = (
        Case("Qwen2.5-7B", expect=Severity.WARNING, parameters=7_615_616_512, index_total_parameters=333_312),
        Case(
            "llama-7b",
            expect=Severity.ERROR,
            parameters=4_000_000_000,
            index_missing_files=("model-00002-of-00003.safetensors",),
        ),
        Case("llama-7b", expect=Severity.ERROR, parameters=6_607_343_616, index_missing_tensors=("lm_head.weight",)),
        Case("llama-7b", expect=Severity.WARNING, parameters=6_738_419_712, index_extra_tensors=("value_head.weight",)),
        Case(
            "llama-7b", expect=Severity.WARNING, total_bytes=500, index_left_over=("model-00001-of-00002.safetensors",)
        ),
        Case("nvidia-reason2", expect=Severity.NOTE, total_bytes=17_534_247_904, index_total_size=0),
    )
    confirmed = (
        Case("Qwen2.5-7B", parameters=7_615_616_512, index_total_parameters=7_615_616_512),
        Case("llama-7b", total_bytes=13_476_831_232, index_total_size=13_476_831_232),
        Case("pythia-70m", parameters=70_426_624, stored_parameters=95_592_496, index_total_parameters=95_592_496),
        Case(
            "llama-7b",
            formats=("safetensors",),
            index_missing_files=(),
            index_missing_tensors=(),
            index_extra_tensors=(),
        ),
    )
    undecided = (
        Case("falcon-40b", index_total_size=83_671_941_120),
        Case("falcon-40b", index_missing_files=("a.safetensors", "b.safetensors"), index_total_size=83_671_941_120),
        Case("falcon-40b", formats=("safetensors",), index_total_size=83_671_941_120),
    )
    not_applicable = (Case("llama-7b"), Case("llama-7b", parameters=6_738_415_616))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        lists, totals = ([evidence.get(key) for key in keys] for keys in (_LISTS, _TOTALS))
        if not any((*lists, *totals)):
            return does_not_apply(ReasonKind.NO_SUCH_FILE, "there is no weight index with a total to compare")
        if not any(evidence.get(key, Origin.WEIGHTS, Origin.FILES) for key in _HELD):
            text = "no shard was there to compare the weight index with"
            return cannot_tell(ReasonKind.UNREAD_WEIGHTS, text)
        missing = evidence.get(INDEX_MISSING_FILES)
        findings = list(self._contents(evidence))
        if missing is None or not missing.value:  # with a shard missing, no total can agree
            findings += [*self._parameters(evidence), *self._size(evidence)]
        if findings:
            return self.flag(findings)
        compared = self._compared(evidence)
        if compared is None and not any(lists):
            return cannot_tell(evidence.why_missing(TOTAL_BYTES))
        return self.passed(compared)

    def _compared(self, evidence: Evidence) -> Fact[Any] | None:
        """What was read of the shards and agrees with a total of the index; None where no total could be compared."""
        told, counts = evidence.get(INDEX_TOTAL_PARAMETERS), [f for key in _COUNTS if (f := weighed(evidence, key))]
        if told is not None and counts:
            return min(counts, key=lambda count: abs(told.value - count.value))
        return weighed(evidence, TOTAL_BYTES) if evidence.get(INDEX_TOTAL_SIZE) is not None else None

    def _contents(self, evidence: Evidence) -> Iterator[Finding]:
        phrases = (
            (INDEX_MISSING_FILES, Severity.ERROR, "the weight index names {} that {} not there: {}", "shard"),
            (INDEX_MISSING_TENSORS, Severity.ERROR, "the weight index promises {} that {} in no shard: {}", "tensor"),
            (
                INDEX_EXTRA_TENSORS,
                Severity.WARNING,
                "the shards hold {} that {} not in the weight index: {}",
                "tensor",
            ),
            (
                INDEX_LEFT_OVER,
                Severity.WARNING,
                "beside a whole file of weights lies an index that names {} that {} not there: {}",
                "shard",
            ),
        )
        for key, severity, phrase, noun in phrases:
            if (fact := evidence.get(key)) is not None and fact.value:
                count = len(fact.value)
                counted = f"{count:,} {noun}{'s' if count > 1 else ''}"
                message = phrase.format(counted, "are" if count > 1 else "is", shown(fact.value))
                yield self.finding(severity, message, fact=fact)

    def _parameters(self, evidence: Evidence) -> Iterator[Finding]:
        told = evidence.get(INDEX_TOTAL_PARAMETERS)
        counts = [f for key in _COUNTS if (f := weighed(evidence, key))]
        if told is None or not counts or any(close(told.value, count.value, TOLERANCE) for count in counts):
            return
        message = f"the weight index says {told.value:,} parameters; the shards hold {counts[0].value:,}"
        yield self.finding(Severity.WARNING, message, fact=told)

    def _size(self, evidence: Evidence) -> Iterator[Finding]:
        told, held = evidence.get(INDEX_TOTAL_SIZE), weighed(evidence, TOTAL_BYTES)
        if told is None or held is None or close(told.value, held.value, SIZE_TOLERANCE):
            return
        severity = Severity.WARNING if told.value else Severity.NOTE
        message = f"the weight index says {int(told.value):,} bytes; the shards hold {held.value:,}"
        yield self.finding(severity, message, fact=told)


def weighed(evidence: Evidence, key: Key[int]) -> Fact[int] | None:
    """A count that was read from the weights, not one that is derived from the index itself."""
    return evidence.get(key, Origin.WEIGHTS)


def close(told: float, held: float, tolerance: float) -> bool:
    """Whether two counts agree up to a share of the one that was counted."""
    return abs(told - held) <= tolerance * held


def shown(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
