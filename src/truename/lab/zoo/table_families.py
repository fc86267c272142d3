"""Written families: tables of tensors, released configurations and variations of them -> rows."""

from __future__ import annotations

import math
import random
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from truename.lab.zoo.entry import TensorRow, merged

_FOLDER = Path(__file__).parent / "families"
_TERM = re.compile(r"[+-]?[^+-]+")
_BUFFERS = "buffers"  # the switch of rows that older versions wrote
_VOCABULARIES = (32000, 50304, 64000, 65024, 100352, 103168, 128256, 151936)
Dims = dict[str, int]  # sizes by letter, switches as 0 and 1


class WrittenFamily(msgspec.Struct, frozen=True, rename={"class_name": "class"}):
    """One class of one family."""

    model_type: str
    class_name: str  # of the table; ``architecture`` is what config.json says, where several rows share it
    task: str
    dims: list[dict[str, int | bool]]
    architecture: str = ""
    prefix: str = ""
    vision_prefix: str = ""
    conv_prefix: str = ""
    bundles: list[str] = []
    rows: list[str] = []
    scale: bool = True  # whether its sizes may be scaled: not where one hangs on another by rounding


class _Row(msgspec.Struct, frozen=True):
    template: str
    shape: tuple[str, ...]
    loops: tuple[str, ...]
    switch: str | None


@cache
def written_families() -> tuple[WrittenFamily, ...]:
    """Every family of the tables, by file and position."""
    found: list[WrittenFamily] = []
    for path in sorted(_FOLDER.glob("*.toml")):
        found += msgspec.convert(_load(path.name).get("family", []), list[WrittenFamily])
    return tuple(found)


def written_rows(
    family: WrittenFamily, config_id: int, seed: int
) -> Iterator[tuple[str, dict[str, int], tuple[TensorRow, ...]]]:
    """Layout, dimensions and rows of one configuration: released ones first, then variations of them by seed."""
    if config_id < len(family.dims):
        dims = {key: int(value) for key, value in family.dims[config_id].items()}
    else:
        dims = _varied(family, random.Random(f"{family.class_name}/{family.model_type}/{seed}/{config_id}"))
    full = _complete(dims)
    rows = _rows(family, full)
    yield "saved", dims, rows
    buffered = _rows(family, full | {_BUFFERS: 1})
    if buffered != rows:
        yield _BUFFERS, dims, buffered


def _varied(family: WrittenFamily, noise: random.Random) -> Dims:
    dims = {key: int(value) for key, value in noise.choice(family.dims).items()}
    if family.scale:
        eighths = noise.choice([2, 4, 6, 10, 12, 16])
        if all(dims[key] * eighths % (8 * 8) == 0 for key in ("H", "A", "F") if dims.get(key, 1) > 1 and key != "A"):
            heads = dims["A"] * eighths
            if heads % 8 == 0:
                dims |= {key: dims[key] * eighths // 8 for key in ("H", "A", "F") if key in dims}
        if "K" in dims:
            dims["K"] = noise.choice([k for k in {1, 2, 4, 8, dims["K"]} if dims["A"] % k == 0] or [dims["A"]])
    for key in ("L", "VL", "L2"):
        if key in dims:
            dims[key] = max(3, dims[key] + noise.choice([-8, -4, -2, 2, 4, 8]))
    if "V" in dims:
        dims["V"] = noise.choice(_VOCABULARIES)
    return dims


def _complete(dims: Dims) -> Dims:
    """What follows from other dimensions where nothing says it."""
    full = dict(dims)
    if "A" in full and "H" in full:
        full.setdefault("D", full["H"] // full["A"])
        full.setdefault("K", full["A"])
        full.setdefault("R", full["D"] // 2)
    return full


def _rows(family: WrittenFamily, dims: Dims) -> tuple[TensorRow, ...]:
    rows = []
    for row in _parsed(family.class_name, family.model_type):
        if row.switch and bool(dims.get(row.switch.removeprefix("!"))) is row.switch.startswith("!"):
            continue
        shape = tuple(_value(part, dims) for part in row.shape)
        rows.append(TensorRow(row.template, "F32", shape, ",".join(_range(loop, dims) for loop in row.loops)))
    return merged(rows)


@cache
def _parsed(class_name: str, model_type: str) -> tuple[_Row, ...]:
    family = next(f for f in written_families() if (f.class_name, f.model_type) == (class_name, model_type))
    bundles: Mapping[str, list[str]] = _load("bundles.toml")["bundle"]
    lines = [line for name in family.bundles for line in bundles[name]] + family.rows
    prefixes = {"{p}": family.prefix, "{v}": family.vision_prefix, "{n}": family.conv_prefix}
    for mark, prefix in prefixes.items():
        lines = [line.replace(mark, prefix) for line in lines]
    return tuple(map(_parse, lines))


def _parse(line: str) -> _Row:
    """One line of a table: ``template = shape @ loops ? switch``; literal numbers in a template become ``#``."""
    template, _, rest = line.partition(" =")
    rest, _, switch = rest.partition(" ? ")
    shape, at, loops = rest.partition("@")
    given = [p.strip() for p in loops.split(",") if p.strip()] if at else ["L"] * template.count("#")
    parts, axes = [], iter(given)
    for part in template.split("."):
        if part.isdigit():
            parts.append("#")
        else:
            parts.append(part)
    loop = [f"={p}" if p.isdigit() else next(axes) for p in template.split(".") if p.isdigit() or p == "#"]
    sizes = tuple(p.strip() for p in shape.split(",") if p.strip())
    return _Row(".".join(parts), sizes, tuple(loop), switch.strip() or None)


def _range(loop: str, dims: Dims) -> str:
    """A loop as the indices of a row: ``L`` is 0 to L-1, ``1..L`` both ends in, ``=L`` that number alone."""
    if loop.startswith("="):
        return str(_value(loop[1:], dims))
    low, dots, high = loop.partition("..")
    first, last = (_value(low, dims), _value(high, dims)) if dots else (0, _value(loop, dims) - 1)
    return str(first) if first == last else f"{first}-{last}"


def _value(expression: str, dims: Dims) -> int:
    """A sum or difference of products of dimensions and numbers: ``A*D+2*K*D``."""
    total = 0
    for term in _TERM.findall(expression.replace(" ", "")):
        factors = term.lstrip("+-").split("*")
        product = math.prod(int(f) if f.isdigit() else dims[f] for f in factors)
        total += -product if term.startswith("-") else product
    return total


@cache
def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))
