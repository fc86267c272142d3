"""The laboratory's noun: a model whose labels are known, and its examples."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import msgspec

from truename.architecture import abstract_architecture
from truename.architecture.canonical import canonical_header
from truename.dara.features import features_of, features_of_shapes
from truename.formats.header import Tensor, WeightsHeader
from truename.lab.training.programs import Tensors
from truename.lab.training.prototypes import Example


class Specimen(msgspec.Struct, frozen=True):
    """A saved model whose labels are known."""

    model_type: str
    architecture: str
    task: str
    library: str
    layout: str
    class_name: str
    configuration: str  # of the class; all ways to write one are kin
    header: Callable[[], WeightsHeader]
    tensors: Callable[[], Tensors] = tuple  # template, shape and number of each kind of tensor
    release: str | None = None  # the known release whose configuration it has

    @property
    def group(self) -> tuple[str, str]:
        """The class: configurations of one are variations of each other."""
        return (self.class_name, self.architecture)

    def example(self) -> Example:
        """Its features, with names and without."""
        return example_of(self, self.header())


@cache
def derived_types() -> frozenset[str]:
    """Model types that are others under a name of their own; no classifier is to learn them."""
    return frozenset(tomllib.loads(Path(__file__).with_name("derived.toml").read_text("utf-8"))["model_types"])


def example_of(specimen: Specimen, header: WeightsHeader) -> Example:
    """The labels of ``specimen`` on the features of ``header``."""
    header = canonical_header(header)
    return Example(
        specimen.model_type,
        specimen.architecture,
        specimen.task,
        f"{specimen.class_name}:{specimen.architecture}:{specimen.configuration}",
        features_of(abstract_architecture(header)),
        features_of_shapes(shapes_in_order(header.tensors)),
    )


def shapes_in_order(tensors: Mapping[str, Tensor]) -> list[tuple[int, ...]]:
    """The shapes as a file has them that was sorted by name, as safetensors' writer does, before names were lost."""
    return [shape for name in sorted(tensors) if (shape := tensors[name].shape) is not None]
