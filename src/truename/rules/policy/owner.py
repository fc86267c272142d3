"""POL003: the owners that a policy allows."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, does_not_apply
from truename.rules.shared.policy_rule import PolicyRule, listed


class AllowedOwner(PolicyRule):
    """The model stands under an owner that the policy does not allow.

    ``owners`` in the table ``naming`` of the settings lists the owners from whom models are taken, or under whom they
    are published.
    """

    code, slug, since = "POL003", "allowed-owner", "0.2"
    topic = "its owner"
    flagged = (Case("acne/llama-3-8b", expect=Severity.ERROR),)
    confirmed = (Case("acme/llama-3-8b"), Case("Acme/llama-3-8b"))
    undecided = ()  # the name alone decides
    not_applicable = (Case("llama-3-8b"),)

    def asks(self) -> bool:
        return bool(self.policy.owners)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        owner = claims.parsed.owner
        if owner is None:
            return does_not_apply(ReasonKind.NO_CLAIM, "the name has no owner")
        if owner.lower() in (allowed.lower() for allowed in self.policy.owners):
            return self.passed()
        message = f"the owner is {owner}; the policy allows {listed(self.policy.owners)}"
        return self.flag([self.finding(Severity.ERROR, message)])
