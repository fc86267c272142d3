"""A trained classifier as a safetensors file: numbers as tensors, labels and calibration in the metadata."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from truename.dara.index import Index
from truename.dara.linear import Linear
from truename.dara.model import Calibration, Model, Rows
from truename.errors import DeclaredError
from truename.features import VERSION

PACKAGED = Path(__file__).with_name("model") / "dara.safetensors"
_LARGEST = 64_000_000  # bytes of a model that is read
_DTYPES = {"H": "U16", "I": "U32", "f": "F32", "b": "I8"}
_LINEAR = ("words", "starts", "labels", "weights", "intercepts")
_CODES = {dtype: code for code, dtype in _DTYPES.items()}


class _Plain(msgspec.Struct):
    """What is no number a prototype."""

    version: int
    unseen: dict[str, float]
    labels: dict[str, tuple[str, ...]]
    calibrations: dict[str, Calibration]
    notes: dict[str, str]


def save(model: Model, path: Path) -> None:
    """Write ``model``; the same model gives the same bytes."""
    plain = _Plain(
        model.version,
        {"types": model.types.unseen, "classes": model.classes.unseen, "shapes": model.shapes.unseen},
        dict(model.labels),
        dict(model.calibrations),
        dict(model.notes),
    )
    header: dict[str, Any] = {"__metadata__": {"truename.dara": msgspec.json.encode(plain).decode()}}
    body = bytearray()
    for name, numbers in sorted(_arrays(model).items(), key=lambda item: -item[1].itemsize):  # aligned without holes
        at = len(body)
        body += numbers.tobytes()
        header[name] = {"dtype": _DTYPES[numbers.typecode], "shape": [len(numbers)], "data_offsets": [at, len(body)]}
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
        header = msgspec.json.decode(data[8 : 8 + length], type=dict[str, Any])
        plain = msgspec.json.decode(header.pop("__metadata__")["truename.dara"], type=_Plain)
        if plain.version != VERSION:
            raise DeclaredError(str(path), f"has features of version {plain.version}, not {VERSION}; train it again")
        arrays = {name: _array(entry, memoryview(data)[8 + length :]) for name, entry in header.items()}
        return _model(plain, arrays)
    except (struct.error, msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
        raise DeclaredError(str(path), "is no classifier that 'truename dara train' wrote") from error


def _arrays(model: Model) -> Mapping[str, Any]:
    return {
        "names.words": model.types.words,
        "names.lists": _narrow(model.types.lists),
        "names.starts": model.types.starts,
        "names.postings": _narrow(model.types.postings),
        "names.type_weights": model.types.weights,
        "names.type_totals": model.types.totals,
        "names.class_weights": model.classes.weights,
        "names.class_totals": model.classes.totals,
        "shapes.words": model.shapes.words,
        "shapes.weights": model.shapes.weights,
        "shapes.starts": model.shapes.starts,
        "shapes.members": model.shapes.members,
        "shapes.totals": model.shapes.totals,
        "firsts": model.firsts,
        "names.bare": model.bare,
        **({f"linear.{name}": getattr(model.linear, name) for name in _LINEAR} if model.linear is not None else {}),
        **{f"entries.{number}": column for number, column in enumerate(model.entries)},
    }


def _narrow(numbers: array[int]) -> array[int]:
    """In 16 bits, where they fit."""
    return array("H", numbers) if max(numbers, default=0) <= 0xFFFF else numbers


def _array(entry: Mapping[str, Any], body: memoryview) -> Any:
    start, end = entry["data_offsets"]
    numbers: Any = array(_CODES[entry["dtype"]])
    numbers.frombytes(body[start:end])
    if sys.byteorder == "big":
        numbers.byteswap()
    if len(numbers) != entry["shape"][0]:
        raise ValueError("a tensor is cut off")
    return numbers


def _model(plain: _Plain, a: Mapping[str, Any]) -> Model:
    words, common = a["names.words"], (a["names.lists"], a["names.starts"], a["names.postings"])
    return Model(
        plain.version,
        Index(words, a["names.type_weights"], *common, a["names.type_totals"], plain.unseen["types"]),
        Index(words, a["names.class_weights"], *common, a["names.class_totals"], plain.unseen["classes"]),
        Rows(
            a["shapes.words"],
            a["shapes.weights"],
            a["shapes.starts"],
            a["shapes.members"],
            a["shapes.totals"],
            plain.unseen["shapes"],
        ),
        tuple(a[f"entries.{number}"] for number in range(5)),
        a["firsts"],
        plain.labels,
        plain.calibrations,
        Linear(*(a[f"linear.{name}"] for name in _LINEAR)) if "linear.words" in a else None,
        plain.notes,
        a["names.bare"],
    )
