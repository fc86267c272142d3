"""Families that no library of the zoo holds, from written tables of their tensors (``families/*.toml``).

Their classes come with the repositories as code that nobody should have to run. A table says the tensors as
templates with shapes in the configuration's dimensions, in the grammar of ``architecture/layouts.toml``.
"""

from __future__ import annotations

from collections.abc import Iterator

from truename.lab.zoo.entry import Entry
from truename.lab.zoo.table_families import WrittenFamily, written_families, written_rows
from truename.lab.zoo.unit import Unit

NAME = "families"


class WrittenFamilies:
    """Writes the tensors of each family's configurations."""

    name = NAME

    def version(self) -> str:
        """That of the package: the tables come with it."""
        from truename import __version__

        return __version__

    def units(self) -> list[Unit]:
        """One unit a class of a family."""
        return [Unit(NAME, f.class_name, f.model_type, f.task) for f in written_families()]

    def build(self, unit: Unit, config_id: int, seed: int) -> Iterator[Entry]:
        """The layouts of one configuration."""
        family = next(
            f for f in written_families() if (f.class_name, f.model_type) == (unit.class_name, unit.model_type)
        )
        yield from _entries(family, config_id, seed, self.version())


def _entries(family: WrittenFamily, config_id: int, seed: int, version: str) -> Iterator[Entry]:
    architecture = family.architecture or family.class_name
    for layout, dims, rows in written_rows(family, config_id, seed):
        yield Entry(
            NAME, version, family.class_name, family.model_type, architecture, family.task, config_id, seed,
            layout, dims, rows,
        )  # fmt: skip
