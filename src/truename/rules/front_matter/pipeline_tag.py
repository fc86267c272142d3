"""FRM002: the task that the card names."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import PIPELINE_TAG
from truename.findings import Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule
from truename.rules.shared.hub_words import known_or_meant


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
        return known_or_meant(self, evidence, PIPELINE_TAG, "pipeline_tags", "task")
