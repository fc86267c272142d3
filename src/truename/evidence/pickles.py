"""What every pickle of a folder imports, the main set of weights and those that nothing else reads alike."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import repeat
from typing import Any

import msgspec

from truename.errors import FileError, TargetNotFoundError, UnsafePathError, UnsupportedFormatError
from truename.facts import OTHER_UNSAFE_GLOBALS, UNREAD_PICKLES, UNSAFE_GLOBALS, Fact, Origin
from truename.formats import Checkpoint, UnsafeGlobal, read_file, shared_opcodes, unsafe_globals_of
from truename.sources.source import Source, is_distant

MAX_PICKLES = 64  # further ones that are read
MAX_OPCODES = 2_000_000  # ... and what is walked of them all together: one with the state of Adam has 300,000
MAX_DISTANT_PICKLES = 8  # ... where every read costs round trips
_PICKLE = re.compile(r".+\.(?:bin|pt|pth|ckpt|pkl|pickle|dill|joblib)", re.IGNORECASE)


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
        found = [*map(str, main), *map(_placed, self.weights)]
        if found or main_is_pickle or self.read:
            file = next((one.file for one in (*main, *self.weights)), None)
            yield Fact(UNSAFE_GLOBALS, tuple(dict.fromkeys(found)), Origin.WEIGHTS, file)
        if self.others:
            names = tuple(dict.fromkeys(map(_placed, self.others)))
            yield Fact(OTHER_UNSAFE_GLOBALS, names, Origin.FILES, self.others[0].file)
        if unread := (*filter(_PICKLE.fullmatch, broken), *self.unread):
            yield Fact(UNREAD_PICKLES, unread, Origin.FILES)


def read_further_pickles(source: Source, main: Collection[str], checkpoints: Iterable[Checkpoint]) -> FurtherPickles:
    """Walk the opcodes of every file that its suffix lets be a pickle, but for those of the ``main`` set.

    Weights come first. A file that is no pickle is left out; one that breaks is unread, and what it imports before that
    place counts: a loader runs a pickle up to where it breaks. Those for which no opcodes are left are unread as well.
    """
    weights = {path for checkpoint in checkpoints for path in checkpoint.paths if _PICKLE.fullmatch(path)}
    others = (path for path in source.files if path not in weights and _PICKLE.fullmatch(path))
    paths = [path for path in (*sorted(weights), *others) if path not in main]
    distant = is_distant(source)
    most = MAX_DISTANT_PICKLES if distant else MAX_PICKLES
    opcodes = repeat(None, MAX_OPCODES)

    def read(path: str) -> tuple[tuple[UnsafeGlobal, ...] | None, bool]:
        """What a file imports, None where it is no pickle; and whether it was read to its end."""
        try:
            with source.open(path) as blob, shared_opcodes(opcodes):
                archive = blob.read(0, 2) == b"PK"  # one that is not read may hold pickles all the same
                header = read_file(blob, "pytorch")
        except UnsupportedFormatError:
            return None, not archive
        except FileError as error:
            return unsafe_globals_of(error), False
        except (TargetNotFoundError, UnsafePathError):
            return (), False
        return (header.unsafe_globals, True) if header.format == "pytorch" else (None, True)

    found = list((source.map if is_distant(source) else map)(read, paths[:most]))
    imported = {path: names for path, (names, _) in zip(paths, found, strict=False) if names is not None}
    broken = [path for path, (_, whole) in zip(paths, found, strict=False) if not whole]
    return FurtherPickles(
        tuple(one for path, names in imported.items() if path in weights for one in names),
        tuple(one for path, names in imported.items() if path not in weights for one in names),
        len(imported),
        (*broken, *paths[most:]),
    )


def _placed(one: UnsafeGlobal) -> str:
    """The name with its place and the file, which the stream alone does not tell."""
    return str(one) if one.stream == one.file else f"{one.name} (byte {one.offset:,} of {one.stream} in {one.file})"
