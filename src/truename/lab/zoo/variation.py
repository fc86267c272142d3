"""Configurations of one class: the default, and variations of it by seed, from what its keys stand for.

A variation is a set of changes by path into the nested configuration: ``("text_config", "hidden_size")``.
The bolder come first; a class that cannot be built with them is tried with a part of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from truename.lab.zoo.fact_tables import table

Path = tuple[str, ...]
Changes = dict[Path, Any]

_PLENTY = 600  # expert tensors in a default configuration above which a variation is kept shallow
_LABELS = ("num_labels",)


def variations(default: Mapping[str, Any], seed: str, config_id: int) -> Iterator[Changes]:
    """Changes to ``default``, from the full set to ever fewer: the caller takes the first that builds.

    Args:
        default: the default configuration as nested mappings.
        seed: class and seed, as text: the same text gives the same changes.
        config_id: 1 and above; each is another variation.
    """
    noise = random.Random(f"{seed}/{config_id}")
    levels = list(levels_of(default))
    width = _width(levels, noise)
    depth = _depth(levels, noise)
    vocabulary = _choices(levels, "vocabulary", noise, above=_last_token(levels))
    heads = _key_value(levels, noise, width) if config_id % 2 else {}
    feed = _feed_forward(levels, noise, width)
    experts = _choices(levels, "experts", noise) if noise.random() < 0.8 else {}
    small = {**_positions(levels, noise), **_stages(levels, noise), **_labels(noise)}
    switch = _switch(levels, noise) if config_id % 2 == 0 else {}
    tie = _tie(levels, noise) if config_id % 2 == 0 else {}
    core = {**width, **feed}
    for changes in (
        {**core, **heads, **depth, **vocabulary, **experts, **small, **switch, **tie},
        {**core, **heads, **depth, **vocabulary, **experts, **small, **tie},
        {**core, **depth, **vocabulary, **small},
        {**core, **depth, **small},
        {**width, **vocabulary, **small},
        {**depth, **feed, **vocabulary, **small},
        {**depth, **vocabulary},
        depth,
        feed,
        vocabulary,
        _labels(noise),
    ):
        if changes:
            yield changes


@cache
def roles() -> dict[str, frozenset[str]]:
    """The keys of configurations by what they stand for."""
    return {role: frozenset(keys) for role, keys in table("variation")["roles"].items()}


def _chosen(name: str) -> list[Any]:
    return list(table("variation")["choices"][name])


def levels_of(config: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The configuration and every configuration inside it."""
    yield path, config
    for key, value in config.items():
        if isinstance(value, Mapping) and "model_type" in value:
            yield from levels_of(value, (*path, key))


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 1


def _width(levels: list[tuple[Path, Mapping[str, Any]]], noise: random.Random) -> Changes:
    """Every width by one factor, over all levels, so that what must be equal stays so; heads go with it half the time.

    A head size that is a key of its own stays. The factor is the first that leaves whole numbers of heads.
    """
    factors = [Fraction(f) for f in _chosen("factors")]
    noise.shuffle(factors)
    with_heads = noise.random() < 0.6
    for factor in factors:
        changes = _scaled(levels, factor, with_heads)
        if changes is not None:
            return changes
    return {}


def _scaled(levels: list[tuple[Path, Mapping[str, Any]]], factor: Fraction, with_heads: bool) -> Changes | None:
    changes: Changes = {}
    for path, level in levels:
        scaled = ("width", "heads", "key_value") if with_heads else ("width",)
        for key, value in level.items():
            role = next((r for r in scaled if key in roles()[r]), None)
            if role is None:
                continue
            new = _times(value, factor, 8 if role == "width" else 1)
            if new is None and role == "key_value":
                continue
            if new is None and _scalable(value):
                return None
            if new is not None:
                changes[(*path, key)] = new
        if not _divides(level, path, changes):
            return None
    return changes


def _scalable(value: Any) -> bool:
    return _is_size(value) or (isinstance(value, list | tuple) and bool(value) and all(map(_is_size, value)))


def _times(value: Any, factor: Fraction, multiple: int) -> Any:
    """``value`` times ``factor``, for a number or a list of them; None where it would not be a sound size."""
    if _is_size(value):
        new = value * factor
        sound = new.denominator == 1 and new >= 1 and (int(new) % multiple == 0 or value % multiple != 0)
        return int(new) if sound else None
    if isinstance(value, list | tuple) and value and all(map(_is_size, value)):
        several = [_times(v, factor, multiple) for v in value]
        return None if None in several else several
    return None


