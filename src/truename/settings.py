"""Settings of a project: ``truename.toml``, or the table ``[tool.truename]`` of a pyproject.toml.

The walk goes up from the working directory, as in other linters, and ends at the first file that has settings. It
passes over the folders of the models that are checked: who publishes a model does not settle how it is checked.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec

from truename.errors import UsageError
from truename.findings import Severity

FAIL_ON = ("error", "warning", "note", "never")
MAX_BYTES = 4_000_000  # no file of settings that a person wrote is near this
_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.+(?:\n {5,}.+)*)", re.MULTILINE)
_PROJECT = "pyproject.toml"
_OWN = "truename.toml"
_OF_A_MODEL = ("config.json", "model_index.json")


class ModelIgnore(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """Rules that are not run for some models, with the reason.

    Attributes:
        models: a glob, or several, for the name or for the target as the call writes it.
        codes: prefixes of rule codes.
        reason: why; it is told in every report.
        expires: the last day on which the rules are not run; without it they never are.
    """

    models: tuple[str, ...] | str
    codes: tuple[str, ...]
    reason: str
    expires: datetime.date | None = None

    def is_about(self, name: str, target: str) -> bool:
        """Whether a model of that name, or at that target, is meant."""
        globs = (self.models,) if isinstance(self.models, str) else self.models
        return any(fnmatchcase(text, glob) for text in (name, target.rstrip("/")) for glob in globs)


class NamingPolicy(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """What a project asks of the names of its models. What is empty asks for nothing.

    Attributes:
        required: roles of elements that every name must have: family, parameters, version ...
        conventions: the naming conventions of which a name must be.
        owners: the owners under which a model may stand: ``acme`` of ``acme/llama-7b``.
        families: the families that a name may claim.
        licences: the licences that a model may declare, by their ids.
        pattern: a regular expression that the whole name without its owner must match; in RE2's syntax.
        longest_name: in characters, without the owner.
    """

    required: tuple[str, ...] = ()
    conventions: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    pattern: str | None = None
    longest_name: int | None = None


class Config(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """What a project has settled for every check in it.

    Attributes:
        select: prefixes of the codes of the rules that run; empty: all.
        ignore: prefixes of the codes of rules that do not.
        extend_select: prefixes of the codes of rules that run as well: previews, say.
        preview: whether the rules that are a preview run too.
        fail_on: from which severity on a finding fails a call: error, warning, note or never.
        strict: whether a call also fails where a model could not be verified.
        severities: by code or by prefix of codes, how bad the findings of a rule are here.
        per_model_ignores: rules that are not run for some models.
        naming: what is asked of names.
        releases: a file with a table of own releases: 'truename releases build' writes it.
        endpoint: the address of the hub that is asked, instead of HF_ENDPOINT.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    preview: bool = False
    fail_on: str = "warning"  # one of FAIL_ON
    strict: bool = False
    severities: Mapping[str, Severity] = {}
    per_model_ignores: tuple[ModelIgnore, ...] = ()
    naming: NamingPolicy = NamingPolicy()
    releases: str | None = None
    endpoint: str | None = None

    @property
    def digest(self) -> str:
        """What of the settings changes the reports of a model, besides the rules that run; empty where nothing does."""
        plain = (self.severities, self.per_model_ignores, self.naming)
        if plain == (Config().severities, Config().per_model_ignores, Config().naming):
            return ""
        return msgspec.json.encode(plain, order="deterministic").decode()


DEFAULTS = Config()


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
    isolated: bool = False,
) -> Settings:
    """The settings of a file, or those that hold in ``start`` (the working directory by default), or the defaults.

    Args:
        file: TOML with a table ``[tool.truename]``; in a file that is not called pyproject.toml the settings may stand
            at the top level. It may lie anywhere.
        start: where the walk begins that finds a file where none is given.
        targets: what is checked. No settings are found in the folder of a model on this machine, or below it.
        folders: folders of models. No settings are found below them.
        isolated: look for no file.

    Raises:
        UsageError: the file cannot be read, has no settings, or they are not what they must be.
    """
    if file is not None:
        return _named(Path(file))
    if isolated:
        return Settings()
    begin = (start or Path()).resolve()
    models = [root for target in targets if (root := model_folder(target)) is not None]
    around = [Path(folder).resolve() for folder in folders]
    for parent in (begin, *begin.parents):
        if any(parent == root or root in parent.parents for root in models) or any(f in parent.parents for f in around):
            continue
        own = parent / _OWN
        if own.is_file():
            return _named(own)
        path = parent / _PROJECT
        if path.is_file() and (table := _project_table(_parsed(path))) is not None:
            return Settings(_config(path, table, "[tool.truename]"), str(path))
    return Settings()


def settings_schema() -> dict[str, Any]:
    """The JSON Schema of ``truename.toml`` and of the table ``[tool.truename]``, with what each key means."""
    from inspect import getdoc

    schema = msgspec.json.schema(Config)
    for form in (Config, NamingPolicy, ModelIgnore):
        text = (getdoc(form) or "").partition("Attributes:")[2]
        meanings = {name: " ".join(said.split()) for name, said in _ATTRIBUTE.findall(text)}
        properties = schema["$defs"][form.__name__]["properties"]
        for field in msgspec.structs.fields(form):
            properties[field.encode_name]["description"] = meanings[field.name]
    schema["$defs"]["Config"]["properties"]["fail-on"]["enum"] = list(FAIL_ON)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Settings of truename", **schema}


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
    _refuse_unknown(path, table, Config, "")
    try:
        config = msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {place} is wrong: {error}") from error
    if config.fail_on not in FAIL_ON:
        raise UsageError(f"{path}: {place} fail-on is {config.fail_on!r}; it must be one of {', '.join(FAIL_ON)}")
    for ignored in config.per_model_ignores:
        if not ignored.reason.strip():
            raise UsageError(f"{path}: {place} per-model-ignores of {ignored.models!r} gives no reason")
    return config


_NESTED: Mapping[str, type[msgspec.Struct]] = {"naming": NamingPolicy, "per-model-ignores": ModelIgnore}


def _refuse_unknown(path: Path, table: object, form: type[msgspec.Struct], prefix: str) -> None:
    """Name the first key that the form does not have, with its line and the key that may have been meant."""
    for row in table if isinstance(table, list) else [table]:
        if not isinstance(row, dict):
            continue
        known = [field.encode_name for field in msgspec.structs.fields(form)]
        for key, value in row.items():
            if key in known:
                if key in _NESTED:
                    _refuse_unknown(path, value, _NESTED[key], f"{key}.")
                continue
            from difflib import get_close_matches

            near = get_close_matches(key.replace("_", "-"), known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(known)}"
            line = _line_of(path, key)
            where = f"{path}:{line}" if line else str(path)
            raise UsageError(f"{where}: {prefix}{key} is not a setting; {hint}")


def _line_of(path: Path, key: str) -> int | None:
    """The line on which a key stands as the left side of an assignment, or in a table's head."""
    bare = re.escape(key)
    stands = re.compile(rf"""\s*["']?{bare}["']?\s*[.=]|\s*\[.*\b{bare}\b.*\]|.*[{{,]\s*["']?{bare}["']?\s*=""")
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if stands.match(line)), None)
