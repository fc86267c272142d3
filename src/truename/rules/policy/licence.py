"""POL005: the licences that a policy allows."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import LICENCE
from truename.findings import Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision
from truename.rules.shared.policy_rule import PolicyRule, listed


class AllowedLicence(PolicyRule):
    """The model declares no licence that the policy allows.

    ``licences`` in the table ``naming`` of the settings lists ids as a card's front matter writes them. A model that
    declares none is flagged too. A licence is only ever declared: the files cannot bear it out.
    """

    code, slug, since = "POL005", "allowed-licence", "0.2"
    topic = "its licence"
    reads = frozenset({LICENCE})
    flagged = (
        Case("acme/llama-3-8b", expect=Severity.WARNING, licence="llama3"),
        Case("acme/llama-3-8b", expect=Severity.WARNING),
    )
    confirmed = (Case("acme/llama-3-8b", licence="Apache-2.0"),)
    undecided = ()  # a licence that is not declared is none that is allowed

    def asks(self) -> bool:
        return bool(self.policy.licences)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        said = f"the policy allows {listed(self.policy.licences)}"
        fact = evidence.declared(LICENCE)
        if fact is None:
            return self.flag([self.finding(Severity.WARNING, f"the card declares no licence; {said}")])
        if str(fact.value).lower() in (allowed.lower() for allowed in self.policy.licences):
            return self.passed(fact)
        return self.flag([self.finding(Severity.WARNING, f"the licence is {fact.value}; {said}", fact=fact)])
