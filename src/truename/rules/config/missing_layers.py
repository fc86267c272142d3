"""CFG006: layers missing in the middle of the stack."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import LAYERS, MISSING_LAYERS, MODEL_TYPE, VOCABULARY_SIZE, Fact, Key, Origin
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared.configured import CONFIGURED_KEYS, not_compared, source_of
from truename.rules.shared.families import is_recognisable
from truename.rules.shared.unread import unmeasured

SHOWN = 4  # runs of numbers in a message


def _said(key: Key[Any], value: Any) -> Fact[Any]:
    return Fact(key, value, Origin.DECLARED, "config.json")


class MissingLayers(Rule):
    """Layers are missing in the middle of the model.

    A download that lost a file, or a cut that did not number the rest anew, leaves tensors of the layers 0 to 9 and 12
    to 31. A loader builds every layer up to the declared number, fills those that are not there with random numbers,
    and drops those above. The model loads, and answers noise.

    Families of which a layer may have no tensors at all cannot be told, and neither can types whose tensors are not
    known.
    """

    code, slug, since = "CFG006", "missing-layers", "0.1"
    topic = "its layers"
    needs = frozenset({LAYERS})
    reads = CONFIGURED_KEYS | {MISSING_LAYERS, VOCABULARY_SIZE}
    about_files = True
    flagged = (
        Case(
            "Qwen3-8B",
            expect=Severity.ERROR,
            layers=[34, _said(LAYERS, 36)],
            missing_layers=(10, 11),
            vocabulary_size=151_936,
            model_type="qwen3",
        ),
        Case(
            "llama-7b-pruned",
            expect=Severity.ERROR,
            layers=[30, _said(LAYERS, 30)],
            missing_layers=(10, 21),
            vocabulary_size=32_000,
            model_type="llama",
        ),
    )
    confirmed = (Case("llama-7b", layers=[32, _said(LAYERS, 32)], vocabulary_size=32_000, model_type="llama"),)
    undecided = (
        Case("Nemotron", layers=[70, _said(LAYERS, 80)], missing_layers=(60,), vocabulary_size=1, model_type="x-nas"),
        Case("some-detector", layers=20, missing_layers=(10, 11)),
        Case("llama-7b", missing_shards=("model-00002-of-00002.safetensors",)),
        Case("llama-7b"),
    )
    not_applicable = (Case("some-lora", is_adapter=True, layers=20, missing_layers=(4,)),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if (other := not_compared(evidence)) is not None:
            return other
        layers = evidence.get(LAYERS, Origin.WEIGHTS)
        if layers is None:
            return unmeasured(evidence.why_missing(LAYERS))
        missing = evidence.get(MISSING_LAYERS)
        if missing is None:
            return self.passed(layers)
        types = [str(fact.value) for fact in evidence.all(MODEL_TYPE)]
        if evidence.get(VOCABULARY_SIZE, Origin.WEIGHTS) is None or not any(map(is_recognisable, types)):
            text = (
                f"no tensor has the numbers {runs(missing.value)}, and whether the type has layers there is not known"
            )
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text)
        count = len(missing.value)
        noun = "layer is" if count == 1 else "layers are"
        message = f"{count:,} {noun} missing in the middle: {runs(missing.value)}; the tensors show {layers.value:,}"
        if (declared := evidence.declared(LAYERS)) is not None:
            message += f", and {source_of(declared)} declares {declared.value:,}"
        return self.flag([self.finding(Severity.ERROR, message, fact=missing)])


def runs(numbers: tuple[int, ...]) -> str:
    """Ascending numbers as people write them: 10 to 12, 20.

    >>> runs((10, 11, 12, 20))
    '10 to 12, 20'
    """
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1][1:] = [number]
        else:
            found.append([number])
    more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    return ", ".join(" to ".join(map(str, run)) for run in found[:SHOWN]) + more
