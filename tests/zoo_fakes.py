"""Libraries of the zoo that need no torch: what the tests of the build run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from truename.lab.zoo.entry import Entry, rows_of
from truename.lab.zoo.unit import Unit


class Fakes:
    """Forty classes of one linear layer; one cannot be built, one fails in its variations only."""

    name = "fakes"

    def version(self) -> str:
        return "1.0"

    def units(self) -> list[Unit]:
        return [Unit("fakes", f"Fake{i:02d}", "fake", "fill-mask") for i in range(40)]

    def build(self, unit: Unit, config_id: int, seed: int) -> Iterator[Entry]:
        number = int(unit.class_name[-2:])
        if number == 7:
            raise ValueError("hidden sizes   never fit")
        if number == 8 and config_id:
            raise KeyError("no such thing")
        width = 8 * (number + 1) + (0 if number == 9 else seed + config_id)
        rows = rows_of({f"layers.{i}.weight": ("F32", (width, width)) for i in range(3)})
        yield Entry(
            "fakes", "1.0", unit.class_name, "fake", unit.class_name, "fill-mask", config_id, seed, "saved",
            {"width": width}, rows,
        )  # fmt: skip


class Deadly(Fakes):
    """The same, and one class ends its process."""

    name = "deadly"

    def build(self, unit: Unit, config_id: int, seed: int) -> Iterator[Entry]:
        if unit.class_name == "Fake20":
            os._exit(9)
        return super().build(unit, config_id, seed)


class Counted(Fakes):
    """The same, and every call leaves a line in a file: what was built anew is seen there."""

    name = "counted"

    def build(self, unit: Unit, config_id: int, seed: int) -> Iterator[Entry]:
        with Path(os.environ["ZOO_FAKES_LOG"]).open("a") as file:
            file.write(f"{unit.class_name} {config_id}\n")
        return super().build(unit, config_id, seed)


class Slow(Fakes):
    """The same, and one class computes without end and keeps every exception to itself."""

    name = "slow"

    def build(self, unit: Unit, config_id: int, seed: int) -> Iterator[Entry]:
        while unit.class_name == "Fake03":
            try:
                sum(range(100_000))
            except Exception:  # noqa: BLE001 - what third-party code does
                continue
        return super().build(unit, config_id, seed)
