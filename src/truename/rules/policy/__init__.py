"""What a project asks of its own names: rules that run only where the settings ask for something.

None of them says that a model is not what its name says, so none of them enters the verdict.
"""

from __future__ import annotations

from truename.rules.policy.convention import AllowedConvention
from truename.rules.policy.element import RequiredElement
from truename.rules.policy.family import AllowedFamily
from truename.rules.policy.length import NameLength
from truename.rules.policy.licence import AllowedLicence
from truename.rules.policy.owner import AllowedOwner
from truename.rules.policy.pattern import NamePattern
from truename.rules.shared.policy_rule import EXAMPLE, PolicyRule
from truename.settings import NamingPolicy

__all__ = ["EXAMPLE", "PolicyRule", "policy_rules"]

_RULES: tuple[type[PolicyRule], ...] = (
    RequiredElement,
    AllowedConvention,
    AllowedOwner,
    AllowedFamily,
    AllowedLicence,
    NamePattern,
    NameLength,
)


def policy_rules(policy: NamingPolicy) -> tuple[PolicyRule, ...]:
    """The rules of what a policy asks for, by code.

    Raises:
        UsageError: the policy asks for what is not: an element or a convention of another name, a pattern that RE2
            does not read.
    """
    rules = (rule(policy) for rule in _RULES)
    return tuple(rule for rule in rules if rule.asks())
