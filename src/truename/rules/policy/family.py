"""POL004: the families that a policy allows."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.findings import Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision
from truename.rules.shared.policy_rule import PolicyRule, listed


class AllowedFamily(PolicyRule):
    """The name claims a family that the policy does not allow.

    ``families`` in the table ``naming`` of the settings lists them as names write them. A name that combines families
    is right if each of them is listed. What the files hold is the business of other rules.
    """

    code, slug, since = "POL004", "allowed-family", "0.2"
    topic = "a family"
    claims = frozenset({Role.FAMILY})
    flagged = (Case("acme/bert-base", expect=Severity.WARNING),)
    confirmed = (Case("acme/llama-3-8b"),)
    undecided = ()  # the name alone decides
    not_applicable = (Case("acme/experiment"),)

    def asks(self) -> bool:
        return bool(self.policy.families)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        claimed = claims.of(Role.FAMILY)
        if not claimed:
            return self.no_claim()
        allowed = {family.lower() for family in self.policy.families}
        others = [one for one in claimed if not {str(one.value).lower(), one.element.text.lower()} & allowed]
        if not others:
            return self.passed()
        said = f"the policy allows {listed(self.policy.families)}"
        return self.flag(
            self.finding(Severity.WARNING, f"the name says {one.element.text}; {said}", claim=one) for one in others
        )
