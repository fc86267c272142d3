"""NAM005: names that imitate a known owner or release."""

from __future__ import annotations

import msgspec

from truename.evidence.evidence import Evidence
from truename.facts import BASE_MODELS
from truename.findings import ClaimSpan, Finding, ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Kind
from truename.names.look_alikes import LookAlike, Trick, look_alikes
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply

_STYLE = (Trick.HYPHEN,)


class LookAlikeName(Rule):
    """The owner or the name is a known one with a letter changed, swapped or doubled.

    ``meta-Ilama``, ``mistra1ai`` and ``bert-base-uncassed`` are read as what they imitate by whoever types or copies
    them, and hold whatever their owner likes. Names are compared without formats and quantisations, and numbers tell
    releases apart: ``Llama-3.1-8B`` imitates nothing, and neither does a copy under the very name of a release. A
    known owner imitates nobody. A card that names the release as its base model says openly what the model is.
    """

    code, slug, since = "NAM005", "look-alike", "0.2"
    topic = "anything"
    reads = frozenset({BASE_MODELS})
    flagged = (
        Case("meta-Ilama/Llama-2-7b-hf", expect=Severity.WARNING),
        Case("mistra1ai/Mistral-7B-v0.1", expect=Severity.WARNING),
        Case("bert-base-uncassed", expect=Severity.WARNING),
        Case("someone/Qwen2.5-7B-Insturct", expect=Severity.WARNING),
        Case("meta-llama-hf/Llama-2-7b-hf", expect=Severity.WARNING),
        Case("metallama/Llama-2-7b-hf", expect=Severity.WARNING),
        Case("someone/bertbase-uncased", expect=Severity.NOTE),
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
    undecided = (Case("someone/bert-base-uncassed", base_models=("google-bert/bert-base-uncased",)),)
    not_applicable = (Case(""),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if not claims.name:
            return does_not_apply(ReasonKind.NO_CLAIM, "there is no name")
        found = look_alikes(claims.parsed)
        if not found:
            return self.passed()
        names = [one.known for one in found if not one.owner]
        declared = evidence.get(BASE_MODELS)
        if declared is not None and names and len(names) == len(found):
            bases = {base.rpartition("/")[2].lower() for base in declared.value}
            if any(name.lower() in bases for name in names):
                text = f"the name resembles {names[0]}, and the card says that the model was made from it"
                return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text)
        return self.flag(self._found(claims, one) for one in found)

    def _found(self, claims: Claims, one: LookAlike) -> Finding:
        text = claims.name[one.start : one.end]
        what = "owner" if one.owner else "name"
        of = "known owner" if one.owner else "known release"
        message = f"the {what} {text!r} differs from the {of} {one.known!r} in {one.trick}"
        severity = Severity.NOTE if one.trick in _STYLE and not one.owner else Severity.WARNING
        suggestion = claims.name[: one.start] + one.known + claims.name[one.end :]
        span = ClaimSpan(Kind.OTHER, text, one.start, one.end)
        return msgspec.structs.replace(self.finding(severity, message, suggestion=suggestion), claim=span)
