"""transformers: every class of its automatic mappings, as saved."""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from truename.errors import MissingExtraError
from truename.lab.zoo.entry import Entry, rows_of
from truename.lab.zoo.fact_tables import table
from truename.lab.zoo.libraries.quiet import quiet
from truename.lab.zoo.meta import meta_device
from truename.lab.zoo.published import releases_of, settings_of
from truename.lab.zoo.saved import saved_layouts
from truename.lab.zoo.switches import choices_of, shallow, switches
from truename.lab.zoo.unit import Unit
from truename.lab.zoo.variation import Changes, variations
from truename.lab.zoo.vision_operators import define_missing_operators

_PATTERNS = 1 << 16
_FACTS = 40  # keys of a configuration kept with an entry
_SUFFIX = "_MAPPING_NAMES"
NAME = "transformers"


class TransformersModels:
    """Builds classes of transformers on the meta device."""

    name = NAME
    _plain: tuple[str, Any] = ("", None)  # the shallow default of the unit at work, as switches are compared with it

    def version(self) -> str:
        """The installed version."""
        return str(_transformers().__version__)

    def units(self) -> list[Unit]:
        """One unit for each class and model_type that the mappings bring together."""
        from transformers.models.auto import modeling_auto

        _transformers()
        tasks = table("tasks")["mappings"]
        found: dict[tuple[str, str], Unit] = {}
        for mapping, task in tasks.items():
            for model_type, names in (getattr(modeling_auto, mapping + _SUFFIX, None) or {}).items():
                for class_name in (names,) if isinstance(names, str) else names:
                    unit = Unit(NAME, class_name, model_type, task, len(_released(class_name, model_type)))
                    found.setdefault((class_name, model_type), unit)
        with quiet():
            found = _with_releases_and_switches(found)
        composites = table("recipes")["composites"]
        for class_name, parts in composites.items():
            others = len(parts.get("alternatives", ()))
            found[class_name, parts["model_type"]] = Unit(NAME, class_name, parts["model_type"], parts["task"], others)
        return sorted(found.values(), key=lambda unit: (unit.model_type, unit.class_name))

    def build(self, unit: Unit, config_id: int, seed: int) -> Iterator[Entry]:
        """The layouts of one configuration; raises what transformers raises."""
        with quiet():
            entries = list(self._build(unit, config_id, seed))
        return iter(entries)

    def _build(self, unit: Unit, config_id: int, seed: int) -> Iterator[Entry]:
        model_class = getattr(_transformers(), unit.class_name)
        listed = unit.released - unit.known
        if config_id <= listed:
            yield from self._entries(unit, model_class, _start(unit, model_class, config_id), config_id, seed)
            return
        if config_id <= unit.released:
            release = releases_of(unit.model_type)[config_id - listed - 1]
            default = _start(unit, model_class, 0)
            config = _changed(default, settings_of(release, default.to_dict()))
            yield from self._entries(unit, model_class, config, config_id, seed, release.id)
            return
        if config_id <= unit.released + unit.switched:
            yield from self._switched(unit, model_class, config_id - unit.released - 1, config_id, seed)
            return
        error: Exception | None = None
        number = config_id - unit.switched - unit.known
        noise = random.Random(f"{unit.class_name}/{unit.model_type}/{seed}/{number}")
        start = _start(unit, model_class, noise.randrange(listed + 1))
        for changes in variations(start.to_dict(), f"{unit.class_name}/{seed}", number):
            try:
                config = _changed(start, changes)
                yield from self._entries(unit, model_class, config, config_id, seed)
                return
            except Exception as caught:  # noqa: BLE001 - a configuration that does not fit: fewer changes are tried
                error = caught
        if error is not None:
            raise error

    def _switched(self, unit: Unit, model_class: Any, number: int, config_id: int, seed: int) -> Iterator[Entry]:
        """One switch of a shallow default, where a shape hangs on it; nothing where the class refuses it."""
        start = _start(unit, model_class, 0)
        data = start.to_dict()
        base = shallow(data)
        changes = switches(data, choices_of(type(start)))[number]
        try:
            config = _changed(start, base | changes)
            with meta_device():
                shapes = _shapes(model_class(config))
        except Exception:  # a class refuses a switch in whatever way its code happens to fail; its default may not
            if not number:
                raise
            return
        if not number:
            self._plain = (unit.key, shapes)
        elif self._plain == (unit.key, shapes):
            return
        yield from self._entries(unit, model_class, config, config_id, seed)

    def _entries(
        self, unit: Unit, model_class: Any, config: Any, config_id: int, seed: int, release: str | None = None
    ) -> Iterator[Entry]:
        with meta_device():
            model = model_class(config)
        layouts = [(layout, rows_of(specs)) for layout, specs in saved_layouts(model)]
        model_type = unit.model_type if isinstance(config, _mapped(unit) or ()) else config.model_type
        for layout, rows in layouts:
            if rows:
                yield Entry(
                    NAME, self.version(), unit.class_name, model_type, unit.class_name, unit.task, config_id, seed,
                    layout, facts(config.to_dict()) | ({"release": release} if release else {}), rows,
                )  # fmt: skip


