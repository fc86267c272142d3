"""Facts of the classifier: prediction sets with their stated error rate."""

from __future__ import annotations

from collections.abc import Iterator

from truename.dara import Basis, Identification
from truename.facts import Fact, Origin
from truename.weights.header import WeightsHeader

_PREFIX = "identification."
_MOST = 16  # labels of a set; a longer one says too little to be a fact


def identification_facts(found: Identification | None, header: WeightsHeader | None) -> Iterator[Fact]:
    """The sets of ``found`` as facts; none where the structure is unknown or a set is too large to say anything."""
    if found is None or header is None:
        return
    file = header.files[0] if len(header.files) == 1 else None
    made_of = "names and shapes" if found.basis is Basis.NAMES else "shapes alone"
    for question, prediction in found.answers():
        if prediction.unknown or not 0 < len(prediction.set) <= _MOST:
            continue
        first = prediction.set[0]
        detail = f"by {made_of}; {first.label} {first.probability:.0%}; wrong for {prediction.error_rate:.0%} of models"
        yield Fact(f"{_PREFIX}{question}", prediction.labels, Origin.CLASSIFIER, file, detail)


def why_not_identified(found: Identification | None) -> dict[str, str]:
    """For each question without a fact, why."""
    if found is None:
        return {}
    reasons = {}
    for question, prediction in found.answers():
        if found.reason is not None:
            reasons[f"{_PREFIX}{question}"] = found.reason
        elif prediction.unknown:
            near = f"; nearest is {prediction.nearest[0].label}" if prediction.nearest else ""
            reasons[f"{_PREFIX}{question}"] = f"the structure is unlike every known one{near}"
        elif len(prediction.set) > _MOST:
            reasons[f"{_PREFIX}{question}"] = f"{len(prediction.set)} labels fit the structure equally well"
    return reasons
