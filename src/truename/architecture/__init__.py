"""Header -> abstract architecture -> measures: what the weights themselves say, and what a configuration implies."""

from truename.architecture.abstract import AbstractArchitecture, Block, BlockVariant, Layer, Operation
from truename.architecture.build import abstract_architecture
from truename.architecture.formula import declared_measures
from truename.architecture.measure import measure
from truename.architecture.signatures import known_model_types

__all__ = [
    "AbstractArchitecture",
    "Block",
    "BlockVariant",
    "Layer",
    "Operation",
    "abstract_architecture",
    "declared_measures",
    "known_model_types",
    "measure",
]
