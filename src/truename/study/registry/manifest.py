"""``study.toml``: the inputs, versions, settings and hashes of a study, by which it can be repeated to the byte."""

from __future__ import annotations

import hashlib
import os
import platform
import tomllib
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

import msgspec

from truename import __version__
from truename.errors import UsageError

NAME = "study.toml"
SCHEMA = "truename.study/2"
# what the bytes of the output depend on
_LIBRARIES = ("pyarrow", "polars", "numpy", "altair", "vl-convert-python", "statsmodels", "jinja2", "msgspec")


class Input(msgspec.Struct, frozen=True):
    """A file that a study reads."""

    path: str  # from the folder of the record, so that it holds wherever a command is given
    bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path, folder: Path) -> Input:
        """A file as it is now, for a record that will lie in a folder."""
        way = Path(os.path.relpath(path.parent.resolve() / path.name, folder.resolve()))  # a link keeps its name
        return cls(way.as_posix(), path.stat().st_size, digest_of(path))


class Pin(msgspec.Struct, frozen=True):
    """One study."""

    snapshot: Input
    survey: Input | None = None
    instrument: Input | None = None  # of the survey; None: the shipped one
    packages: tuple[Input, ...] = ()
    settings: Mapping[str, float | str] = {}
    versions: Mapping[str, str] = {}
    outputs: Mapping[str, str] = {}  # path in the output folder -> SHA-256
    schema: str = SCHEMA


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def versions() -> dict[str, str]:
    """What a study's bytes depend on -> its version here."""
    found = {"truename": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # a part that is not installed wrote nothing
    return found


def other_versions(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What has another version now: ``polars 2.0.9, now 2.1.0``."""
    names = [*before, *(name for name in now if name not in before)]
    return [
        f"{name} {before.get(name, 'not there')}, now {now.get(name, 'not there')}"
        for name in names
        if before.get(name) != now.get(name)
    ]


def outputs_in(folder: Path, leave_out: Iterable[str] = ()) -> dict[str, str]:
    """Every file of the output -> its digest, in the order of their paths."""
    unwanted = {NAME, *leave_out}
    files = (path for path in folder.rglob("*") if path.is_file())
    paths = sorted((path.relative_to(folder).as_posix(), path) for path in files)
    return {name: digest_of(path) for name, path in paths if name not in unwanted}


def write_pin(pin: Pin, path: Path) -> None:
    """Write ``study.toml``."""
    lines = [f"schema = {_quoted(pin.schema)}", ""]
    for name, table in (("settings", pin.settings), ("versions", pin.versions)):
        lines += [f"[{name}]", *(f"{_key(key)} = {_value(value)}" for key, value in table.items()), ""]
    named = [("[snapshot]", pin.snapshot)]
    named += [("[survey]", pin.survey)] if pin.survey is not None else []
    named += [("[instrument]", pin.instrument)] if pin.instrument is not None else []
    named += [("[[packages]]", one) for one in pin.packages]
    for title, one in named:
        lines += [title, f"path = {_quoted(one.path)}", f"bytes = {one.bytes}", f"sha256 = {_quoted(one.sha256)}", ""]
    lines += ["[outputs]", *(f"{_quoted(name)} = {_quoted(digest)}" for name, digest in pin.outputs.items()), ""]
    path.write_text("\n".join(lines), "utf-8")


def read_pin(path: Path) -> Pin:
    """Read ``study.toml``.

    Raises:
        UsageError: it cannot be read, or is not what it must be.
    """
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Pin)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UsageError(f"{path}: no record of a study ({error})") from None


def _value(value: float | str) -> str:
    return _quoted(value) if isinstance(value, str) else repr(value)


def _key(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() else _quoted(key)


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()  # a JSON string is a TOML string


class Settings(msgspec.Struct, frozen=True):
    """The settings of one study, as they stand in ``study.toml``."""

    snapshot: str  # the file's name
    records: int  # in the snapshot, those too that have no row
    absent: tuple[str, ...] = ()  # columns that the snapshot does not have
    confidence: float = 0.95  # of intervals
