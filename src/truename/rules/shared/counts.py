"""The counts of parameters that a size in a name may mean, and how far a claim lies from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    ACTIVE_PARAMETERS,
    ENCODER_PARAMETERS,
    IS_ADAPTER,
    LANGUAGE_MODEL_PARAMETERS,
    NON_EMBEDDING_PARAMETERS,
    PARAMETERS,
    QUANTISATION_METHOD,
    STORED_PARAMETERS,
    TIED_PARAMETERS,
    WHOLE_PARAMETERS,
    Derivation,
    Fact,
    Key,
    Origin,
)
from truename.findings import Reason, ReasonKind, Severity
from truename.names.claims import Claim
from truename.rules.rule import weighed
from truename.rules.shared.quantities import distance, ratio, rounds_to
from truename.units import describe_count

# What a name may count, the usual meaning first, and how a sentence says it.
READINGS: dict[Key[int], str] = {
    PARAMETERS: "parameters",
    NON_EMBEDDING_PARAMETERS: "parameters outside the embeddings",
    LANGUAGE_MODEL_PARAMETERS: "parameters in the language model",
    ENCODER_PARAMETERS: "parameters without the task head",
    ACTIVE_PARAMETERS: "parameters in use for one token",
    TIED_PARAMETERS: "parameters with the tied head counted twice",
    STORED_PARAMETERS: "stored elements",
    WHOLE_PARAMETERS: "parameters in all parts of the model",
}
COUNT_KEYS: frozenset[Key[Any]] = frozenset(READINGS)
# What else decides which of them are plausible.
COUNT_CONTEXT: frozenset[Key[Any]] = frozenset((QUANTISATION_METHOD,))

CLOSE = 0.15
SIZE_CLASS = 0.35
FALSE = 2.0


def plausible_counts(evidence: Evidence) -> tuple[Fact[Any], ...]:
    """Every count that a name may mean; of the declared ones none where the weights themselves were counted.

    The active parameters are an exception, unless the weights' own are known: how many experts a token uses only the
    config can say.
    """
    known = evidence.facts
    facts = [fact for key in READINGS if key in known for fact in known[key] if _is_count(fact.value)]
    if not facts:
        return ()
    quantised = _quantised(evidence)
    if quantised:  # packed integers are no count of anything
        facts = [f for f in facts if f.key != STORED_PARAMETERS]
    if evidence.measured(PARAMETERS) is not None:
        excepted = ACTIVE_PARAMETERS if evidence.measured(ACTIVE_PARAMETERS) is None else None
        return tuple(f for f in facts if f.origin is not Origin.DECLARED or f.key == excepted)
    # bytes divided by a dtype's size say nothing of packed weights
    return tuple(f for f in facts if not (quantised and is_from_bytes(f)))


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _quantised(evidence: Evidence) -> bool:
    return evidence.value(QUANTISATION_METHOD) not in (None, "none")


def is_from_bytes(fact: Fact[Any]) -> bool:
    """Whether a count is an index's total of bytes divided by the size of the declared dtype."""
    return fact.how is Derivation.INDEX_BYTES


def why_only_a_total(claim: Claim, counts: Sequence[Fact[Any]]) -> Reason | None:
    """Why a claim below the total may still be right: the total is all there is, and its parts are not known.

    Fuyu-8b has 9.41 B by its index, of which 2.15 B are embeddings; Qwen2.5-VL-7B has 8.29 B with its vision tower.
    """
    fact = max(counts, key=lambda f: f.value)
    if not all(is_from_bytes(f) for f in counts) or not claim.value < fact.value <= FALSE * claim.value:
        return None
    text = f"the index gives {describe_count(round(fact.value))} in all, and not what embeddings and towers take of it"
    return Reason(ReasonKind.AMBIGUOUS_FILES, text)


def why_no_whole(claim: Claim, counts: Sequence[Fact[Any]], evidence: Evidence) -> Reason | None:
    """Why a claim above every count may still be right: a size may mean a whole pipeline, of which a part is missing.

    ModelScope's text-to-video-ms-1.7b has a UNet of 1.41 B, and the rest in its text encoder and its decoder.
    """
    reason = evidence.missing.get(WHOLE_PARAMETERS)
    return reason if reason is not None and claim.value > max(fact.value for fact in counts) else None


def grade(claim: Claim, counts: Sequence[Fact[Any]]) -> tuple[Severity | None, Fact[Any]]:
    """How badly a claimed count misses the count nearest to it, and which one that is.

    Up to 15 % is the field's habit, up to 35 % a size class, beyond that misleading, and more than twice or
    less than half is false. A count that rounds to the claim's own digits (1.24 B to 1B) is within 35 % right,
    and beyond it a size class.
    """
    # a pipeline is named after its denoiser: after the whole only where that is what the name says
    meant = [f for f in counts if f.key != WHOLE_PARAMETERS or distance(claim.value, f.value) <= CLOSE] or counts
    fact = min(meant, key=lambda f: distance(claim.value, f.value))
    away = distance(claim.value, fact.value)
    if away <= CLOSE:
        return None, fact
    if rounds_to(fact.value, claim.value, claim.element.text):
        return (None if away <= SIZE_CLASS else Severity.NOTE), fact
    if ratio(claim.value, fact.value) > FALSE:
        return weighed(Severity.ERROR, fact), fact
    return (Severity.NOTE if away <= SIZE_CLASS else Severity.WARNING), fact


def bearing_out(claim: Claim, counts: Sequence[Fact[Any]]) -> Fact[Any] | None:
    """The count that makes a claim right: a measured one before a declared one, the nearest of them."""
    right = (fact for fact in counts if grade(claim, (fact,))[0] is None)
    return min(right, key=lambda f: (f.origin is Origin.DECLARED, distance(claim.value, f.value)), default=None)


def shown_by_tensors(claim: Claim, evidence: Evidence) -> Fact[Any] | None:
    """The count by the tensors that a claim names, at least by its size class, whatever a document says; None for none.

    A label, a name within a file and a card are copied from one model to the next: where the tensors speak, the
    document is wrong and not the name.
    """
    measured = [fact for fact in plausible_counts(evidence) if fact.origin is not Origin.DECLARED]
    if not measured:
        return None
    severity, fact = grade(claim, measured)
    return fact if severity in (None, Severity.NOTE) else None


def holding(fact: Fact[Any]) -> str:
    """The clause that says which count was found: 'the weights hold 1.10 B parameters'."""
    what = f"{describe_count(round(fact.value))} {READINGS[fact.key]}"
    if fact.origin is not Origin.DECLARED:
        return f"the weights hold {what}"
    source = "the weight index" if is_from_bytes(fact) else fact.file or "the configuration"
    return f"by {source} it has {what}"


def why_uncounted(evidence: Evidence, counts: Sequence[Fact[Any]]) -> Reason | None:
    """Why a size can be compared with none of the plausible counts, None where it can."""
    if evidence.value(IS_ADAPTER):
        return Reason(ReasonKind.ADAPTER, "the files hold an adapter, and a size in its name is its base model's")
    if not counts:
        return evidence.why_missing(PARAMETERS)
    return None
