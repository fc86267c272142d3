"""BAS006: a model that is its own base model."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import BASE_MODELS
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply


class OwnBase(Rule):
    """The card declares the model itself as its base model.

    Nobody is made from oneself: such a card hides what the model was made from. A card of an own brand declared
    ``veda-labs/vedika-4.1-flash`` over a renamed Gemma. A copy of a published model bears its name too and rightly
    declares the original, so a base of another owner is not a fault.
    """

    code, slug, since = "BAS006", "own-base", "0.2"
    topic = "its base model"
    about_files = True
    needs = frozenset({BASE_MODELS})
    flagged = (Case("veda-labs/vedika-4.1-flash", expect=Severity.NOTE, base_models=("veda-labs/Vedika-4.1-flash",)),)
    confirmed = (Case("veda-labs/vedika-4.1-flash", base_models=("google/gemma-4-12b",)),)
    undecided = (
        Case("vedika-4.1-flash", base_models=("veda-labs/vedika-4.1-flash",)),
        Case("me/Qwen3-8B", base_models=("Qwen/Qwen3-8B",)),
    )
    not_applicable = (Case("veda-labs/vedika-4.1-flash"),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        fact = evidence.get(BASE_MODELS)
        if fact is None:
            return does_not_apply(ReasonKind.NO_SUCH_FILE, "no base model is declared")
        own = claims.name.strip("/").lower()
        bases = [str(base).strip("/").lower() for base in fact.value]
        if "/" in own and own in bases:
            message = f"the card declares {claims.name} as the base model of itself"
            return self.flag([self.finding(Severity.NOTE, message, fact=fact)])
        if any(base.rpartition("/")[2] == own.rpartition("/")[2] for base in bases):
            text = "the base model bears the same name, and who published this one is not known, or it is a copy"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        return self.passed(fact)
