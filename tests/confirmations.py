"""What a confirmation rests on, as the rules' tests ask it."""

from __future__ import annotations

from truename.findings import Confirmation, Grounds
from truename.rules.verdict import basis_of


def is_measured(one: Confirmation) -> bool:
    """Whether the files themselves bear it out, and not only what a document says."""
    return basis_of(one.evidence) is Grounds.MEASURED
