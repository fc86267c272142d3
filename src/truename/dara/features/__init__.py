"""Features of an abstract architecture: shape relations, name templates, and the study's L and P."""

from __future__ import annotations

from truename.dara.features.compare import Difference, Distance, compare
from truename.dara.features.grams import connections, layer_parameters
from truename.dara.features.kinds import Kind, kinds_of
from truename.dara.features.space import VERSION, Features, features_of, features_of_shapes

__all__ = [
    "VERSION",
    "Difference",
    "Distance",
    "Features",
    "Kind",
    "compare",
    "connections",
    "features_of",
    "features_of_shapes",
    "kinds_of",
    "layer_parameters",
]
