"""NAM003: invented names over known models."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.findings import Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.lines import discloses, line_that_owns, lines_of_name, spells
from truename.rules.quantities import short_count
from truename.rules.rule import CLEAN, Case, Rule, Verdict, cannot_tell, verdict

# roles that give a reader a hold, even if the family is left out
HOLDS = frozenset(Role) - {Role.OTHER, Role.VERSION, Role.SIZE_WORD, Role.CHARACTERISTIC, Role.LANGUAGE}


class FamilyLeftOut(Rule):
    """The name consists of invented words only, and the files are those of a known model line.

    A Mixtral 8x7B was published as ``dolping``: its card says what it is, but lists, folders and leaderboards show
    the name alone. A brand of one's own is welcome; this note says what stands behind it, and a name that adds the
    family (``dolping-mixtral-8x7b``) is found by those who look for it.
    """

    code, slug, since = "NAM003", "family-left-out", "0.1"
    claims = "its family"
    flagged = (
        Case("dolping", expect=Severity.NOTE, model_type="mixtral", card_mentions=("mixtral",)),
        Case("EmotioLocal", expect=Severity.NOTE, model_type="minicpmv", tags=("minicpm-v",)),
        Case("my-cat-v2", expect=Severity.NOTE, model_type="gemma3", base_models=("google/gemma-3-4b",)),
    )
    clean = (
        Case("gemma_kor", model_type="gemma3"),
        Case("dolping-mixtral", model_type="mixtral"),
        Case("mygemma", model_type="gemma2"),
        Case("Atom-7B", model_type="mixtral"),
    )
    undecided = (
        Case("dolping"),
        Case("dolping", model_type="mixtral", card_mentions=()),
        Case("Aelan", model_type="mistral"),
        Case("chatbot", model_type="somebody"),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Verdict:
        fact = evidence.get("model_type")
        line = None if fact is None else line_that_owns(str(fact.value))
        if line is None or fact is None:
            return cannot_tell("the configuration does not belong to one known family alone")
        if claims.of(*HOLDS) or line.key in lines_of_name(claims) or spells(claims.name, line):
            return CLEAN
        if not discloses(evidence, line):
            return cannot_tell("the card does not mention the family either, which is another fault")
        count = evidence.value("parameters")
        word = max((key for key in line.keys if key in str(fact.value)), key=len, default=line.key)
        suggestion = "-".join(filter(None, (claims.name, word, short_count(count).lower() if count else None)))
        message = f"the name does not say that this is a model of the {line.title} line ({fact.value})"
        return verdict([self.finding(Severity.NOTE, message, fact=fact, suggestion=suggestion)])
