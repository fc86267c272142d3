"""How a rule ends where a fact is not there: an absent file says nothing, a broken one leaves a question open."""

from __future__ import annotations

from collections.abc import Sequence

from truename.findings import Reason, ReasonKind
from truename.names.claims import Claim
from truename.rules.rule import Decision, cannot_tell, does_not_apply


def undeclared(why: Reason) -> Decision:
    """There is no document that says what the rule compares; where one could not be read, it may say it."""
    return cannot_tell(why) if why.kind is ReasonKind.UNREAD_FILE else does_not_apply(ReasonKind.NO_SUCH_FILE, why.text)


def unmeasured(why: Reason, about: Sequence[Claim] | None = None) -> Decision:
    """The weights do not show what the rule compares: it does not apply where there are none.

    Args:
        why: the fact is not there.
        about: the claims that stay open, where these are not all that the rule declares.
    """
    return does_not_apply(why) if why.kind is ReasonKind.NO_WEIGHTS else cannot_tell(why, about=about)
