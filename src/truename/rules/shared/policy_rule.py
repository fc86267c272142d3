"""What every rule of a policy is: a rule made for the policy of one project."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from truename.errors import UsageError
from truename.rules.rule import Rule
from truename.settings import NamingPolicy

EXAMPLE = NamingPolicy(
    required=("family", "size"),
    conventions=("implementation", "implementation with application or task"),
    owners=("acme",),
    families=("llama", "qwen"),
    licences=("apache-2.0", "mit"),
    pattern="[a-z0-9.-]+",
    longest_name=30,
)


class PolicyRule(Rule):
    """A rule of a naming policy.

    Args:
        policy: of the project; an example, for the rule's page and its tests, without one.

    Raises:
        UsageError: the policy cannot be read.
    """

    of_policy: ClassVar[bool] = True

    def __init__(self, policy: NamingPolicy = EXAMPLE) -> None:
        self.policy = policy

    @abstractmethod
    def asks(self) -> bool:
        """Whether the policy asks for what this rule checks."""


def listed(words: Iterable[str]) -> str:
    """Words in a sentence: ``apache-2.0, mit``."""
    return ", ".join(words)


def refuse_unknown(given: Iterable[str], known: Iterable[str], what: str) -> None:
    """Refuse a word that is none of those known.

    Raises:
        UsageError: with the word that may have been meant.
    """
    names = list(known)
    for word in given:
        if word in names:
            continue
        from difflib import get_close_matches

        near = get_close_matches(word, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {listed(names)}"
        raise UsageError(f"settings: naming asks for the {what} {word!r}, which there is not; {hint}")
