"""FRM004: a card without a licence."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import BASE_MODELS, LANGUAGES, LIBRARY_NAME, LICENCE, PIPELINE_TAG, TAGS
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, does_not_apply

_OTHERS = (LIBRARY_NAME, PIPELINE_TAG, TAGS, BASE_MODELS, LANGUAGES)


class MissingLicence(Rule):
    """The card's front matter declares no licence.

    Nobody may use a model whose licence nobody knows, and registries filter by it. A card without any front matter is
    left alone: it was written for people.
    """

    code, slug, since = "FRM004", "missing-licence", "0.2"
    topic = "its licence"
    about_files = True
    needs_files = True
    preview = True  # a model without a licence may be all that its name says: for those who ask
    needs = frozenset(_OTHERS)
    reads = frozenset({LICENCE})
    flagged = (Case("Aelan", expect=Severity.NOTE, library_name="transformers"),)
    confirmed = (Case("Aelan", library_name="transformers", licence="mit"),)
    undecided = ()  # it is there or not
    not_applicable = (Case("Aelan"),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        fact = evidence.declared(LICENCE)
        if fact is not None:
            return self.passed(fact)
        other = next((one for key in _OTHERS if (one := evidence.declared(key)) is not None), None)
        if other is None:
            return does_not_apply(ReasonKind.NO_SUCH_FILE, "there is no card with front matter")
        message = "the card's front matter declares no licence"
        return self.flag([self.finding(Severity.NOTE, message, fact=other)])
