"""Whether the files hold a part of a model and no whole one: a draft, a projector, a tower.

A draft model guesses tokens ahead for a larger one and is named after it. A projector joins a tower to a language
model. Both are published by themselves, with the configuration of the model that they belong to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from truename.architecture.model_config import settings
from truename.compiled_tables import table
from truename.declared.declared import Declared
from truename.facts import MODEL_PART, Fact, Origin
from truename.formats.header import Tensor, WeightsHeader

DRAFT, PROJECTOR, VISION, AUDIO = "draft", "projector", "vision tower", "audio tower"

_MOST_LAYERS = 12  # of a draft; a whole model with heads of a draft beside it has more
_MOST_KINDS = 4_096  # tensors that are looked at; a part has tens or hundreds
_LAYER = re.compile(r"(?:^|\.)layers\.(\d{1,4})\.")


def part_facts(header: WeightsHeader | None, declared: Declared, *, known: bool = False) -> Iterator[Fact[str]]:
    """Which part of a model the tensors are, and which the configuration says.

    Args:
        header: the tensors, where they were read.
        declared: the configuration.
        known: the tensors are exactly those of a known type, and so of no draft.
    """
    if header is not None and header.tensors:
        found = _of_gguf(header) if header.format == "gguf" else _of_tensors(header.tensors, declared, known)
        if found is not None:
            part, example = found
            file = header.files[0] if len(header.files) == 1 else None
            yield Fact(MODEL_PART, part, Origin.WEIGHTS, file, example)
    if (said := _declared_draft(declared)) is not None and declared.config is not None:
        yield Fact(MODEL_PART, DRAFT, Origin.DECLARED, declared.config.file, said)


def _of_gguf(header: WeightsHeader) -> tuple[str, str] | None:
    said = header.metadata
    if said.get("general.type") == "mmproj" or said.get("general.architecture") == "clip":
        return PROJECTOR, "general.type mmproj of the GGUF file, or its architecture clip"
    return None


def _of_tensors(tensors: Mapping[str, Tensor], declared: Declared, known: bool) -> tuple[str, str] | None:
    if len(tensors) > _MOST_KINDS:
        return None
    names = list(tensors)
    if not known and (example := _draft(names, tensors)) is not None:
        return DRAFT, example
    whole = _words("configured", "whole")
    configured = declared.config is not None and any(declared.config.data.get(key) for key in whole)
    for key, part in (("projector", PROJECTOR), ("vision", VISION), ("audio", AUDIO)):
        if _all_of(key, names, configured=configured):
            return part, names[0]
    return None


def _draft(names: Sequence[str], tensors: Mapping[str, Tensor]) -> str | None:
    """A name that shows the draft; None for a whole model, which may have the heads of a draft beside its own."""
    for pattern, needed in _heads():
        if all(map(pattern.fullmatch, names)) and (example := next((n for n in names if needed in n), None)):
            return example
    layers = {number for name in names if (number := _layer(name)) is not None}
    if len(layers) > _MOST_LAYERS:
        return None
    telling = _words("draft", "components")
    for name in names:
        if not telling.isdisjoint(name.split(".")):
            return name
    if layers and layers == {_layer(name) for name in names if _predicts(name)}:
        return next(filter(_predicts, names))
    return _joined(tensors) if 0 in layers else None


def _joined(tensors: Mapping[str, Tensor]) -> str | None:
    """The layer of EAGLE that joins states of the other model to one: its inputs are a multiple of its outputs."""
    for name in ("fc.weight", "model.fc.weight"):
        tensor = tensors.get(name)
        if tensor is None or tensor.shape is None or len(tensor.shape) != 2:
            continue
        out, into = tensor.shape
        if out and into % out == 0 and into >= 2 * out and any(_is_norm(n, t, out) for n, t in tensors.items()):
            return name
    return None


def _is_norm(name: str, tensor: Tensor, width: int) -> bool:
    return "norm" in name and tensor.shape == (width,)


def _layer(name: str) -> int | None:
    found = _LAYER.search(name)
    return None if found is None else int(found[1])


def _predicts(name: str) -> bool:
    return not _words("draft", "prediction").isdisjoint(name.split("."))


def _all_of(key: str, names: Sequence[str], *, configured: bool) -> bool:
    """Whether every tensor is of that part; names that whole models have too need a configuration of more than it."""
    rules = table("architecture/fragments")[key]
    components, beside = frozenset(rules["components"]), frozenset(rules.get("beside", ()))
    ambiguous = frozenset(rules.get("ambiguous", ()))
    found: set[str] = set()
    for name in names:
        first = [word for word in name.split(".")[:3] if word in components]
        if first:
            found.add(first[0])
        elif beside.isdisjoint(name.split(".")):
            return False
    return bool(found) and (configured or not found <= ambiguous)


def _declared_draft(declared: Declared) -> str | None:
    """What in the configuration says that the model is a draft, for people."""
    view = settings(declared)
    rules = table("architecture/fragments")["draft"]
    for key in rules["keys"]:
        if _is_said(view.top.get(key)):
            return str(key)
    classes = view.top.get("architectures")
    named = [name for name in classes if isinstance(name, str)] if isinstance(classes, list) else []
    for key, text in (*(("architectures", name) for name in named), ("model_type", view.model_type or "")):
        if any(word in text.lower() for word in rules["words"]):
            return f"{key}: {text[:80]}"
    return None


def _is_said(value: Any) -> bool:
    return value not in (None, False, 0, "", [], {})


@cache
def _words(key: str, list_: str) -> frozenset[str]:
    return frozenset(table("architecture/fragments")[key][list_])


@cache
def _heads() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), needed) for pattern, needed in table("architecture/fragments")["draft"]["heads"])
