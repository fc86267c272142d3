"""Whether a model has the size of its base model, as most have, and which size a name gives."""

from __future__ import annotations

from truename.names.claims import Claim, Claims
from truename.names.elements import Role

# Words of those who made a smaller or larger model of another.
_RESIZED = (
    "prun", "reap", "merge", "upscal", "distil", "slerp", "ties", "franken", "depth", "minitron", "slim", "shear",
    "moe", "expan", "trim", "student", "passthrough",
)  # fmt: skip


def is_resized(text: str) -> bool:
    """Whether a name or a line of a card tells that a model was made smaller or larger than its base."""
    low = text.lower()
    return any(word in low for word in _RESIZED)


def only_size(claims: Claims) -> Claim | None:
    """The size of a name that gives one size and no mixture of experts."""
    sizes = claims.of(Role.PARAMETERS, Role.MIXTURE, Role.ACTIVE_PARAMETERS)
    return sizes[0] if len(sizes) == 1 and sizes[0].role is Role.PARAMETERS else None
