"""Settings of a project: the table ``[tool.truename]`` of the nearest pyproject.toml, or of a file that is named.

The walk goes up from the working directory, as in other linters, and ends at the first file that has the table. It
passes over the folders of the models that are checked: who publishes a model does not settle how it is checked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from truename.errors import UsageError

FAIL_ON = ("error", "warning", "note", "never")
MAX_BYTES = 4_000_000  # no pyproject.toml that a person wrote is near this
_PROJECT = "pyproject.toml"
_OF_A_MODEL = ("config.json", "model_index.json")


class Config(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """What a project has settled for every check in it."""

    select: tuple[str, ...] = ()  # prefixes of rule codes; empty: all rules
    ignore: tuple[str, ...] = ()
    preview: bool = False  # also the rules that are a preview
    fail_on: str = "warning"  # one of FAIL_ON
    strict: bool = False  # also fail where a model could not be verified


class Settings(msgspec.Struct, frozen=True):
    """The settings that hold, and where they were found."""

    config: Config = Config()
    file: str | None = None  # the path of the file; None where the defaults hold


def load_settings(
    file: str | os.PathLike[str] | None = None,
    *,
    start: Path | None = None,
    targets: Iterable[str] = (),
    folders: Iterable[str] = (),
) -> Settings:
    """The settings of a file, or those that hold in ``start`` (the working directory by default), or the defaults.

    Args:
        file: TOML with a table ``[tool.truename]``; in a file that is not called pyproject.toml the settings may stand
            at the top level. It may lie anywhere.
        start: where the walk begins that finds a file where none is given.
        targets: what is checked. No settings are found in the folder of a model on this machine, or below it.
        folders: folders of models. No settings are found below them.

    Raises:
        UsageError: the file cannot be read, has no settings, or they are not what they must be.
    """
    if file is not None:
        return _named(Path(file))
    begin = (start or Path()).resolve()
    models = [root for target in targets if (root := model_folder(target)) is not None]
    around = [Path(folder).resolve() for folder in folders]
    for parent in (begin, *begin.parents):
        if any(parent == root or root in parent.parents for root in models) or any(f in parent.parents for f in around):
            continue
        path = parent / _PROJECT
        if path.is_file() and (table := _project_table(_parsed(path))) is not None:
            return Settings(_config(path, table, "[tool.truename]"), str(path))
    return Settings()


def model_folder(target: str) -> Path | None:
    """The uppermost folder of the model that a path points to or into; None for what is no path on this machine."""
    if "\0" in target or not os.path.exists(target):
        return None
    path = Path(target).resolve() if os.path.isdir(target) else Path(os.path.abspath(target)).parent.resolve()
    while path.parent != path and any((path.parent / name).is_file() for name in _OF_A_MODEL):
        path = path.parent
    return path


def _named(path: Path) -> Settings:
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file of settings")
    document = _parsed(path)
    table = _project_table(document)
    if table is None and path.name == _PROJECT:
        raise UsageError(f"{path}: has no table [tool.truename]")
    place = "the top level" if table is None else "[tool.truename]"
    return Settings(_config(path, document if table is None else table, place), str(path))


def _parsed(path: Path) -> dict[str, Any]:
    """The content of a TOML file; nothing where a pyproject.toml does not speak of truename."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: too large for a file of settings (more than {MAX_BYTES:,} bytes)")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text") from error
    if path.name == _PROJECT and "truename" not in text:
        return {}  # spares parsing TOML in most projects
    import tomllib  # seldom needed, and slow to import

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: not valid TOML ({error})") from error


def _project_table(document: dict[str, Any]) -> object | None:
    """``[tool.truename]`` of a document, None where it has none."""
    tool = document.get("tool")
    return tool.get("truename") if isinstance(tool, dict) else None


def _config(path: Path, table: object, place: str) -> Config:
    try:
        config = msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {place} is wrong: {error}") from error
    if config.fail_on not in FAIL_ON:
        raise UsageError(f"{path}: {place} fail-on is {config.fail_on!r}; it must be one of {', '.join(FAIL_ON)}")
    return config
