"""POL001: an element that every name must have."""

from __future__ import annotations

from collections.abc import Mapping

from truename.evidence.evidence import Evidence
from truename.findings import Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision
from truename.rules.shared.policy_rule import EXAMPLE, PolicyRule, listed, refuse_unknown
from truename.settings import NamingPolicy

_GROUPS: Mapping[str, frozenset[Role]] = {
    "family": frozenset({Role.FAMILY, Role.BRAND}),
    "size": frozenset({Role.PARAMETERS, Role.MIXTURE, Role.EFFECTIVE_PARAMETERS, Role.SIZE_WORD}),
    "quantisation": frozenset({Role.QUANTISATION, Role.BITS, Role.PRECISION}),
    "task": frozenset({Role.TASK, Role.ALIGNMENT}),
}


def _roles(word: str) -> frozenset[Role]:
    return _GROUPS[word] if word in _GROUPS else frozenset({Role(word)})


class RequiredElement(PolicyRule):
    """The name lacks an element that the policy requires.

    A registry whose names all say family and size can be searched and sorted by them. ``required`` in the table
    ``naming`` of the settings lists roles of elements, as ``truename parse`` prints them; ``family`` also counts a
    brand, ``size`` a size word, ``quantisation`` bits and precision, and ``task`` an alignment such as instruct.
    """

    code, slug, since = "POL001", "required-element", "0.2"
    topic = "what the policy requires"
    flagged = (
        Case("acme/llama-chat", expect=Severity.WARNING),
        Case("acme/experiment-7", expect=Severity.WARNING),
    )
    confirmed = (Case("acme/llama-3-8b"), Case("acme/qwen-base"))
    undecided = ()  # the name alone decides

    def __init__(self, policy: NamingPolicy = EXAMPLE) -> None:
        super().__init__(policy)
        refuse_unknown(self.policy.required, [*_GROUPS, *(role.value for role in Role)], "element")

    def asks(self) -> bool:
        return bool(self.policy.required)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        there = {element.role for element in claims.parsed.elements}
        missing = [word for word in self.policy.required if not there & _roles(word)]
        if not missing:
            return self.passed()
        return self.flag([self.finding(Severity.WARNING, f"the policy requires {listed(missing)} in the name")])
