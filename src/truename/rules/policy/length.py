"""POL007: how long a name may be."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.findings import Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision
from truename.rules.shared.policy_rule import PolicyRule


class NameLength(PolicyRule):
    """The name is longer than the policy allows.

    Long names are cut off in lists and break paths. ``longest-name`` in the table ``naming`` of the settings counts
    characters without the owner; the Hub itself allows 96 with it.
    """

    code, slug, since = "POL007", "name-length", "0.2"
    topic = "its length"
    flagged = (Case("acme/llama-3-8b-instruct-finetuned-on-everything", expect=Severity.WARNING),)
    confirmed = (Case("acme/llama-3-8b"),)
    undecided = ()  # the name alone decides

    def asks(self) -> bool:
        return self.policy.longest_name is not None

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        length, longest = len(claims.parsed.model), self.policy.longest_name or 0
        if length <= longest:
            return self.passed()
        message = f"the name has {length} characters; the policy allows {longest}"
        return self.flag([self.finding(Severity.WARNING, message)])
