"""How often each model type occurs: what is known before a structure is looked at."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

SMOOTHED = 0.5  # added to every count (Jeffreys' prior of a share): a type that nobody counted still occurs


class Prior(msgspec.Struct, frozen=True):
    """Weights of model types.

    Attributes:
        weights: by model type; only ratios count.
        rare: the weight of every other type.
        source: where the counts are from, for people.
    """

    weights: Mapping[str, float] = {}
    rare: float = 1.0
    source: str = "uniform"

    def of(self, model_type: str) -> float:
        """The weight of a model type."""
        return self.weights.get(model_type, self.rare)


UNIFORM = Prior()


def counted_prior(counts: Mapping[str, int], source: str) -> Prior:
    """The prior of counted models, smoothed."""
    return Prior({name: number + SMOOTHED for name, number in sorted(counts.items()) if number}, SMOOTHED, source)
