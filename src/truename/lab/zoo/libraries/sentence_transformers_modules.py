"""sentence-transformers: modules that keep weights of their own beside the encoder, as their folders hold them.

Pooling and Normalize have none. An encoder inside such a repository is one of transformers' base classes; the
entries here are the other modules' files, and encoders that the library brings itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from truename.errors import MissingExtraError
from truename.lab.zoo.entry import Entry, Specs, rows_of
from truename.lab.zoo.fact_tables import table
from truename.lab.zoo.unit import Unit

NAME = "sentence-transformers"


class SentenceTransformersModules:
    """Writes the modules' tensors from their sizes."""

    name = NAME

    def version(self) -> str:
        """The installed version; where it is not installed, that of the table."""
        try:
            from importlib.metadata import PackageNotFoundError, version

            return version(NAME)
        except PackageNotFoundError as error:
            raise MissingExtraError("the zoo's modules of sentence-transformers", "zoo") from error

    def units(self) -> list[Unit]:
        """One unit a module with weights."""
        modules = table("sentence_transformers")["module"]
        return [Unit(NAME, name, f"{NAME}/{name}", module["task"]) for name, module in modules.items()]

    def build(self, unit: Unit, config_id: int, seed: int) -> Iterator[Entry]:
        """One entry a configuration."""
        module = table("sentence_transformers")["module"][unit.class_name]
        noise = random.Random(f"{unit.class_name}/{seed}/{config_id}")
        sizes: dict[str, int] = {name: noise.choice(values) for name, values in module["sizes"].items()}
        yield Entry(
            NAME, self.version(), unit.class_name, unit.model_type, unit.class_name, unit.task, config_id, seed,
            "saved", sizes, rows_of(_specs(module["tensors"], sizes)),
        )  # fmt: skip


def _specs(tensors: dict[str, list[Any]], sizes: dict[str, int]) -> Specs:
    return {
        name: ("F32", tuple(sizes[d] if isinstance(d, str) else int(d) for d in shape))
        for name, shape in tensors.items()
    }
