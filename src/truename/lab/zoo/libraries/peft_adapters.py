"""peft: LoRA adapters of classes of transformers, which hold a few matrices beside each chosen linear layer.

Their labels are those of the model that they are for: an adapter alone says less than a model, and what it says of
its base is in the names and sizes of the layers that it changes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from truename.errors import MissingExtraError
from truename.lab.zoo.entry import Entry, TensorRow
from truename.lab.zoo.fact_tables import table
from truename.lab.zoo.libraries.quiet import quiet
from truename.lab.zoo.libraries.transformers_models import TransformersModels
from truename.lab.zoo.unit import Unit
from truename.lab.zoo.vision_operators import define_missing_operators

NAME = "peft"
_PREFIX = "base_model.model."
_DORA = 0.2  # share of adapters with a magnitude vector


class PeftAdapters:
    """Writes adapters over the classes that transformers builds."""

    name = NAME

    def __init__(self) -> None:
        self._models = TransformersModels()

    def version(self) -> str:
        """The installed version."""
        return str(_peft().__version__)

    def units(self) -> list[Unit]:
        """Classes with a head of the model types that peft or the table names targets for."""
        targets = _targets()
        heads = tuple(table("peft")["heads"])
        return [
            Unit(NAME, unit.class_name, unit.model_type, unit.task, unit.released)
            for unit in self._models.units()
            if unit.model_type in targets and unit.class_name.endswith(heads)
        ]

    def build(self, unit: Unit, config_id: int, seed: int) -> Iterator[Entry]:
        """One adapter over one configuration; raises what transformers raises."""
        noise = random.Random(f"{unit.class_name}/{unit.model_type}/{seed}/{config_id}")
        entries = list(self._models.build(unit, config_id, seed))
        base = next((e for e in entries if e.layout == "memory"), entries[0])
        rank = noise.choice(table("peft")["ranks"])
        default = _targets()[unit.model_type]
        targets = noise.choice([default, *table("peft")["sets"]])
        dora = noise.random() < _DORA
        rows = tuple(_adapted(base, targets, rank, dora))
        if not any(".lora_A." in row.template for row in rows):  # modules that this class has none of
            targets = default
            rows = tuple(_adapted(base, targets, rank, dora))
        config = {"r": rank, "target_modules": list(targets), "use_dora": dora, "base": dict(base.config)}
        if rows:
            yield Entry(
                NAME, self.version(), unit.class_name, base.model_type, unit.class_name, unit.task, config_id, seed,
                "lora", config, rows,
            )  # fmt: skip


def _adapted(base: Entry, targets: list[str], rank: int, dora: bool) -> Iterator[TensorRow]:
    """The rows of an adapter: A and B of every target; the whole head of a classifier."""
    turned = base.model_type in table("peft")["turned"]
    kept = tuple(table("peft")["saved"])
    for row in base.rows:
        module, _, role = row.template.rpartition(".")
        if module in kept:
            yield TensorRow(_PREFIX + row.template, row.dtype, row.shape, row.indices)
            continue
        wanted = "#" in module if targets == ["all-linear"] else module.rpartition(".")[2] in targets
        if role != "weight" or len(row.shape) != 2 or not wanted or "embed" in module:
            continue
        out, into = reversed(row.shape) if turned else row.shape
        yield TensorRow(f"{_PREFIX}{module}.lora_A.weight", row.dtype, (rank, into), row.indices)
        yield TensorRow(f"{_PREFIX}{module}.lora_B.weight", row.dtype, (out, rank), row.indices)
        if dora:
            yield TensorRow(f"{_PREFIX}{module}.lora_magnitude_vector", row.dtype, (out,), row.indices)


def _targets() -> dict[str, list[str]]:
    """The modules that an adapter changes by default, by model_type."""
    _peft()
    from peft.utils.constants import TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING as known

    listed = {key: list(value) for key, value in known.items() if isinstance(value, list)}
    more: dict[str, list[str]] = table("peft")["targets"]
    return more | listed


def _peft() -> Any:
    try:
        define_missing_operators()
        with quiet():
            import peft
    except ImportError as error:
        raise MissingExtraError("the zoo's adapters of peft", "zoo") from error
    return peft
