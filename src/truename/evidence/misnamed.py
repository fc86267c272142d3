"""Weights files whose first bytes are of another format than their suffix says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from truename.errors import TargetNotFoundError, UnsafePathError
from truename.facts import MISNAMED_FILES, Fact, Origin
from truename.formats import FORMATS, Checkpoint, WeightsHeader, detect
from truename.sources.source import Source, is_distant

MAX_LOOKED_AT = 256
# Suffixes of several formats.
_GENERIC = frozenset({"bin", "pt", "pth", "ckpt", "ggml", "mlmodel", "nemo", "ot", "distcp"})


def misnamed_files(
    source: Source, checkpoints: Iterable[Checkpoint], header: WeightsHeader | None
) -> Iterator[Fact[Any]]:
    """One fact for each such file: its format; nothing where every suffix is right.

    Where every read costs a round trip, only files whose header was read are looked at again.
    """
    paths = [path for checkpoint in checkpoints for path in checkpoint.paths]
    if is_distant(source):
        read = frozenset() if header is None else frozenset(header.files).difference(header.inferred_files)
        paths = [path for path in paths if path in read]
    for path in paths[:MAX_LOOKED_AT]:
        if (format := _other_format(source, path)) is not None:
            yield Fact(MISNAMED_FILES, format, Origin.FILES, path)


def _other_format(source: Source, path: str) -> str | None:
    """The format of a file, where its suffix promises another."""
    suffix = path.rpartition(".")[2]
    promised = FORMATS.get(suffix)
    if promised is None or suffix in _GENERIC:
        return None
    try:
        with source.open(path) as blob:
            format = detect(blob, promised)
    except (TargetNotFoundError, UnsafePathError):
        return None
    return format if format != promised else None
