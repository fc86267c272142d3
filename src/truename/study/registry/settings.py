"""What a study is made of and how: all that its numbers depend on beside the rows."""

from __future__ import annotations

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """The settings of one study, as they stand in ``study.toml``."""

    snapshot: str  # the file's name
    records: int  # in the snapshot, those too that have no row
    absent: tuple[str, ...] = ()  # columns that the snapshot does not have
    confidence: float = 0.95  # of intervals
