"""CFG008: the total size of a weight index, against the model that the configuration describes."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    COMPUTE_DTYPE,
    FLAT_CONFIG,
    INDEX_TOTAL_SIZE,
    PARAMETERS,
    TIED_PARAMETERS,
    TOTAL_BYTES,
    Derivation,
    Fact,
    Origin,
)
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.configured import CONFIGURED_KEYS, not_compared, source_of
from truename.rules.shared.families import is_recognisable
from truename.rules.shared.quantities import ratio
from truename.units import describe_count

TOLERANCE = 1.1  # times: buffers, heads and tied copies
BEYOND = 1.35  # ... beyond it no head and no copy explains the difference
_FACTORS = (1, 2, 4)  # bytes of an element


def _by_index(count: int) -> Fact[int]:
    detail = "metadata.total_size of the weight index by 2 bytes an element"
    return Fact(PARAMETERS, count, Origin.DECLARED, "config.json", detail, Derivation.INDEX_BYTES)


def _by_config(count: int) -> Fact[int]:
    return Fact(PARAMETERS, count, Origin.DECLARED, "config.json", "tensors of LlamaForCausalLM")


def _sizes(total: int, index: int, config: int) -> dict[str, Any]:
    return {"index_total_size": total, "parameters": [_by_index(index), _by_config(config)]}


class IndexTotals(Rule):
    """The weight index is of another model than the configuration describes.

    Where the shards are not at hand, the index still says how many bytes they have, and the configuration how many
    parameters the model has. 16 GB do not hold a model of 1 B parameters in 16 bits, and 1.4 GB not one of 7 B in any
    type. It happens where a repository was put together from the files of two, or flattened: the weights of a diffusers
    model then lie beside the ``config.json`` of its text encoder.

    Quantised models are not compared, nor are types of which the number of parameters is not known.
    """

    code, slug, since = "CFG008", "index-totals", "0.2"
    topic = "its weight index"
    needs = frozenset({INDEX_TOTAL_SIZE, FLAT_CONFIG})
    reads = CONFIGURED_KEYS | {PARAMETERS, TIED_PARAMETERS, TOTAL_BYTES, COMPUTE_DTYPE}
    about_files = True
    flagged = (
        Case("llama-7b", expect=Severity.WARNING, **_sizes(16_000_000_000, 8_000_000_000, 1_100_000_000)),
        Case("llama-7b", expect=Severity.WARNING, **_sizes(2_200_000_000, 1_100_000_000, 6_738_415_616)),
        Case("sd", expect=Severity.WARNING, flat_config="clip_text_model", diffusers_class="SD3Transformer2DModel"),
    )
    confirmed = (
        Case("llama-7b", **_sizes(13_476_831_232, 6_738_415_616, 6_738_415_616)),
        Case("llama-7b", **_sizes(26_953_662_464, 6_738_415_616, 6_738_415_616)),
    )
    undecided = (
        Case("llama-7b", index_total_size=13_476_831_232),
        Case("some-reward-model", **_sizes(5_246_377_988, 1_311_594_497, 1_700_000_000)),
        Case("some-model", flat_config="a-type-of-mine"),
    )
    not_applicable = (
        Case("llama-7b"),
        Case("llama-7b", total_bytes=13_476_831_232, index_total_size=13_476_831_232),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if (flat := evidence.get(FLAT_CONFIG)) is not None:
            return self._flat(flat)
        if (other := not_compared(evidence)) is not None:
            return other
        total = evidence.get(INDEX_TOTAL_SIZE)
        if total is None or evidence.get(TOTAL_BYTES, Origin.WEIGHTS) is not None:
            return does_not_apply(ReasonKind.NO_SUCH_FILE, "there is no weight index whose shards were not read")
        counts = evidence.all(PARAMETERS)
        described = next((fact for fact in counts if fact.how is not Derivation.INDEX_BYTES), None)
        if described is None or not any(fact.how is Derivation.INDEX_BYTES for fact in counts):
            text = "how many parameters the configuration describes, or in how many bytes each, is not known"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text)
        held = next(fact for fact in counts if fact.how is Derivation.INDEX_BYTES)
        possible = [described.value, *(fact.value for fact in evidence.all(TIED_PARAMETERS))]
        if min(ratio(held.value, count) for count in possible) <= TOLERANCE:
            return self.passed(total)
        if min(ratio(total.value / size, count) for count in possible for size in _FACTORS) <= BEYOND:
            text = f"the index gives {total.value:,} bytes, which another type or head of the model may have"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        message = (
            f"{source_of(described)} describes a model of {describe_count(described.value)} parameters; "
            f"the weight index gives its tensors {total.value:,} bytes"
        )
        return self.flag([self.finding(Severity.WARNING, message, fact=total)])

    def _flat(self, config: Fact[str]) -> Decision:
        """A configuration beside the weights of a diffusers model."""
        if not is_recognisable(config.value):
            text = f"what a configuration of type {config.value!r} describes is not known"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text)
        message = f"{source_of(config)} is that of a {config.value}; the weights beside it are a diffusers model's"
        return self.flag([self.finding(Severity.WARNING, message, fact=config)])
