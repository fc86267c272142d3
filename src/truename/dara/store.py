"""A trained classifier as a safetensors file: numbers as tensors, labels and calibration in the metadata."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from truename.dara.features import VERSION
from truename.dara.identification import Question
from truename.dara.index import Index, Postings
from truename.dara.model import Calibration, Entries, Linear, Model, Programs
from truename.dara.prior import UNIFORM, Prior
from truename.errors import DeclaredError
from truename.json_text import decode_json_as

PACKAGED = Path(__file__).with_name("model") / "dara.safetensors"
_LARGEST = 64_000_000  # bytes of a model that is read
_DTYPES = {"U8": "|u1", "U16": "<u2", "U32": "<u4", "F32": "<f4", "I8": "|i1"}  # safetensors' word -> numpy's
_WORDS = {np.dtype(code): word for word, code in _DTYPES.items()}
_POSTINGS = ("words", "lists", "starts", "sets")
_PROGRAMS = ("starts", "text", "of_starts", "of")
_LINEAR = ("words", "starts", "labels", "weights", "intercepts")
Array = NDArray[Any]


class _Plain(msgspec.Struct):
    """What is no number a prototype."""

    version: int
    unseen: dict[str, float]
    labels: dict[str, tuple[str, ...]]
    calibrations: dict[str, Calibration]
    notes: dict[str, str]
    prior: Prior = UNIFORM
    weight: float = 1.0


def save(model: Model, path: Path) -> None:
    """Write ``model``; the same model gives the same bytes."""
    plain = _Plain(
        model.version,
        {"types": model.types.unseen, "classes": model.classes.unseen, "shapes": model.shapes.unseen},
        dict(model.labels),
        dict(model.calibrations),
        dict(model.notes),
        model.prior,
        model.weight,
    )
    header: dict[str, Any] = {"__metadata__": {"truename.dara": msgspec.json.encode(plain).decode()}}
    body = bytearray()
    for name, numbers in sorted(_arrays(model).items(), key=lambda item: -item[1].itemsize):  # aligned without holes
        at = len(body)
        body += numbers.tobytes()
        header[name] = {"dtype": _WORDS[numbers.dtype], "shape": [len(numbers)], "data_offsets": [at, len(body)]}
    text = msgspec.json.encode(header)
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def load(path: Path = PACKAGED) -> Model:
    """Read a classifier.

    Raises:
        DeclaredError: the file is none, or is of another feature space.
    """
    data = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
    try:
        (length,) = struct.unpack_from("<Q", data)
        header = decode_json_as(data[8 : 8 + length], msgspec.json.Decoder(dict[str, Any]))
        plain = decode_json_as(header.pop("__metadata__")["truename.dara"], msgspec.json.Decoder(_Plain))
        if plain.version != VERSION:
            raise DeclaredError(str(path), f"has features of version {plain.version}, not {VERSION}; train it again")
        arrays = {name: _array(entry, memoryview(data)[8 + length :]) for name, entry in header.items()}
        return _model(plain, arrays)
    except (struct.error, KeyError, TypeError, ValueError) as error:  # a JsonError is a ValueError
        raise DeclaredError(str(path), "is no classifier that 'truename dara train' wrote") from error


def _arrays(model: Model) -> Mapping[str, Array]:
    found = {
        **{f"names.{name}": getattr(model.names, name) for name in _POSTINGS},
        "names.type_weights": model.types.weights,
        "names.type_totals": model.types.totals,
        "names.class_weights": model.classes.weights,
        "names.class_totals": model.classes.totals,
        "names.bare": np.array(model.bare, np.uint32),
        **{f"shapes.{name}": getattr(model.shapes.postings, name) for name in _POSTINGS},
        "shapes.weights": model.shapes.weights,
        "shapes.totals": model.shapes.totals,
        "entries.names": model.entries.names,
        "entries.shapes": model.entries.shapes,
        **{f"entries.{question}": column for question, column in zip(Question, model.entries.labels, strict=True)},
    }
    if model.linear is not None:
        found |= {f"linear.{name}": getattr(model.linear, name) for name in _LINEAR}
    if model.programs is not None:
        found |= {f"programs.{name}": getattr(model.programs, name) for name in _PROGRAMS}
    return {name: array.astype(array.dtype.newbyteorder("<"), copy=False) for name, array in found.items()}


def _array(entry: Mapping[str, Any], body: memoryview) -> Array:
    start, end = entry["data_offsets"]
    numbers = np.frombuffer(body[start:end], _DTYPES[entry["dtype"]])
    if len(numbers) != entry["shape"][0]:
        raise ValueError("a tensor is cut off")
    return numbers


def _model(plain: _Plain, a: Mapping[str, Array]) -> Model:
    names, shapes = (Postings(*(a[f"{of}.{name}"] for name in _POSTINGS)) for of in ("names", "shapes"))
    return Model(
        plain.version,
        Index(names, a["names.type_weights"], a["names.type_totals"], plain.unseen["types"]),
        Index(names, a["names.class_weights"], a["names.class_totals"], plain.unseen["classes"]),
        Index(shapes, a["shapes.weights"], a["shapes.totals"], plain.unseen["shapes"]),
        Entries(a["entries.names"], a["entries.shapes"], tuple(a[f"entries.{question}"] for question in Question)),
        plain.labels,
        plain.calibrations,
        Linear(*(a[f"linear.{name}"] for name in _LINEAR)) if "linear.words" in a else None,
        plain.notes,
        tuple(a["names.bare"].tolist()),
        Programs(*(a[f"programs.{name}"] for name in _PROGRAMS)) if "programs.text" in a else None,
        plain.prior,
        plain.weight,
    )
