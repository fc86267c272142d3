"""Settings of a project: the table ``[tool.truename]`` of the nearest pyproject.toml.

The walk goes up from the working directory, as in other linters, and ends at the first file that has the table.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from truename.errors import UsageError

FAIL_ON = ("error", "warning", "note", "never")
MAX_BYTES = 4_000_000  # no pyproject.toml that a person wrote is near this


class Config(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """What a project has settled for every check in it."""

    select: tuple[str, ...] = ()  # prefixes of rule codes; empty: all rules
    ignore: tuple[str, ...] = ()
    fail_on: str = "warning"  # one of FAIL_ON


def load_config(start: Path | None = None) -> Config:
    """The settings that hold in ``start`` (the working directory by default), or the defaults.

    Raises:
        UsageError: the nearest pyproject.toml with the table cannot be read, or the table is not what it must be.
    """
    folder = (start or Path()).resolve()
    for parent in (folder, *folder.parents):
        path = parent / "pyproject.toml"
        if path.is_file() and (table := _table(path)) is not None:
            return _config(path, table)
    return Config()


def _table(path: Path) -> object | None:
    """``[tool.truename]`` of one file, None where it has none."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: too large for a pyproject.toml (more than {MAX_BYTES:,} bytes)")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text") from error
    if "truename" not in text:
        return None  # spares parsing TOML in most projects
    import tomllib  # seldom needed, and slow to import

    try:
        tool = tomllib.loads(text).get("tool")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: not valid TOML ({error})") from error
    return tool.get("truename") if isinstance(tool, dict) else None


def _config(path: Path, table: object) -> Config:
    try:
        config = msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: [tool.truename] is wrong: {error}") from error
    if config.fail_on not in FAIL_ON:
        raise UsageError(
            f"{path}: [tool.truename] fail-on is {config.fail_on!r}; it must be one of {', '.join(FAIL_ON)}"
        )
    return config
