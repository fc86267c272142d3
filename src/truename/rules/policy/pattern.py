"""POL006: the pattern that a policy asks of names."""

from __future__ import annotations

from typing import Any

from truename.errors import MissingExtraError, UsageError
from truename.evidence.evidence import Evidence
from truename.findings import Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision
from truename.rules.shared.policy_rule import EXAMPLE, PolicyRule
from truename.settings import NamingPolicy


class NamePattern(PolicyRule):
    """The name does not match the policy's pattern.

    ``pattern`` in the table ``naming`` of the settings is a regular expression in RE2's syntax, which the whole name
    without its owner must match. RE2 takes time in proportion to the name's length, whatever the pattern.
    """

    code, slug, since = "POL006", "name-pattern", "0.2"
    topic = "what the policy asks for"
    flagged = (Case("acme/Llama_3_8B", expect=Severity.WARNING),)
    confirmed = (Case("acme/llama-3-8b"),)
    undecided = ()  # the name alone decides

    def __init__(self, policy: NamingPolicy = EXAMPLE) -> None:
        super().__init__(policy)
        self._compiled = None if policy is EXAMPLE or policy.pattern is None else _compiled(policy.pattern)

    def asks(self) -> bool:
        return self.policy.pattern is not None

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        pattern = self.policy.pattern or ""
        if (self._compiled or _compiled(pattern)).fullmatch(claims.parsed.model):
            return self.passed()
        return self.flag([self.finding(Severity.WARNING, f"the name does not match the policy's pattern {pattern}")])

    def __reduce__(self) -> tuple[type[NamePattern], tuple[NamingPolicy]]:
        return type(self), (self.policy,)  # a compiled pattern does not travel


def _compiled(pattern: str) -> Any:
    try:
        import re2
    except ImportError:
        raise MissingExtraError("a naming pattern", "policy") from None
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise UsageError(f"settings: naming pattern {pattern!r} cannot be read: {_said(error)}") from None


def _said(error: Exception) -> str:
    told = error.args[0] if error.args else error
    return told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
