"""NAM005: names that imitate a known owner or release."""

from __future__ import annotations

from typing import Any

import msgspec

from truename.evidence.evidence import Evidence
from truename.evidence.known_releases import release_values
from truename.facts import BASE_MODELS, MODEL_TYPE
from truename.findings import ClaimSpan, Finding, ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Kind
from truename.names.look_alikes import LookAlike, Trick, look_alikes
from truename.releases import SHAPE, differences, releases_in_use
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.releases import FIT_KEYS, goes_with

_STYLE = (Trick.HYPHEN,)
_QWEN3_8B: dict[str, Any] = {
    "layers": 36, "hidden_size": 4096, "intermediate_size": 12_288, "heads": 32, "key_value_heads": 8,
    "vocabulary_size": 151_936, "rope_theta": 1_000_000.0, "context_length": 32_768, "model_type": "qwen3",
}  # fmt: skip
_OTHER: dict[str, Any] = {**_QWEN3_8B, "layers": 24, "hidden_size": 2048, "intermediate_size": 5504}


class LookAlikeName(Rule):
    """The owner or the name is a known one with a letter changed, swapped or doubled.

    ``meta-Ilama``, ``mistra1ai`` and ``bert-base-uncassed`` are read as what they imitate by whoever types or copies
    them, and hold whatever their owner likes. Names are compared without formats and quantisations, and numbers tell
    releases apart: ``Llama-3.1-8B`` imitates nothing, and neither does a copy under the very name of a release. A
    known owner imitates nobody. A card that names the release as its base model says openly what the model is, unless
    its structure is not that of the release; where the structure is exactly that of the release, the name is rather a
    slip of whoever copied it, and this is a note: equal structure does not prove equal weights.
    """

    code, slug, since = "NAM005", "look-alike", "0.2"
    topic = "anything"
    reads = FIT_KEYS | {BASE_MODELS}
    flagged = (
        Case("meta-Ilama/Llama-2-7b-hf", expect=Severity.WARNING),
        Case("mistra1ai/Mistral-7B-v0.1", expect=Severity.WARNING),
        Case("bert-base-uncassed", expect=Severity.WARNING),
        Case("someone/Qwen2.5-7B-Insturct", expect=Severity.WARNING),
        Case("meta-llama-hf/Llama-2-7b-hf", expect=Severity.WARNING),
        Case("metallama/Llama-2-7b-hf", expect=Severity.WARNING),
        Case("someone/bertbase-uncased", expect=Severity.NOTE),
        Case("someone/Qwen3-8B-Bsae", expect=Severity.NOTE, **_QWEN3_8B),
        Case("someone/Qwen3-8B-Bsae", expect=Severity.WARNING, **_OTHER),
        Case("someone/Qwen3-8B-Bsae", expect=Severity.WARNING, base_models=("Qwen/Qwen3-8B-Base",), **_OTHER),
        Case("Qvven/Qwen3-8B-Base", expect=Severity.WARNING, **_QWEN3_8B),
    )
    confirmed = (
        Case("meta-llama/Llama-2-7b-hf"),
        Case("someone/Llama-2-7b-hf"),
        Case("TheBloke/Llama-2-7B-GGUF"),
        Case("someone/llama2-7b"),
        Case("Llama-3.1-8B"),
        Case("deepset/gbert-base"),
        Case("someone/polar-7b"),
    )
    undecided = (
        Case("someone/bert-base-uncassed", base_models=("google-bert/bert-base-uncased",)),
        Case("someone/Qwen3-8B-Bsae", base_models=("Qwen/Qwen3-8B-Base",), **_QWEN3_8B),
    )
    not_applicable = (Case(""),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if not claims.name:
            return does_not_apply(ReasonKind.NO_CLAIM, "there is no name")
        found = look_alikes(claims.parsed)
        if not found:
            return self.passed()
        names = [one.known for one in found if not one.owner]
        fits = _fits(evidence, names[0]) if names else None
        declared = evidence.get(BASE_MODELS)
        if declared is not None and names and len(names) == len(found) and fits is not False:
            bases = {base.rpartition("/")[2].lower() for base in declared.value}
            if any(name.lower() in bases for name in names):
                text = f"the name resembles {names[0]}, and the card says that the model was made from it"
                return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text)
        return self.flag(self._found(claims, one, copied=bool(fits) and len(names) == len(found)) for one in found)

    def _found(self, claims: Claims, one: LookAlike, *, copied: bool) -> Finding:
        text = claims.name[one.start : one.end]
        what = "owner" if one.owner else "name"
        of = "known owner" if one.owner else "known release"
        message = f"the {what} {text!r} differs from the {of} {one.known!r} in {one.trick}"
        if copied:
            message += ", whose structure the model has"
        severity = Severity.NOTE if copied or (one.trick in _STYLE and not one.owner) else Severity.WARNING
        suggestion = claims.name[: one.start] + one.known + claims.name[one.end :]
        span = ClaimSpan(Kind.OTHER, text, one.start, one.end)
        return msgspec.structs.replace(self.finding(severity, message, suggestion=suggestion), claim=span)


def _fits(evidence: Evidence, name: str) -> bool | None:
    """Whether the structure is that of the release of that name; None where the files or the table do not tell."""
    values = release_values(evidence)
    known = [one for one in releases_in_use().releases if one.hidden_size and one.layers]
    same = [one for one in known if one.id.rpartition("/")[2].lower() == name.lower()]
    if not same or not all(values.get(field) for field in ("hidden_size", "layers")):
        return None
    types = [str(fact.value) for fact in evidence.all(MODEL_TYPE)]
    return any(goes_with(one, types) and not differences(one, values, SHAPE) for one in same)
