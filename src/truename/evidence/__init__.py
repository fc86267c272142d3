"""Evidence: what a model's files really contain, gathered without a look at its name."""

from truename.evidence.evidence import Evidence
from truename.evidence.gather import gather

__all__ = ["Evidence", "gather"]
