"""timm: every architecture that it registers, as its own ``state_dict``, which is what it writes.

The registry is itself a list of configurations; variations add other heads, and, for the families with few
architectures, other image sizes, widths and depths where the architecture takes them.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from truename.errors import MissingExtraError
from truename.lab.zoo.entry import Entry, Specs, rows_of
from truename.lab.zoo.libraries.quiet import quiet
from truename.lab.zoo.meta import meta_device
from truename.lab.zoo.saved import dtype_word
from truename.lab.zoo.unit import Unit
from truename.lab.zoo.vision_operators import define_missing_operators

NAME = "timm"
_CLASSES = (1000, 0, 10, 21841, 100, 2, 37, 12)
_TASK, _HEADLESS = "image-classification", "image-feature-extraction"
_REBUILT = 2  # of the variations: those that are built anew; the others change the head only
_FEW = 6  # architectures of a family from which on the registry itself varies enough


class TimmModels:
    """Builds architectures of timm on the meta device."""

    name = NAME

    def __init__(self) -> None:
        self._last: tuple[str, Any, Specs] | None = None  # the default of the unit at work
        self._families: Counter[str] = Counter()  # how many architectures each has

    def version(self) -> str:
        """The installed version."""
        return str(_timm().__version__)

    def units(self) -> list[Unit]:
        """One unit an architecture; its family is the module that defines it."""
        with quiet():
            timm = _timm()
            return [Unit(NAME, name, _family(timm, name), _TASK) for name in sorted(timm.list_models())]

    def build(self, unit: Unit, config_id: int, seed: int) -> Iterator[Entry]:
        """One entry a configuration; raises what timm raises."""
        with quiet():
            noise = random.Random(f"{unit.class_name}/{seed}/{config_id}")
            model, specs = self._default(unit.class_name)
            config: dict[str, Any] = {"num_classes": int(getattr(model, "num_classes", 0) or 0)}
            if 0 < config_id <= _REBUILT and self._members()[unit.model_type] < _FEW:
                changed = _rebuilt(unit.class_name, model, noise)
                if changed is not None:
                    model, specs, config = changed
            if config_id:
                config["num_classes"] = _CLASSES[config_id % len(_CLASSES)]
                specs = _headed(model, specs, config["num_classes"])
            task = _TASK if config["num_classes"] else _HEADLESS
            rows = rows_of(specs)
        yield Entry(
            NAME, self.version(), type(model).__name__, unit.model_type, unit.class_name, task, config_id, seed,
            "saved", config, rows,
        )  # fmt: skip

    def _members(self) -> Counter[str]:
        if not self._families:
            timm = _timm()
            self._families.update(_family(timm, name) for name in timm.list_models())
        return self._families

    def _default(self, name: str) -> tuple[Any, Specs]:
        if self._last is None or self._last[0] != name:
            model, specs = _built(name)
            self._last = (name, model, specs)
        return self._last[1], self._last[2]


def _timm() -> Any:
    try:
        define_missing_operators()
        import timm
    except ImportError as error:
        raise MissingExtraError("the zoo's models of timm", "zoo") from error
    return timm


def _family(timm: Any, name: str) -> str:
    """The module of an architecture, as timm/resnet: transformers has families of the same names."""
    return "timm/" + str(timm.model_entrypoint(name).__module__).rpartition(".")[2]


def _built(name: str, **changes: Any) -> tuple[Any, Specs]:
    with meta_device():
        model = _timm().create_model(name, pretrained=False, **changes)
    return model, {k: (dtype_word(v.dtype), tuple(v.shape)) for k, v in model.state_dict().items()}


def _rebuilt(name: str, model: Any, noise: random.Random) -> tuple[Any, Specs, dict[str, Any]] | None:
    """The architecture at another width, depth or image size: the first that it takes."""
    for changes in _candidates(model, noise):
        try:
            other, specs = _built(name, **changes)
        except Exception:  # noqa: BLE001 - an architecture that does not take the change: the next is tried
            continue
        return other, specs, {k: list(v) if isinstance(v, tuple) else v for k, v in changes.items()}
    return None


def _candidates(model: Any, noise: random.Random) -> Iterator[Mapping[str, Any]]:
    blocks, stages = getattr(model, "blocks", None), getattr(model, "stages", None)
    image = {"img_size": noise.choice([192, 256, 288, 384, 448])}
    if isinstance(getattr(model, "embed_dim", None), int) and blocks is not None:
        heads = noise.choice([3, 4, 6, 8, 10, 12, 16])
        depth = noise.choice([4, 6, 8, 10, 12, 16, 24])
        yield {"embed_dim": 64 * heads, "num_heads": heads, "depth": depth, **image}
        yield {"embed_dim": 64 * heads, "num_heads": heads, "depth": depth}
        yield {"depth": depth}
    if stages is not None or hasattr(model, "layers") or hasattr(model, "layer1"):
        depths = tuple(noise.choice([(2, 2, 6, 2), (2, 2, 2, 2), (3, 4, 6, 3), (3, 3, 9, 3), (3, 4, 23, 3)]))
        base = noise.choice([32, 40, 48, 64, 80, 96, 128])
        yield {"depths": depths, "dims": tuple(base * 2**i for i in range(4))}
        yield {"depths": depths, "embed_dims": tuple(base * 2**i for i in range(4))}
        yield {"depths": depths, "embed_dim": base}
        yield {"layers": depths, "base_width": base}
        yield {"layers": depths}
        yield {"depths": depths}
    yield image
    yield {"in_chans": noise.choice([1, 4, 6])}


def _headed(model: Any, specs: Specs, classes: int) -> Specs:
    """``specs`` with another number of classes, or without a head, as ``reset_classifier`` makes them."""
    import torch

    names = getattr(model, "pretrained_cfg", {}).get("classifier") or ()
    heads = {f"{name}." for name in ((names,) if isinstance(names, str) else names)}
    old = int(getattr(model, "num_classes", 0) or 0)
    if not heads or not old:
        with torch.device("meta"):
            model.reset_classifier(classes)
        return {k: (dtype_word(v.dtype), tuple(v.shape)) for k, v in model.state_dict().items()}
    changed: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name, (dtype, shape) in specs.items():
        if any(name.startswith(head) for head in heads) and shape and shape[0] == old:
            if classes:
                changed[name] = (dtype, (classes, *shape[1:]))
        else:
            changed[name] = (dtype, shape)
    return changed
