"""What every pickle of a folder imports, the main set of weights and those that nothing else reads alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import repeat
from typing import Any

import msgspec

from truename.blob import Blob
from truename.budget import MAX_DISTANT_BYTES, MAX_SECONDS_BESIDE, Budget, BudgetFault
from truename.errors import FileError, TargetNotFoundError, UnsafePathError, UnsupportedFormatError
from truename.facts import OTHER_UNSAFE_GLOBALS, UNREAD_PICKLES, UNSAFE_GLOBALS, Fact, ImportedName, Origin
from truename.formats import (
    Checkpoint,
    UnsafeGlobal,
    detect,
    shared_opcodes,
    unsafe_globals_of,
    walk_file,
)
from truename.formats.pickle_files import is_of_objects, may_be_pickle
from truename.sources.source import Source, is_distant

MAX_PICKLES = 64  # further ones that are read
MAX_OPCODES = 800_000  # ... and what is walked of them all together: one with the state of Adam has 300,000
MAX_STEPS = 400_000  # ... of their archives' directories, as ``truename.budget`` counts them
MAX_BYTES = 600_000_000  # ... and what is read: one file has up to 256 MB
MAX_UNPACKED_STEPS = 2_048  # ... and what those that are compressed unpack to, in steps of 64 KiB
MAX_DISTANT_PICKLES = 8  # ... where every read costs round trips
_USTAR, _USTAR_AT = b"ustar", 257  # a tar that is not compressed
_ARRAYS = (".npy", ".npz")  # looked into last: NumPy takes objects from them only where it is told to


class FurtherPickles(msgspec.Struct, frozen=True):
    """What came of reading the pickles beside the main set of weights."""

    weights: tuple[UnsafeGlobal, ...] = ()  # imported by further sets of weights
    others: tuple[UnsafeGlobal, ...] = ()  # imported by other files: training_args.bin, optimizer.pt ...
    read: int = 0  # pickles
    unread: tuple[str, ...] = ()  # files that may be pickles, and could not or not all be read

    def facts(
        self,
        main: Iterable[UnsafeGlobal],
        main_is_pickle: bool,
        broken: Iterable[str] = (),
        unwalked: Iterable[str] = (),
    ) -> Iterator[Fact[Any]]:
        """The facts of all pickles.

        Args:
            main: what the main set imports.
            main_is_pickle: whether it is a pickle.
            broken: its files that break; they count where they may be pickles.
            unwalked: its files with pickles that could not be walked to their end.
        """
        main = tuple(main)
        weights = [one for one in main if not is_of_objects(one.file)]
        others = [*(one for one in main if is_of_objects(one.file)), *self.others]
        further = [one for one in self.weights if one not in main]  # an archive of weights may be looked at twice
        found = [*map(_within, weights), *map(_placed, further)]
        if found or main_is_pickle or self.read:
            file = next((one.file for one in (*weights, *self.weights)), None)
            yield Fact(UNSAFE_GLOBALS, tuple(dict.fromkeys(found)), Origin.WEIGHTS, file)
        if others:
            names = tuple(dict.fromkeys(map(_placed, others)))
            yield Fact(OTHER_UNSAFE_GLOBALS, names, Origin.FILES, others[0].file)
        if unread := (*filter(may_be_pickle, broken), *unwalked, *self.unread):
            yield Fact(UNREAD_PICKLES, unread, Origin.FILES)


def read_further_pickles(source: Source, main: Collection[str], checkpoints: Iterable[Checkpoint]) -> FurtherPickles:
    """Walk the opcodes of every file that its suffix lets be a pickle, but for those of the ``main`` set.

    Weights come first. A file that is no pickle is left out; one that breaks is unread, and what it imports before that
    place counts: a loader runs a pickle up to where it breaks. Those for which no opcodes are left are unread as well.
    """
    weights = {path for checkpoint in checkpoints for path in checkpoint.paths if may_be_pickle(path)}
    others = [path for path in source.files if path not in weights and may_be_pickle(path)]
    others.sort(key=lambda path: path.lower().endswith(_ARRAYS))
    paths = [path for path in (*sorted(weights), *others) if path not in main]
    distant = is_distant(source)
    most = MAX_DISTANT_PICKLES if distant else MAX_PICKLES
    opcodes, unpacked = repeat(None, MAX_OPCODES), repeat(None, MAX_UNPACKED_STEPS)
    budget = Budget(bytes=MAX_DISTANT_BYTES if distant else MAX_BYTES, steps=MAX_STEPS, seconds=MAX_SECONDS_BESIDE)

    def read(path: str) -> tuple[tuple[UnsafeGlobal, ...] | None, bool]:
        """What a file imports, None where it is no pickle; and whether it was read to its end."""
        try:
            with source.open(path) as blob, budget.reading(path), shared_opcodes(opcodes, unpacked):
                blob.meter, blob.stepper = budget.take_bytes, budget.take_steps
                return _walk(blob)
        except UnsupportedFormatError as error:
            return ((), False) if isinstance(error.code, BudgetFault) else (None, True)
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


def _walk(blob: Blob) -> tuple[tuple[UnsafeGlobal, ...] | None, bool]:
    """What the pickles of a file import, None where there are none; and whether all were walked to their end."""
    format = detect(blob, "pytorch")
    if format == "tar" and blob.read(_USTAR_AT, len(_USTAR)) == _USTAR:
        from truename.formats.tar import walk_tar  # few models have a tar

        found = walk_tar(blob)
        return (found.unsafe if found.pickles else None), not found.unwalked
    found = walk_file(blob, objects=is_of_objects(blob.path))
    if not found.pickles:
        # A program of torch.export holds others in a way of its own.
        return None, not (found.unwalked or (format == "pytorch" and blob.read(0, 2) == b"PK"))
    return found.unsafe, not found.unwalked


def _within(one: UnsafeGlobal) -> ImportedName:
    """The name with its place in the stream."""
    return ImportedName(one.name, f"byte {one.offset:,} of {one.stream}")


def _placed(one: UnsafeGlobal) -> ImportedName:
    """The name with its place and the file, which the stream alone does not tell."""
    within = _within(one)
    return within if one.stream == one.file else ImportedName(one.name, f"{within.place} in {one.file}")
