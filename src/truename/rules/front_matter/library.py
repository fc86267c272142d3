"""FRM001: the library that the card names."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import LIBRARY_NAME
from truename.findings import Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule
from truename.rules.shared.hub_words import known_or_meant


class UnknownLibrary(Rule):
    """The card names a library that the Hub does not know.

    The Hub shows how to load a model by ``library_name``, and people filter by it. ``sentence_transformers`` for
    ``sentence-transformers`` hides the model from both. Write the id as the Hub lists it; a library that is new there
    is worth a note, because the list here has its date.
    """

    code, slug, since = "FRM001", "unknown-library", "0.2"
    topic = "its library"
    about_files = True
    needs_files = True
    needs = frozenset({LIBRARY_NAME})
    flagged = (
        Case("Aelan", expect=Severity.WARNING, library_name="sentence_transformers"),
        Case("Aelan", expect=Severity.WARNING, library_name="Transformer"),
        Case("Aelan", expect=Severity.NOTE, library_name="budgie"),
    )
    confirmed = (Case("Aelan", library_name="transformers"), Case("Aelan", library_name="PaddleOCR"))
    undecided = ()  # the list decides
    not_applicable = (Case("Aelan"),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        return known_or_meant(self, evidence, LIBRARY_NAME, "libraries", "library")
