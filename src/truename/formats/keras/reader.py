"""Read Keras files: ``.keras`` archives, Keras 3 weights and the older HDF5 files, transformers' ``tf_model.h5`` too.

Names are those of the variables: without the group that a layer's name makes, and, where Keras 3 only numbers the
variables of a layer, with the name that its class gives them. The optimizer's variables are left out and counted.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from truename.blob import Blob
from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.archives import ZipFault
from truename.formats.archives.zip import STORED, ZipEntry, read_directory, read_entry, read_start
from truename.formats.header import Tensor, UnsafeGlobal, WeightsHeader
from truename.formats.keras import KerasFault
from truename.formats.keras.hdf5 import Dataset, Hdf5Contents, read_hdf5
from truename.formats.views import PartBlob
from truename.json_text import JsonError, NotUtf8Error, decode_json_as

WEIGHTS_ENTRY = "model.weights.h5"
CONFIG_ENTRY = "config.json"
MAX_CONFIG_BYTES = 16_000_000

_ATTRIBUTES = frozenset(("name", "dtype", "model_config", "keras_version", "backend", "layer_names", "layer_names0"))
_OPTIMIZERS = ("optimizer/", "optimizer_weights/")
_SAVED_WEIGHTS = "model_weights"
_CONTAINERS = frozenset(("layers", "_layers"))
_COPY = re.compile(r"_\d+$")
_LOCAL_HEADER = 30
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_MARSHALLED = re.compile(r'"__lambda__"|"function_type"\s*:\s*"lambda"')  # as Keras 3 and 2 write it


def read_keras(blob: Blob) -> WeightsHeader:
    """Read the variables of a Keras file; ``metadata["model_config"]`` is the configuration of its layers, as JSON.

    Raises:
        FormatError: the file breaks its format, or holds no model; its code says how.
        UnsupportedFormatError: it keeps its weights in a way that truename does not read.
    """
    if blob.read(0, 2) == b"PK":
        return _read_archive(blob)
    return _header(blob, read_hdf5(blob, _ATTRIBUTES), {})


def _read_archive(blob: Blob) -> WeightsHeader:
    entries = read_directory(blob)
    weights = entries.get(WEIGHTS_ENTRY)
    if weights is None:
        if any(name.endswith((".npz", ".json")) and "model.weights" in name for name in entries):
            raise UnsupportedFormatError(
                blob.path,
                "keeps its weights in an archive of a kind that truename does not read",
                KerasFault.ARCHIVE_KIND,
            )
        raise UnsupportedFormatError(
            blob.path, f"holds no {WEIGHTS_ENTRY}; this is no Keras model", KerasFault.NO_WEIGHTS
        )
    metadata = {}
    if (config := entries.get(CONFIG_ENTRY)) is not None:
        metadata["model_config"] = _json_object(blob.path, read_entry(blob, config, MAX_CONFIG_BYTES))
    with _stored_part(blob, weights) as part:
        return _header(blob, read_hdf5(part, _ATTRIBUTES), metadata)


def _stored_part(blob: Blob, entry: ZipEntry) -> PartBlob:
    if entry.method != STORED:
        raise UnsupportedFormatError(
            blob.path, f"keeps {entry.name} compressed, which cannot be read in parts", KerasFault.COMPRESSED
        )
    read_start(blob, entry, 8)  # checks the entry's own header
    head = blob.read(entry.offset, _LOCAL_HEADER)
    lengths = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    start = entry.offset + _LOCAL_HEADER + lengths
    if start + entry.size > blob.size:
        raise FormatError(blob.path, ZipFault.LOCAL_HEADER, "changed while it was read", part=("entry", entry.name))
    return PartBlob(blob, blob.path, start, entry.size)


def _json_object(path: str, data: bytes) -> str:
    try:
        decode_json_as(data, msgspec.json.Decoder(dict[str, msgspec.Raw]))
        return data.decode("utf-8")
    except NotUtf8Error:
        raise FormatError(path, KerasFault.CONFIG, "has a configuration of its layers that is not UTF-8") from None
    except JsonError:
        raise FormatError(path, KerasFault.CONFIG, "has a configuration of its layers that is no JSON object") from None


def _header(blob: Blob, contents: Hdf5Contents, metadata: dict[str, str]) -> WeightsHeader:
    root = contents.attributes.get("", {})
    for key in ("keras_version", "backend"):
        if text := root.get(key) or contents.attributes.get(_SAVED_WEIGHTS, {}).get(key):
            metadata[key] = text
    if config := root.get("model_config"):
        metadata.setdefault("model_config", _json_object(blob.path, config.encode()))
    kept = {path: data for path, data in contents.datasets.items() if not path.startswith(_OPTIMIZERS)}
    if not kept:
        raise UnsupportedFormatError(
            blob.path, "holds no variable; these are no weights of a model", KerasFault.NO_WEIGHTS
        )
    if len(kept) < len(contents.datasets):
        metadata["optimizer_variables"] = str(len(contents.datasets) - len(kept))
    tensors = dict(_named(kept, contents.attributes))
    code = tuple(_code_of(blob.path, metadata.get("model_config", "")))
    return WeightsHeader("keras", (blob.path,), tensors, {}, metadata, blob.bytes_read, unsafe_globals=code)


def _code_of(path: str, config: str) -> Iterator[UnsafeGlobal]:
    """The first layer that holds a function as marshalled code, which runs when the model is built or called."""
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), config)
    if found := _MARSHALLED.search(plain):
        yield UnsafeGlobal("keras.layers.Lambda", path, found.start(), CONFIG_ENTRY)


def _named(kept: Mapping[str, Dataset], attributes: Mapping[str, dict[str, str]]) -> Iterator[tuple[str, Tensor]]:
    """The tensors by the names of their variables; by their paths where two would have one name."""
    names = {path: _variable_name(path, kept, attributes) for path in kept}
    times: dict[str, int] = {}
    links: dict[int, int] = {}
    for path, name in names.items():
        times[name] = times.get(name, 0) + 1
        links[kept[path].address] = links.get(kept[path].address, 0) + 1
    unique = max(times.values()) == 1
    for path, data in kept.items():
        storage = f"@{data.address}" if links[data.address] > 1 else None
        yield names[path] if unique else path, Tensor(data.dtype, data.shape, data.stored_bytes, storage)


def _variable_name(path: str, kept: Mapping[str, Dataset], attributes: Mapping[str, dict[str, str]]) -> str:
    parts = path.split("/")
    group = ""
    if parts[0] == _SAVED_WEIGHTS and len(parts) > 1:
        group, parts = _SAVED_WEIGHTS, parts[1:]
    if len(parts) > 2 and not attributes.get(group, {}).keys().isdisjoint(("layer_names", "layer_names0")):
        return "/".join(parts[1:])  # the first part is the layer's group, the rest the variable's own name
    if len(parts) > 2 and parts[-2] == "vars" and parts[-1].isdecimal():
        return _numbered(parts, kept, attributes)
    return "/".join(parts)


def _numbered(parts: list[str], kept: Mapping[str, Dataset], attributes: Mapping[str, dict[str, str]]) -> str:
    """``layers/dense/vars/0`` as ``up/kernel``: Keras 3 keeps a layer's own name beside its variables."""
    named = []
    for end in range(1, len(parts) - 1):
        if parts[end - 1] in _CONTAINERS:
            continue
        own = attributes.get("/".join((*parts[:end], "vars")), {}).get("name", parts[end - 1])
        named.append(own if own and "/" not in own else parts[end - 1])
    return "/".join((*named, _role("/".join(parts[:-1]), parts[-3], int(parts[-1]), kept)))


def _role(group: str, layer: str, number: int, kept: Mapping[str, Dataset]) -> str:
    kind = _COPY.sub("", layer)
    roles = _table()["variables"].get(kind, ())
    if kind in _table()["classes"]["whole"] and f"{group}/{len(roles) - 1}" not in kept:
        return f"vars/{number}"
    return str(roles[number]) if number < len(roles) else f"vars/{number}"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("keras_variables.toml").read_text(encoding="utf-8"))
