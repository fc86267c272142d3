"""BAS002: models of a merge that base_model leaves out."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import BASE_MODELS, CARD_MERGES
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply

_SHOWN = 3


class MergeSources(Rule):
    """The card's recipe of a merge takes weights from models that its ``base_model`` leaves out.

    Every model of a merge brings its licence and its faults, and who looks for the children of a model looks at
    ``base_model``. A merge of three models declared one of them.

    Only recipes of mergekit in the card count, and models written as ``owner/name``; local folders are nobody's.
    """

    code, slug, since = "BAS002", "merge-sources", "0.2"
    topic = "the models of a merge"
    about_files = True
    needs = frozenset({CARD_MERGES})
    reads = frozenset({BASE_MODELS})
    flagged = (
        Case(
            "1PARAMMYL-8B-ModelStock",
            expect=Severity.WARNING,
            card_merges=("arcee-ai/Llama-3.1-SuperNova-Lite", "DreadPoor/Heart_Stolen-8B-Model_Stock"),
            base_models=("arcee-ai/Llama-3.1-SuperNova-Lite",),
        ),
    )
    confirmed = (
        Case("Aelan-slerp", card_merges=("a/One-7B", "b/Two-7B"), base_models=("b/two-7b", "a/One-7B", "c/Three-7B")),
        Case("Aelan-slerp", card_merges=("a/One-7B", "me/Aelan-slerp"), base_models=("a/One-7B",)),
    )
    undecided = (
        Case("Aelan-AWQ", card_merges=("a/One-7B", "b/Two-7B"), base_models=("c/Aelan",)),
        Case("me/Aelan-slerp", card_merges=("a/One-7B", "me/step-2"), base_models=("a/One-7B", "b/Two-7B")),
    )
    not_applicable = (
        Case("Aelan-slerp", base_models=("a/One-7B",)),
        Case("Aelan-slerp", card_merges=("a/One-7B", "b/Two-7B")),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        recipe, declared = evidence.get(CARD_MERGES), evidence.get(BASE_MODELS)
        if recipe is None:
            return does_not_apply(ReasonKind.NO_SUCH_FILE, "the card holds no recipe of a merge")
        if declared is None:
            return does_not_apply(ReasonKind.NO_SUCH_FILE, "no base model is declared, and the recipe names them all")
        known = {_plain(base) for base in declared.value} | {_plain(claims.parsed.model)}
        if not any(_plain(base) in {_plain(model) for model in recipe.value} for base in declared.value):
            text = "the recipe may be that of the base model, from whose card it was copied"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        left_out = [model for model in recipe.value if _plain(model) not in known]
        if not left_out:
            return self.passed(declared)
        own = {model for model in left_out if model.partition("/")[0].lower() == (claims.parsed.owner or "").lower()}
        left_out = [model for model in left_out if model not in own]
        if not left_out:
            text = "what the recipe takes besides is a merge by the same publisher"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        more = len(left_out) - _SHOWN
        names = ", ".join(left_out[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        message = (
            f"the recipe of the merge also takes {names}; base_model names {', '.join(declared.value[:_SHOWN])} only"
        )
        return self.flag([self.finding(Severity.WARNING, message, fact=recipe)])


def _plain(model: str) -> str:
    """The name of a model without its owner: copies are re-uploaded."""
    return model.rstrip("/").rpartition("/")[2].lower()
