"""What TensorFlow's files share: dtypes by number, shapes, and which variables belong to the training alone."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from truename.errors import FormatError
from truename.formats.protobuf import LEN, Field, Wire
from truename.formats.tensorflow import TensorflowFault

VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"  # how a checkpoint of objects ends the name of a variable
MAX_RANK = 254  # of TensorFlow itself

# tensorflow/core/framework/types.proto, enum DataType: its number, our word. Quantised types are integers.
DTYPES: dict[int, str] = {
    1: "F32",
    2: "F64",
    3: "I32",
    4: "U8",
    5: "I16",
    6: "I8",
    7: "STRING",
    8: "C64",
    9: "I64",
    10: "BOOL",
    11: "I8",
    12: "U8",
    13: "I32",
    14: "BF16",
    15: "I16",
    16: "U16",
    17: "U16",
    18: "C128",
    19: "F16",
    22: "U32",
    23: "U64",
    24: "F8_E5M2",
    25: "F8_E4M3",
    26: "F8_E4M3FNUZ",
    28: "F8_E5M2FNUZ",
    29: "I4",
    30: "U4",
    31: "I2",
    32: "U2",
}
OTHER_DTYPES = frozenset((20, 21))  # resources and variants: handles, no numbers
_DIM, _SIZE, _UNKNOWN_RANK = 2, 1, 3


def read_shape(wire: Wire, field: Field, name: str) -> tuple[int, ...] | None:
    """A ``TensorShapeProto``; None where the rank is not known.

    Raises:
        FormatError: the bytes are no message; or there are too many dimensions.
    """
    wire.expect(field, LEN)
    shape: list[int] = []
    unknown = False
    for inner in wire.fields(field.start, field.end):
        if inner.number == _DIM:
            wire.expect(inner, LEN)
            sizes = [wire.number(f) for f in wire.fields(inner.start, inner.end) if f.number == _SIZE]
            shape.append(sizes[-1] if sizes else 0)
            if len(shape) > MAX_RANK:
                raise FormatError(
                    wire.path,
                    TensorflowFault.VARIABLE_SHAPE,
                    f"has more than {MAX_RANK} dimensions",
                    part=("variable", name),
                )
        elif inner.number == _UNKNOWN_RANK:
            unknown = unknown or bool(inner.value)
    return None if unknown else tuple(shape)


def is_training(name: str) -> bool:
    """Whether a variable belongs to the optimizer or the loop, by its name."""
    words = _words()
    steps = name.removesuffix(":0").removesuffix(VALUE).split("/")
    if steps[-1] in words["names"] or (len(steps) > 1 and steps[-1] in words["slots"]):
        return True
    if not words["anywhere"].isdisjoint(steps) or (len(steps) > 1 and steps[0].lower() in words["optimizers"]):
        return True
    return not words["parts"].isdisjoint(steps[:-1]) and words["model"].isdisjoint(steps)


@cache
def _words() -> dict[str, frozenset[str]]:
    table = tomllib.loads(Path(__file__).with_name("tf_training.toml").read_text(encoding="utf-8"))
    return {key: frozenset(words) for key, words in table.items()}
