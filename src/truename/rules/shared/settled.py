"""From what was found of each claim of a name to the one decision of a rule."""

from __future__ import annotations

from collections.abc import Sequence

from truename.findings import Confirmation, Finding, Outcome, Reason
from truename.names.claims import Claim
from truename.rules.rule import Decision

_SHOWN = 3  # reasons in one text

# A claim that stays open, and why; without a claim, what stays open of the files.
Open = tuple[Claim | None, Reason]


def settled(findings: Sequence[Finding], confirmations: Sequence[Confirmation], open_: Sequence[Open]) -> Decision:
    """Flagged outweighs cannot tell, which outweighs confirmed; what is confirmed stays so beside the others."""
    if findings:
        return Decision(Outcome.FLAGGED, tuple(findings), tuple(confirmations))
    if open_:
        texts = dict.fromkeys(reason.text for _, reason in open_)
        return Decision(
            Outcome.CANNOT_TELL,
            confirmations=tuple(confirmations),
            reason=Reason(open_[0][1].kind, "; ".join(list(texts)[:_SHOWN])),
            about=tuple(dict.fromkeys(claim for claim, _ in open_ if claim is not None)),
        )
    return Decision(Outcome.CONFIRMED, confirmations=tuple(confirmations))
