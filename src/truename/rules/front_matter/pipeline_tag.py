"""FRM002: the task that the card names."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import PIPELINE_TAG
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, does_not_apply
from truename.rules.shared.hub_words import known_words, word_meant


class UnknownPipelineTag(Rule):
    """The card names a task that the Hub does not know.

    The Hub lists models and chooses their widget by ``pipeline_tag``. A tag that it does not know, ``text-generations``
    or ``asr``, leaves the model out of every list of a task.
    """

    code, slug, since = "FRM002", "unknown-pipeline-tag", "0.2"
    topic = "its task"
    about_files = True
    needs_files = True
    needs = frozenset({PIPELINE_TAG})
    flagged = (
        Case("Aelan", expect=Severity.WARNING, pipeline_tag="text-generations"),
        Case("Aelan", expect=Severity.WARNING, pipeline_tag="text_generation"),
        Case("Aelan", expect=Severity.NOTE, pipeline_tag="asr"),
    )
    confirmed = (Case("Aelan", pipeline_tag="text-generation"),)
    undecided = ()  # the list decides
    not_applicable = (Case("Aelan"),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        fact = evidence.declared(PIPELINE_TAG)
        if fact is None:
            return does_not_apply(ReasonKind.NO_SUCH_FILE, "no card names a task")
        if fact.value in known_words("pipeline_tags"):
            return self.passed(fact)
        meant = word_meant("pipeline_tags", fact.value)
        if meant is None:
            message = f"the card's pipeline_tag is {fact.value}, which is not among the Hub's tasks"
            return self.flag([self.finding(Severity.NOTE, message, fact=fact)])
        message = f"the card's pipeline_tag is {fact.value}; the Hub's task is called {meant}"
        return self.flag([self.finding(Severity.WARNING, message, fact=fact)])
