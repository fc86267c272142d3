"""diffusers: every model class, with its default arguments, published ones and variations, as its ``state_dict``."""

from __future__ import annotations

import inspect
import random
from collections.abc import Iterator, Mapping
from typing import Any

from truename.errors import MissingExtraError
from truename.lab.zoo.entry import Entry, Specs, rows_of
from truename.lab.zoo.fact_tables import table
from truename.lab.zoo.libraries.quiet import quiet
from truename.lab.zoo.meta import meta_device
from truename.lab.zoo.saved import dtype_word
from truename.lab.zoo.unit import Unit
from truename.lab.zoo.vision_operators import define_missing_operators

NAME = "diffusers"
_SIZED = ("dim", "channels", "size", "width", "features")


class DiffusersModels:
    """Builds models of diffusers on the meta device."""

    name = NAME

    def version(self) -> str:
        """The installed version."""
        return str(_diffusers().__version__)

    def units(self) -> list[Unit]:
        """One unit a class; its model_type is the class, which is what diffusers' config.json says."""
        with quiet():
            diffusers = _diffusers()
            from diffusers.models.modeling_utils import ModelMixin

            classes = {n: getattr(diffusers, n, None) for n in sorted(dir(diffusers)) if n[:1].isupper()}
        skipped = table("diffusers")["skip"]
        return [
            Unit(NAME, name, name, _task(name), len(table("diffusers")["published"].get(name, ())))
            for name, made in classes.items()
            if isinstance(made, type)
            and issubclass(made, ModelMixin)
            and made is not ModelMixin
            and name not in skipped
        ]

    def build(self, unit: Unit, config_id: int, seed: int) -> Iterator[Entry]:
        """One entry a configuration: default, then published ones, then variations; raises what diffusers raises."""
        published = [dict(p) for p in table("diffusers")["published"].get(unit.class_name, [])]
        with quiet():
            model_class = getattr(_diffusers(), unit.class_name)
            base = table("diffusers")["changes"].get(unit.class_name, {})
            if config_id == 0:
                changes, specs = base, _built(model_class, base)
            elif config_id <= len(published):
                changes = published[config_id - 1]
                specs = _built(model_class, changes)
            else:
                start = random.Random(f"{unit.class_name}/{seed}/{config_id}").choice([base, *published])
                changes, specs = _varied(model_class, start, f"{unit.class_name}/{seed}/{config_id}")
            rows = rows_of(specs)
        yield Entry(
            NAME, self.version(), unit.class_name, unit.model_type, unit.class_name, unit.task, config_id, seed,
            "saved", dict(changes), rows,
        )  # fmt: skip


def _diffusers() -> Any:
    try:
        define_missing_operators()
        import diffusers
    except ImportError as error:
        raise MissingExtraError("the zoo's models of diffusers", "zoo") from error
    return diffusers


def _task(name: str) -> str:
    tasks: dict[str, str] = table("diffusers")["tasks"]
    return next(task for word, task in tasks.items() if word in name)


def _built(model_class: Any, changes: Mapping[str, Any]) -> Specs:
    with meta_device():
        model = model_class(**changes)
    return {k: (dtype_word(v.dtype), tuple(v.shape)) for k, v in model.state_dict().items()}


def _varied(model_class: Any, base: Mapping[str, Any], seed: str) -> tuple[dict[str, Any], Specs]:
    """The class with some sizes changed: all of them where that builds, else ever fewer."""
    noise = random.Random(seed)
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(model_class.__init__).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    } | dict(base)
    sizes = table("diffusers")["sizes"]
    changes = {name: noise.choice(sizes[name]) for name in sizes if isinstance(defaults.get(name), int)}
    channels = defaults.get("block_out_channels")
    if isinstance(channels, list | tuple) and channels:
        factor = noise.choice([0.5, 0.75, 1.5, 2.0])
        changes["block_out_channels"] = [max(32, int(c * factor) // 32 * 32) for c in channels]
    for name, value in defaults.items():  # sizes that the table does not name
        if name not in changes and isinstance(value, int) and value >= 64 and name.endswith(_SIZED):
            changes[name] = int(value * noise.choice([0.5, 2]))
    names = list(changes)
    noise.shuffle(names)
    error: Exception = ValueError("no size that could be changed")
    while names:
        chosen = dict(base) | {name: changes[name] for name in names}
        try:
            return chosen, _built(model_class, chosen)
        except Exception as caught:  # noqa: BLE001 - sizes that do not fit each other: fewer are tried
            error = caught
            names.pop()
    raise error
