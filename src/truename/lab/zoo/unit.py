"""What a library of the zoo is: it lists its model classes and builds each with several configurations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import msgspec

from truename.lab.zoo.entry import Entry


class Unit(msgspec.Struct, frozen=True):
    """One class, or one named architecture, to build."""

    library: str
    class_name: str
    model_type: str
    task: str  # a pipeline tag
    released: int = 0  # configurations of released models, built beside the default and the variations
    known: int = 0  # of these, the last ones: those of the package's table of releases
    switched: int = 0  # configurations with one change each, built behind the variations

    @property
    def key(self) -> str:
        """What tells the unit from every other of its library."""
        return f"{self.class_name} {self.model_type}"


class Failure(msgspec.Struct, frozen=True):
    """One configuration of one unit that could not be built."""

    library: str
    class_name: str
    model_type: str
    config_id: int
    reason: str  # a short kind, to count by
    message: str  # the library's own words, cut


class Library(Protocol):
    """A source of units."""

    name: str

    def version(self) -> str:
        """The installed version.

        Raises:
            MissingExtraError: the library is not installed.
        """

    def units(self) -> list[Unit]:
        """Everything that the library holds, in an order that stays the same."""

    def build(self, unit: Unit, config_id: int, seed: int) -> Iterator[Entry]:
        """The entries of one configuration of ``unit``; none where it equals the default.

        Raises whatever the library raises: the caller counts it as a failure.
        """
