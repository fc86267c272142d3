"""A small bundle about one finding, to attach to a complaint: all that the decision rests on, and nothing else.

It holds the name, the documents, the tensors' names, types and shapes, the report, the explanation and the versions.
It holds no weights, no path of the machine, and no token: what has the form of one is blanked out.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec

from truename import __version__
from truename.api import check
from truename.atomic_files import write_atomically
from truename.budget import Budget
from truename.errors import FileError, TargetNotFoundError, UnsafePathError, UsageError
from truename.evidence.gather import checkpoints_of, read_main
from truename.explanation import explain
from truename.settings import DEFAULTS, Config
from truename.sources import Source, Target, open_source

BUNDLE_SCHEMA = "truename.dispute/1"
MAX_DOCUMENT_BYTES = 2_000_000
MAX_DOCUMENTS = 64
MAX_TENSORS = 200_000

_DOCUMENT = re.compile(r".+\.(?:json|md|toml|ya?ml|txt)", re.IGNORECASE)
_LARGE = re.compile(r"(?:.*/)?(?:tokenizer|vocab|merges|added_tokens|special_tokens_map)\.(?:json|txt)", re.IGNORECASE)
# Of the Hub, of GitHub, of OpenAI and its like, of AWS; and whatever is called a token, a secret or a password.
_TOKEN = re.compile(
    rb"hf_[A-Za-z0-9]{16,}|api_org_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{20,}|AKIA[A-Z0-9]{16}"
    rb'|(?<=token": ")[^"\s]{16,}(?=")|(?<=secret": ")[^"]+(?=")|(?<=password": ")[^"]+(?=")',
)
BLANK = b"[removed]"
_EPOCH = (1980, 1, 1, 0, 0, 0)


class BundledTensor(msgspec.Struct, frozen=True):
    """A tensor's header; never a value."""

    name: str
    dtype: str | None
    shape: tuple[int, ...] | None
    file: str | None


def write_bundle(
    target: Target, code: str, out: Path, *, name: str | None = None, config: Config = DEFAULTS
) -> tuple[str, ...]:
    """Write the bundle about what one rule said of one model.

    Args:
        target: a folder's path, a model's id on the Hub (``owner/name@revision``), an address, or a source.
        code: of the rule.
        out: the zip file.
        name: the claimed name; without it the source's own.
        config: the settings of the check.

    Returns:
        The names of the files inside.

    Raises:
        TargetError: there is no model at the target.
        UsageError: there is no such rule, or the file cannot be written.
    """
    source = open_source(target)
    report = check(source, name=name, config=config)
    explained = explain(source, code, name=name, config=config)
    about = {
        "schema": BUNDLE_SCHEMA,
        "truename": __version__,
        "python": platform.python_version(),
        "system": platform.system(),
        "name": report.name,
        "revision": report.revision,
        "code": explained.code,
        "files": dict(source.files),
    }
    parts = {
        "about.json": _json(about),
        "report.json": _json(msgspec.structs.replace(report, target=report.name)),
        "explanation.json": _json(msgspec.structs.replace(explained, target=report.name)),
        "tensors.json": _json(_tensors(source)),
        **_documents(source),
    }
    try:
        with write_atomically(out) as place, ZipFile(place, "w", ZIP_DEFLATED) as bundle:
            for path, data in parts.items():
                bundle.writestr(ZipInfo(path, _EPOCH), _TOKEN.sub(BLANK, data), ZIP_DEFLATED)
    except OSError as error:
        raise UsageError(f"{out}: the bundle cannot be written ({error.strerror})") from error
    return tuple(parts)


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(_encodable(msgspec.to_builtins(value)), order="deterministic"))


def _encodable(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {str(_encodable(key)): _encodable(one) for key, one in value.items()}
    return [_encodable(one) for one in value] if isinstance(value, list | tuple) else value


def _tensors(source: Source) -> list[BundledTensor]:
    header = read_main(checkpoints_of(source), source, Budget()).header
    if header is None:
        return []
    named = list(header.tensors.items())[:MAX_TENSORS]
    return [BundledTensor(tensor, one.dtype, one.shape, header.file(tensor)) for tensor, one in named]


def _documents(source: Source) -> Mapping[str, bytes]:
    """The documents that a check may read, without vocabularies."""
    found: dict[str, bytes] = {}
    for path, size in source.files.items():
        if not _DOCUMENT.fullmatch(path) or _LARGE.fullmatch(path) or size > MAX_DOCUMENT_BYTES:
            continue
        if len(found) >= MAX_DOCUMENTS:
            break
        try:
            with source.open(path) as blob:
                found[f"documents/{path}"] = blob.read(0, MAX_DOCUMENT_BYTES)
        except (FileError, TargetNotFoundError, UnsafePathError):
            continue  # what cannot be read played no part; the list of files names it
    return found
