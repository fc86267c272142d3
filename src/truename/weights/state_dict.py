"""Find the weights in what a checkpoint holds: a mapping of tensors, often inside of others, or a whole module."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

import msgspec

from truename.weights import pickle_errors as faults
from truename.weights.pickle_globals import numpy_record
from truename.weights.pickled import Opaque, Record

MAX_TENSORS = 100_000
MAX_DEPTH = 8  # mappings inside of mappings that are looked into for the weights
MAX_NAME = 1_024  # characters
_MAX_SCALARS, _MAX_TEXT = 32, 200
_PARTS = ("_parameters", "_buffers", "_modules")  # where a module keeps its members


class FoundState(msgspec.Struct, frozen=True):
    """The mapping that was chosen."""

    path: tuple[str, ...]  # the keys that lead to it; empty for the whole
    records: dict[str, Record]
    notes: dict[str, str]  # texts and numbers beside the weights: epoch, arch ...


def find_state(path: str, root: Any) -> FoundState:
    """Choose the weights of a checkpoint.

    From the root on: where the keys of training programs (``state_dict.toml``) lead to more tensors than lie here
    directly, the largest of them is looked into; what is reached so is flattened, with dots between the keys.

    Raises:
        TooManyTensorsError: no real checkpoint has as many.
    """
    keys: list[str] = []
    node = root
    records = _flatten(path, node)
    while len(keys) < MAX_DEPTH and len(records):
        direct = sum(1 for _, value in _members(node) if _record(value) is not None)
        inner = dict(_members(node))
        below = {key: _flatten(path, inner[key]) for key in _table()["mappings"] if key in inner}
        best = max(below, key=lambda key: len(below[key]), default=None)
        if best is None or len(below[best]) <= direct:
            break
        node, records = inner[best], below[best]
        keys.append(best)
    return FoundState(tuple(keys), records, dict(_notes(root)))


@functools.cache
def _table() -> dict[str, tuple[str, ...]]:
    table = tomllib.loads(files("truename.weights").joinpath("state_dict.toml").read_text("utf-8"))
    return {key: tuple(words) for key, words in table.items()}


def _flatten(path: str, root: Any) -> dict[str, Record]:
    """The tensors below ``root`` by their dotted names. A container that is reached twice counts where it is first."""
    if type(root) is dict and all(type(value) is Record for value in root.values()) and len(root) <= MAX_TENSORS:
        return root
    skipped = _table()["skipped"]
    records: dict[str, Record] = {}
    seen = {id(root)}
    below: list[tuple[str, Iterator[tuple[str, Any]]]] = [("", iter(_members(root)))]
    while below:
        prefix, members = below[-1]
        for key, value in members:
            name = f"{prefix}{key}"
            if len(name) > MAX_NAME:
                continue
            if (record := _record(value)) is not None:
                records[name] = record
                if len(records) > MAX_TENSORS:
                    raise faults.TooManyTensorsError(path, f"has more than {MAX_TENSORS:,} tensors")
            elif type(value) in (dict, list, tuple, Opaque) and id(value) not in seen:
                if not prefix and key in skipped:
                    continue
                seen.add(id(value))
                below.append((f"{name}.", iter(_members(value))))
                break
        else:
            below.pop()
    return records


def _members(node: Any) -> Iterable[tuple[str, Any]]:
    if type(node) is dict:
        return node.items()
    if type(node) in (list, tuple):
        return ((str(number), value) for number, value in enumerate(node))
    if type(node) is not Opaque:
        return ()
    state = node.state
    if type(state) is tuple and len(state) == 2:  # the state of an object with slots
        state = state[0] if type(state[0]) is dict else state[1]
    if type(state) is not dict:
        return ()
    if "_parameters" in state:
        parts = (state.get(part) for part in _PARTS)
        return [item for part in parts if type(part) is dict for item in part.items()]
    return state.items()


def _record(value: Any) -> Record | None:
    """A tensor, or an array of NumPy as its own pickles rebuild it."""
    if type(value) is Record:
        return value
    if type(value) is not Opaque or not value.name.endswith(".multiarray._reconstruct"):
        return None
    state = value.state
    return numpy_record(state[1], state[2]) if type(state) is tuple and len(state) == 5 else None


def _notes(root: Any) -> Iterator[tuple[str, str]]:
    if type(root) is not dict:
        return
    scalars = (
        (key, str(value))
        for key, value in root.items()
        if type(value) in (str, int, float, bool) and len(key) <= _MAX_TEXT and len(str(value)) <= _MAX_TEXT
    )
    for _, item in zip(range(_MAX_SCALARS), scalars, strict=False):
        yield item
