"""POL002: the naming conventions that a policy allows."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.findings import Severity
from truename.names.claims import Claims
from truename.names.elements import Convention
from truename.rules.rule import Case, Decision
from truename.rules.shared.policy_rule import EXAMPLE, PolicyRule, listed, refuse_unknown
from truename.settings import NamingPolicy


class AllowedConvention(PolicyRule):
    """The name follows a convention that the policy does not allow.

    Names either say how a model is built, or what it is for, or both. ``conventions`` in the table ``naming`` of the
    settings lists those that are allowed, as ``truename parse`` prints them.
    """

    code, slug, since = "POL002", "allowed-convention", "0.2"
    topic = "what the policy allows"
    flagged = (Case("acme/sentiment-classifier", expect=Severity.WARNING),)
    confirmed = (Case("acme/llama-3-8b"),)
    undecided = ()  # the name alone decides

    def __init__(self, policy: NamingPolicy = EXAMPLE) -> None:
        super().__init__(policy)
        refuse_unknown(self.policy.conventions, [one.value for one in Convention], "convention")

    def asks(self) -> bool:
        return bool(self.policy.conventions)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        convention = claims.parsed.convention
        if convention.value in self.policy.conventions:
            return self.passed()
        message = f"the name's convention is {convention.value}; the policy allows {listed(self.policy.conventions)}"
        return self.flag([self.finding(Severity.WARNING, message)])
