"""What every pickle of a folder imports, the main set of weights and those that nothing else reads alike."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import repeat
from typing import Any

import msgspec

from truename.blob import Blob
from truename.errors import FileError, TargetNotFoundError, UnsafePathError, UnsupportedFormatError
from truename.facts import OTHER_UNSAFE_GLOBALS, UNREAD_PICKLES, UNSAFE_GLOBALS, Fact, Origin
from truename.formats import (
    Checkpoint,
    UnsafeGlobal,
    detect,
    read_file,
    shared_opcodes,
    unsafe_globals_of,
    walk_file,
)
from truename.sources.source import Source, is_distant

MAX_PICKLES = 64  # further ones that are read
MAX_OPCODES = 2_000_000  # ... and what is walked of them all together: one with the state of Adam has 300,000
MAX_UNPACKED_STEPS = 3_072  # ... and what those that are compressed unpack to, in steps of 64 KiB
MAX_DISTANT_PICKLES = 8  # ... where every read costs round trips
# What PyTorch, joblib, NumPy and Python's own modules load a pickle from, whatever else the suffix may stand for.
_OBJECTS = r"(?:pkl|pickle|dill|joblib|pck|pcl|p|sav)(?:\.(?:gz|gzip|z|bz2|lzma|xz|lz4|zst))?"
_PICKLE = re.compile(rf".+\.(?:bin|pt|pth|ckpt|npz|npy|dat|data|{_OBJECTS})", re.IGNORECASE)
_OF_OBJECTS = re.compile(rf".+\.{_OBJECTS}", re.IGNORECASE)
_USTAR, _USTAR_AT = b"ustar", 257  # a tar that is not compressed
_ARRAYS = (".npy", ".npz")  # looked into last: NumPy takes objects from them only where it is told to


class FurtherPickles(msgspec.Struct, frozen=True):
    """What came of reading the pickles beside the main set of weights."""

    weights: tuple[UnsafeGlobal, ...] = ()  # imported by further sets of weights
    others: tuple[UnsafeGlobal, ...] = ()  # imported by other files: training_args.bin, optimizer.pt ...
    read: int = 0  # pickles
    unread: tuple[str, ...] = ()  # files that may be pickles, and could not or not all be read

    def facts(
        self, main: Iterable[UnsafeGlobal], main_is_pickle: bool, broken: Iterable[str] = ()
    ) -> Iterator[Fact[Any]]:
        """The facts of all pickles; ``main`` is what the main set imports, ``broken`` are its files that break."""
        main = tuple(main)
        weights = [one for one in main if not is_of_objects(one.file)]
        others = [*(one for one in main if is_of_objects(one.file)), *self.others]
        found = [*map(str, weights), *map(_placed, self.weights)]
        if found or main_is_pickle or self.read:
            file = next((one.file for one in (*weights, *self.weights)), None)
            yield Fact(UNSAFE_GLOBALS, tuple(dict.fromkeys(found)), Origin.WEIGHTS, file)
        if others:
            names = tuple(dict.fromkeys(map(_placed, others)))
            yield Fact(OTHER_UNSAFE_GLOBALS, names, Origin.FILES, others[0].file)
        if unread := (*filter(_PICKLE.fullmatch, broken), *self.unread):
            yield Fact(UNREAD_PICKLES, unread, Origin.FILES)


def read_further_pickles(source: Source, main: Collection[str], checkpoints: Iterable[Checkpoint]) -> FurtherPickles:
    """Walk the opcodes of every file that its suffix lets be a pickle, but for those of the ``main`` set.

    Weights come first. A file that is no pickle is left out; one that breaks is unread, and what it imports before that
    place counts: a loader runs a pickle up to where it breaks. Those for which no opcodes are left are unread as well.
    """
    weights = {path for checkpoint in checkpoints for path in checkpoint.paths if _PICKLE.fullmatch(path)}
    others = [path for path in source.files if path not in weights and _PICKLE.fullmatch(path)]
    others.sort(key=lambda path: path.lower().endswith(_ARRAYS))
    paths = [path for path in (*sorted(weights), *others) if path not in main]
    distant = is_distant(source)
    most = MAX_DISTANT_PICKLES if distant else MAX_PICKLES
    opcodes, steps = repeat(None, MAX_OPCODES), repeat(None, MAX_UNPACKED_STEPS)

    def read(path: str) -> tuple[tuple[UnsafeGlobal, ...] | None, bool]:
        """What a file imports, None where it is no pickle; and whether it was read to its end."""
        try:
            with source.open(path) as blob, shared_opcodes(opcodes, steps):
                return _walk(blob)
        except UnsupportedFormatError:
            return None, True
        except FileError as error:
            return unsafe_globals_of(error), False
        except (TargetNotFoundError, UnsafePathError):
            return (), False

    found = list((source.map if is_distant(source) else map)(read, paths[:most]))
    imported = {path: names for path, (names, _) in zip(paths, found, strict=False) if names is not None}
    broken = [path for path, (_, whole) in zip(paths, found, strict=False) if not whole]
    return FurtherPickles(
        tuple(one for path, names in imported.items() if path in weights for one in names),
        tuple(one for path, names in imported.items() if path not in weights for one in names),
        len(imported),
        (*broken, *paths[most:]),
    )


def is_of_objects(path: str) -> bool:
    """Whether a file is a pickle of whatever its program needs, and no set of weights, by its name."""
    return _OF_OBJECTS.fullmatch(path) is not None


def _walk(blob: Blob) -> tuple[tuple[UnsafeGlobal, ...] | None, bool]:
    """What the pickles of a file import, None where there are none; and whether all were walked to their end."""
    format = detect(blob, "pytorch")
    if format == "tar" and blob.read(_USTAR_AT, len(_USTAR)) == _USTAR:
        header = read_file(blob, "pytorch")
        return (header.unsafe_globals, not header.unwalked_files) if header.format == "pytorch" else (None, True)
    found = walk_file(blob, objects=is_of_objects(blob.path))
    if not found.pickles:
        # A program of torch.export holds others in a way of its own.
        return None, not (found.unwalked or (format == "pytorch" and blob.read(0, 2) == b"PK"))
    return found.unsafe, not found.unwalked


def _placed(one: UnsafeGlobal) -> str:
    """The name with its place and the file, which the stream alone does not tell."""
    return str(one) if one.stream == one.file else f"{one.name} (byte {one.offset:,} of {one.stream} in {one.file})"
