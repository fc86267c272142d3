"""Find the weights in what a checkpoint holds: a mapping of tensors, often inside of others, or a whole module."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from itertools import chain
from typing import Any

import msgspec

from truename.formats.pytorch import PyTorchError, PyTorchFault
from truename.formats.pytorch.globals import numpy_record
from truename.formats.pytorch.pickled import Opaque, Record, Storage

MAX_TENSORS = 100_000
MAX_DEPTH = 8  # mappings inside of mappings that are looked into for the weights
MAX_CONTAINERS = 50_000  # mappings, lists and modules that hold others, in the whole checkpoint
MAX_NAME = 1_024  # characters
MAX_NAMES = 16_000_000  # characters of all names together, of up to four bytes each
ALONE = "tensor"  # the name of a tensor that is saved without one
_MAX_SCALARS, _MAX_TEXT = 32, 200
_PARTS = ("_parameters", "_buffers", "_modules")  # where a module keeps its members
_CONTAINERS = frozenset((dict, list, tuple, Opaque))
_HOLDERS = _CONTAINERS | {Record}
_NOTHING: frozenset[str] = frozenset()
_WORD = re.compile("[a-z]{2,}")


class FoundState(msgspec.Struct, frozen=True):
    """The mapping that was chosen."""

    path: tuple[str, ...]  # the keys that lead to it; empty for the whole
    records: dict[str, Record]
    notes: dict[str, str]  # texts and numbers beside the weights: epoch, arch ...


def find_state(path: str, root: Any) -> FoundState:
    """Choose the weights of a checkpoint.

    From the root on: where a key of training programs (``state_dict.toml``) leads to all weights that lie here, it is
    followed; other copies of the model, what a training run keeps of itself and single numbers are no weights. What is
    reached so is flattened, with dots between the keys. A module is never divided.

    Raises:
        FormatError: no real checkpoint has as many, or names as long; or a name is longer than any real one.
    """
    if (record := _record(root)) is not None:
        return FoundState((), {ALONE: record}, {})
    keys: list[str] = []
    layer = _Walk(path).survey(root)
    while (key := layer.whole()) is not None:
        keys.append(key)
        layer = layer.below[key]
    return FoundState(tuple(keys), _flatten(path, layer.node), dict(_notes(root)))


class _Layer:
    """What lies in a mapping and below.

    Matrices are told by where they begin: the same weights under another key are no further ones. What holds none, such
    as statistics and states of random numbers, is no part of a model.
    """

    __slots__ = ("below", "loose", "matrices", "node", "others", "tensors")

    def __init__(self, node: Any) -> None:
        self.node = node
        self.tensors = 0  # in all, without what is skipped
        self.loose = 0  # of them those directly here
        self.matrices: set[tuple[int, int]] = set()  # in all
        self.others: set[tuple[int, int]] = set()  # of them those under no key of ``below``, copies of the model apart
        self.below: dict[str, _Layer] = {}  # under keys of training programs

    def whole(self) -> str | None:
        """The key below which all weights lie."""
        known = _table().mappings
        key = max((key for key in known if key in self.below), key=lambda key: self.below[key].tensors, default=None)
        if key is None or self.below[key].tensors <= self.loose:
            return None
        found = self.below[key].matrices
        parts = (other.matrices for name, other in self.below.items() if not _same_model(name, key))
        return key if self.others <= found and all(part <= found for part in parts) else None


class _Table(msgspec.Struct, frozen=True):
    """``state_dict.toml``."""

    mappings: tuple[str, ...]
    parts: frozenset[str]
    beside: frozenset[str]
    skipped: frozenset[str]
    skipped_words: frozenset[str]


@functools.cache
def _table() -> _Table:
    table = tomllib.loads(files(__package__).joinpath("state_dict.toml").read_text("utf-8"))
    return msgspec.convert(table, _Table)


def _same_model(one: str, other: str) -> bool:
    """Whether two keys of ``mappings`` name the same model, or a copy of it."""
    parts = _table().parts
    return (one not in parts and other not in parts) or _is_beside(one) or _is_beside(other)


def _is_beside(key: str) -> bool:
    beside = _table().beside
    return key in beside or not beside.isdisjoint(_words(key))


def _is_skipped(key: str) -> bool:
    table = _table()
    return key in table.skipped or not table.skipped_words.isdisjoint(_words(key))


def _words(key: str) -> list[str]:
    return _WORD.findall(key[:64].lower())


class _Walk:
    """One way through a checkpoint. A container that is reached twice counts where it is first."""

    __slots__ = ("containers", "path", "seen")

    def __init__(self, path: str) -> None:
        self.path = path
        self.seen: set[int] = set()
        self.containers = 0

    def leads_on(self, value: Any) -> bool:
        """Whether ``value`` is a container that may hold tensors: most that a stream can make hold plain values."""
        kind = type(value)
        if kind not in _CONTAINERS or id(value) in self.seen:
            return False
        if kind is Opaque:
            if value.items is None and value.state is None:
                return False
        elif _HOLDERS.isdisjoint(map(type, value.values() if kind is dict else value)):
            self.seen.add(id(value))
            return False
        self.containers += 1
        if self.containers > MAX_CONTAINERS:
            problem = f"has more than {MAX_CONTAINERS:,} mappings, lists and modules that hold others"
            raise PyTorchError(self.path, PyTorchFault.TOO_MANY_TENSORS, problem)
        return True

    def members(self, node: Any) -> Iterator[tuple[str, Any]]:
        """What lies directly in a container, by its keys; nothing where that was met before."""
        if type(node) is Opaque:
            return chain.from_iterable(self._bare(held, left_out) for held, left_out in _held(node))
        return self._bare(node, _NOTHING) if type(node) in _CONTAINERS else iter(())

    def _bare(self, held: Any, left_out: frozenset[str]) -> Iterator[tuple[str, Any]]:
        if id(held) in self.seen:
            return iter(())
        self.seen.add(id(held))
        if type(held) is not dict:
            return ((str(number), value) for number, value in enumerate(held) if type(value) in _HOLDERS)
        if left_out:
            return (item for item in held.items() if item[0] not in left_out)
        return iter(held.items())

    def survey(self, node: Any, depth: int = 0) -> _Layer:
        """What lies in ``node``, and, where it is a mapping, below its keys."""
        layer = _Layer(node)
        if depth == MAX_DEPTH or not _is_mapping(node):
            layer.tensors = self.count(node, layer.matrices)
            return layer
        for key, value in self.members(node):
            if (record := _record(value)) is not None:
                layer.loose += 1
                if type(value) is Record:  # an array of NumPy that lies directly here is a result
                    _add_matrix(layer.others, value, record)
            elif self.leads_on(value) and not _is_skipped(key):
                if key in _table().mappings:
                    below = layer.below[key] = self.survey(value, depth + 1)
                    layer.tensors += below.tensors
                    layer.matrices |= below.matrices
                else:
                    layer.tensors += self.count(value, layer.matrices if _is_beside(key) else layer.others)
        layer.tensors += layer.loose
        layer.matrices |= layer.others
        self.check_count(layer.tensors)
        return layer

    def count(self, node: Any, matrices: set[tuple[int, int]]) -> int:
        """The number of tensors below ``node``; the places of the matrices among them go into ``matrices``."""
        tensors = 0
        waiting = [node]
        while waiting:
            for _, value in self.members(waiting.pop()):
                if (record := _record(value)) is not None:
                    tensors += 1
                    _add_matrix(matrices, value, record)
                elif self.leads_on(value):
                    waiting.append(value)
            self.check_count(tensors)
        return tensors

    def check_count(self, tensors: int) -> None:
        """Raise where there are too many."""
        if tensors > MAX_TENSORS:
            raise PyTorchError(self.path, PyTorchFault.TOO_MANY_TENSORS, f"has more than {MAX_TENSORS:,} tensors")


def _add_matrix(matrices: set[tuple[int, int]], value: Any, record: Record) -> None:
    """Note where a tensor of two or more dimensions begins."""
    if type(record.shape) not in (tuple, list) or len(record.shape) < 2:
        return
    stored = type(record.storage) is Storage and type(record.offset) is int
    matrices.add((id(record.storage), record.offset) if stored else (id(value), 0))


def _flatten(path: str, root: Any) -> dict[str, Record]:
    """The tensors below ``root`` by their dotted names."""
    if type(root) is dict and _is_flat(root):
        return root
    walk = _Walk(path)
    skips = _is_mapping(root)
    records: dict[str, Record] = {}
    characters = 0
    below: list[tuple[str, Iterator[tuple[str, Any]]]] = [("", walk.members(root))]
    while below:
        prefix, members = below[-1]
        for key, value in members:
            record = _record(value)
            if record is None and (not walk.leads_on(value) or (skips and not prefix and _is_skipped(key))):
                continue
            length = len(prefix) + len(key)
            if length > MAX_NAME:  # looked at before it is put together: a key may be as long as the pickle
                if record is not None or walk.count(value, set()):
                    raise PyTorchError(
                        path,
                        PyTorchFault.TENSOR_NAME,
                        f"has a name of {length:,} characters",
                        part=("tensor", prefix + key[:MAX_NAME]),
                    )
                continue
            if record is None:
                below.append((f"{prefix}{key}.", walk.members(value)))
                break
            characters += length
            if characters > MAX_NAMES:
                raise PyTorchError(
                    path, PyTorchFault.TOO_MANY_TENSORS, f"has names of more than {MAX_NAMES:,} characters"
                )
            records[f"{prefix}{key}"] = record
            walk.check_count(len(records))
        else:
            below.pop()
    return records


def _is_flat(root: dict[str, Any]) -> bool:
    """Whether a mapping holds tensors and nothing else, within all bounds."""
    if len(root) > MAX_TENSORS or set(map(type, root.values())) != {Record}:
        return False
    lengths = list(map(len, root))
    return max(lengths) <= MAX_NAME and sum(lengths) <= MAX_NAMES


def _is_mapping(node: Any) -> bool:
    """Whether the keys of ``node`` are those of a program, and not the names of a module's parts."""
    if type(node) is Opaque:
        return not node.name.startswith("__torch__.") and not _is_module(_state(node))
    return type(node) is dict


def _is_module(state: Any) -> bool:
    return type(state) is dict and "_parameters" in state


def _state(node: Opaque) -> Any:
    state = node.state
    if type(state) is tuple and len(state) == 2:  # the state of an object with slots
        return state[0] if type(state[0]) is dict else state[1]
    return state


def _held(node: Opaque) -> list[tuple[dict[str, Any], frozenset[str]]]:
    """The mappings that an object consists of, and the keys of each that are no part of it."""
    held = [] if node.items is None else [(node.items, _NOTHING)]
    state = _state(node)
    if _is_module(state):
        for part in _PARTS:
            if type(members := state.get(part)) is dict:
                held.append((members, _transient(state, members) if part == "_buffers" else _NOTHING))
    elif type(state) is dict:
        held.append((state, _NOTHING))
    return held


def _transient(state: dict[str, Any], buffers: dict[str, Any]) -> frozenset[str]:
    """The buffers that a module does not save in its state."""
    names = state.get("_non_persistent_buffers_set")
    if type(names) is Opaque and names.name == "builtins.set" and names.args:
        names = names.args[0]
    if type(names) is not list or len(names) > len(buffers):
        return _NOTHING
    return frozenset(name for name in names if type(name) is str)


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