def _divides(level: Mapping[str, Any], path: Path, changes: Changes) -> bool:
    """Whether heads still divide the width, and key-value heads the heads."""
    now = {key: changes.get((*path, key), value) for key, value in level.items()}
    sizes = [now[k] for k in ("hidden_size", "d_model", "n_embd", "embed_dim", "dim") if _is_size(now.get(k))]
    heads = [now[k] for k in roles()["heads"] if _is_size(now.get(k))]
    if sizes and any(sizes[0] % head or (sizes[0] // head) % 2 for head in heads):
        return bool(_is_size(now.get("head_dim")))
    shared = [now[k] for k in roles()["key_value"] if _is_size(now.get(k))]
    return not (heads and any(head % one for head in heads for one in shared))


def _depth(levels: list[tuple[Path, Mapping[str, Any]]], noise: random.Random) -> Changes:
    changes: Changes = {}
    for path, level in levels:
        tensors = max((v for k, v in level.items() if k in roles()["experts"] and _is_size(v)), default=1)
        keys = [k for k in level if k in roles()["depth"] and _is_size(level[k])]
        for key in keys:
            old = level[key]
            # mostly shallow, which costs less: defaults and released configurations are as deep as they are
            options = [old, max(2, old // 2), min(old, 4), min(old, 6), min(old, 8), min(old, 12)]
            new = noise.choice(options)
            if tensors * old * 3 > _PLENTY:
                new = min(new, noise.choice([4, 5, 6, 8]))
            if new != old:
                changes[(*path, key)] = new
    return changes


def _last_token(levels: list[tuple[Path, Mapping[str, Any]]]) -> int:
    """The largest id of a special token: a smaller vocabulary would not hold it."""
    return max(
        (v for _, level in levels for k, v in level.items() if k.endswith("token_id") and _is_size(v)), default=0
    )


def _stages(levels: list[tuple[Path, Mapping[str, Any]]], noise: random.Random) -> Changes:
    """Depths by stage, each a little off, and factors of width: what convolutional networks have."""
    changes: Changes = {}
    for path, level in levels:
        for key, value in level.items():
            if key in roles()["stages"] and isinstance(value, list | tuple) and all(isinstance(v, int) for v in value):
                changes[(*path, key)] = [max(1, v + noise.choice([-1, 0, 0, 1, 2])) for v in value]
            if key in roles()["multiplier"] and isinstance(value, float):
                changes[(*path, key)] = noise.choice(_chosen("multiplier"))
    return changes


def _choices(levels: list[tuple[Path, Mapping[str, Any]]], role: str, noise: random.Random, above: int = 0) -> Changes:
    """The same new value for a role, larger than ``above``, at every level where it had one value."""
    options = [value for value in _chosen(role) if value > above] or [64 * (above // 64 + n) for n in (1, 2, 8, 64)]
    picked: dict[int, int] = {}
    changes: Changes = {}
    for path, level in levels:
        for key, value in level.items():
            if key in roles()[role] and _is_size(value) and (role != "vocabulary" or value > 1000):
                picked.setdefault(value, noise.choice(options))
                changes[(*path, key)] = picked[value]
    return changes


def _key_value(levels: list[tuple[Path, Mapping[str, Any]]], noise: random.Random, width: Changes) -> Changes:
    changes: Changes = {}
    for path, level in levels:
        now = {key: width.get((*path, key), value) for key, value in level.items()}
        heads = next((now[k] for k in roles()["heads"] if _is_size(now.get(k))), None)
        for key in level:
            if heads and key in roles()["key_value"]:
                changes[(*path, key)] = noise.choice([n for n in (1, 2, 4, 8, heads) if heads % n == 0])
    return changes


def _feed_forward(levels: list[tuple[Path, Mapping[str, Any]]], noise: random.Random, width: Changes) -> Changes:
    factor = Fraction(noise.choice(_chosen("feed_forward")))
    changes: Changes = {}
    for path, level in levels:
        for key, value in level.items():
            if key in roles()["feed_forward"]:
                new = _times(width.get((*path, key), value), factor, 16)
                if new is not None:
                    changes[(*path, key)] = new
    return changes


def _positions(levels: list[tuple[Path, Mapping[str, Any]]], noise: random.Random) -> Changes:
    changes: Changes = {}
    for path, level in levels:
        for role, likely in (("positions", 0.5), ("image", 0.4)):
            for key, value in level.items():
                if key in roles()[role] and _is_size(value) and noise.random() < likely:
                    changes[(*path, key)] = noise.choice(_chosen(role))
    return changes


def _labels(noise: random.Random) -> Changes:
    return {_LABELS: noise.choice(_chosen("labels"))}


def _switch(levels: list[tuple[Path, Mapping[str, Any]]], noise: random.Random) -> Changes:
    known = set(_chosen("switches"))
    found = [
        ((*path, key), not value)
        for path, level in levels
        for key, value in sorted(level.items(), key=lambda item: item[0])
        if key in known and isinstance(value, bool)
    ]
    return dict([noise.choice(found)]) if found else {}


def _tie(levels: list[tuple[Path, Mapping[str, Any]]], noise: random.Random) -> Changes:
    tied = bool(levels[0][1].get("tie_word_embeddings", True))
    new = not tied if noise.random() < 0.7 else tied
    return {(*path, "tie_word_embeddings"): new for path, level in levels if not path or "vocab_size" in level}