# Which class of a model type stands for it: the first of these ends that one of its classes has.
_STANDING = (
    "ForConditionalGeneration", "ForCausalLM", "ForMaskedLM", "ForPreTraining", "LMHeadModel", "ForCTC",
    "ForImageClassification", "Model",
)  # fmt: skip


def _with_releases_and_switches(units: Mapping[tuple[str, str], Unit]) -> dict[tuple[str, str], Unit]:
    """``units``, where the class that stands for a model type is built with known releases and single switches too."""
    standing: dict[str, Unit] = {}
    for unit in units.values():
        other = standing.get(unit.model_type)
        if other is None or _rank(unit) < _rank(other):
            standing[unit.model_type] = unit
    found = dict(units)
    for unit in standing.values():
        known = len(releases_of(unit.model_type))
        found[unit.class_name, unit.model_type] = msgspec.structs.replace(
            unit, released=unit.released + known, known=known, switched=_switch_count(unit)
        )
    return found


def _rank(unit: Unit) -> int:
    return next((at for at, end in enumerate(_STANDING) if unit.class_name.endswith(end)), len(_STANDING))


def _switch_count(unit: Unit) -> int:
    try:
        start = _start(unit, getattr(_transformers(), unit.class_name), 0)
        return len(switches(start.to_dict(), choices_of(type(start))))
    except Exception:  # noqa: BLE001 - a default that is not complete: building the unit says so
        return 0


def _shapes(model: Any) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items() if hasattr(tensor, "shape")}


def facts(config: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """The numbers and switches of a configuration, nested ones too: enough to say why a shape is what it is."""
    kept: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, Mapping) and "model_type" in value and depth < 2:
            kept[key] = facts(value, depth + 1)
        elif isinstance(value, int) and len(kept) < _FACTS and not key.startswith(_IDLE) and not key.endswith("_id"):
            kept[key] = value
    if depth and config.get("model_type"):
        kept["model_type"] = config["model_type"]
    return kept


_IDLE = ("output_", "use_cache", "return_", "is_encoder", "chunk_size", "_", "transformers")


@cache
def _roomy_patterns() -> None:
    """Let ``re`` keep more patterns: transformers' conversions try thousands in turn, by text, for every tensor.

    With the usual 512, each is compiled again for each tensor, which takes most of the time of large mixtures.
    """
    if hasattr(re, "_MAXCACHE"):
        re._MAXCACHE = _PATTERNS


def _transformers() -> Any:
    _roomy_patterns()
    try:
        define_missing_operators()
        import transformers
    except ImportError as error:
        raise MissingExtraError("the zoo's models of transformers", "zoo") from error
    return transformers


def _released(class_name: str, model_type: str) -> list[dict[str, Any]]:
    """The configurations of released models that the table holds for a class."""
    published: dict[str, list[dict[str, Any]]] = table("recipes")["published"]
    return published.get(class_name, published.get(model_type, []))


def _start(unit: Unit, model_class: Any, number: int) -> Any:
    """A configuration to start from: 0 is the default with what its recipe adds, others are released ones."""
    recipes = table("recipes")
    if unit.class_name in recipes["composites"]:
        return _composite(model_class, recipes["composites"][unit.class_name], number)
    own = model_class.config_class
    mapped = _mapped(unit)
    config_class = mapped if mapped is not None and (own is None or issubclass(mapped, own)) else own
    changes = recipes["changes"].get(unit.class_name, recipes["changes"].get(config_class.model_type, {}))
    released = _released(unit.class_name, unit.model_type)[number - 1] if number else {}
    return config_class(**changes | released)


def _mapped(unit: Unit) -> Any:
    """The configuration class that transformers maps the unit's model_type to; None where it knows none."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    with contextlib.suppress(KeyError):
        return CONFIG_MAPPING[unit.model_type]
    return None


def _composite(model_class: Any, recipe: Mapping[str, Any], number: int) -> Any:
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    chosen = recipe["alternatives"][number - 1] if number else recipe["parts"]
    parts = {
        name: CONFIG_MAPPING[model_type](**recipe.get(name, {})).to_dict() | {"model_type": model_type}
        for name, model_type in chosen.items()
    }
    return model_class.config_class(**parts)


def _changed(default: Any, changes: Changes) -> Any:
    """A configuration with ``changes``: what the class derives from them is derived anew."""
    data = default.to_dict()
    for path, value in changes.items():
        level = data
        for key in path[:-1]:
            level = level[key]
        old = level.get(path[-1])
        level[path[-1]] = value
        if isinstance(old, int) and not isinstance(old, bool) and old != value and "layer" in path[-1]:
            _refit(level, old, value)
    for key in ("transformers_version", "architectures", "dtype", "model_type", "id2label", "label2id"):
        data.pop(key, None)
    return type(default)(**data)


def _refit(level: dict[str, Any], old: int, new: int) -> None:
    """Lists with one item a layer are cut, or go on as they began."""
    for key, value in level.items():
        if isinstance(value, list) and len(value) == old and old > 4:
            level[key] = [value[i % old] for i in range(new)]
