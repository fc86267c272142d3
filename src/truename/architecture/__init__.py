"""Header -> abstract architecture -> measures: what the weights themselves say, and what a configuration implies."""

from truename.architecture.abstract import AbstractArchitecture, Block, BlockVariant, Layer, Operation
from truename.architecture.adapters import adapter_facts, holds_only_adapter
from truename.architecture.build import abstract_architecture
from truename.architecture.canonical import canonical_header
from truename.architecture.formula import declared_measures
from truename.architecture.fragments import part_facts
from truename.architecture.gguf import gguf_file_facts
from truename.architecture.image_models import image_facts
from truename.architecture.measure import measure
from truename.architecture.parts import is_weight_of_model
from truename.architecture.signatures import known_model_types

__all__ = [
    "AbstractArchitecture",
    "Block",
    "BlockVariant",
    "Layer",
    "Operation",
    "abstract_architecture",
    "adapter_facts",
    "canonical_header",
    "declared_measures",
    "gguf_file_facts",
    "holds_only_adapter",
    "image_facts",
    "is_weight_of_model",
    "known_model_types",
    "measure",
    "part_facts",
]
