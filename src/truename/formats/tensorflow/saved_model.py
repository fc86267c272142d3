"""Read a TensorFlow SavedModel: its variables with the names that the model itself gives them.

``variables.index`` names a variable by a way through the program's objects (``model/layer-2/_kernel``);
``saved_model.pb`` keeps its own name, dtype and shape (``bert/encoder/layer_0/attention/self/query/kernel``). The
graph, most of the file, is skipped. A SavedModel of TensorFlow 1 has no objects: there the index has the right names.

Source: tensorflow/core/protobuf/saved_model.proto, meta_graph.proto, saved_object_graph.proto.
"""

from __future__ import annotations

from collections import Counter

from truename.blob import Blob
from truename.errors import FormatError, UnsupportedFormatError
from truename.formats.dtypes import extent
from truename.formats.header import Tensor, WeightsHeader
from truename.formats.protobuf import LEN, Field, Wire
from truename.formats.tensorflow import TensorflowFault
from truename.formats.tensorflow.bundle import read_bundle_index
from truename.formats.tensorflow.sstable import is_table
from truename.formats.tensorflow.variables import (
    DTYPES,
    OTHER_DTYPES,
    is_training,
    read_shape,
)
from truename.formats.views import Window

MAX_OBJECTS = 500_000
MAX_NAME = 4_096
_META_GRAPH, _INFO, _OBJECT_GRAPH, _NODES, _VARIABLE = 2, 1, 7, 1, 7
_INFO_TAGS, _INFO_VERSION = 4, 5
_DTYPE, _SHAPE, _NAME = 1, 2, 6


def read_tensorflow(blob: Blob) -> WeightsHeader:
    """Read a checkpoint's index or a SavedModel, whichever the bytes are.

    Raises:
        WeightsError: the file breaks its format; see ``read_bundle_index`` and ``read_saved_model``.
    """
    named = blob.path.endswith(".index")
    return read_bundle_index(blob) if named or is_table(blob) else read_saved_model(blob)


def read_saved_model(blob: Blob) -> WeightsHeader:
    """Read the variables of ``saved_model.pb``; those of the training are left out and counted.

    Raises:
        FormatError: the file breaks its format; its code says how.
        UnsupportedFormatError: it names no variables; the index of its checkpoint does.
    """
    return _Reader(blob).read()


class _Reader:
    """Reads one file."""

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._wire = Wire(Window(blob), blob.path)
        self._variables: list[tuple[str, Tensor]] = []
        self._metadata: dict[str, str] = {}
        self._objects = self._graphs = self._training = 0

    def read(self) -> WeightsHeader:
        """The header of the file."""
        for field in self._wire.fields(0, self._blob.size):
            if field.number == _META_GRAPH:
                self._graphs += 1
                self._meta_graph(field)
        if not self._graphs:
            raise FormatError(
                self._blob.path, TensorflowFault.NO_SAVED_MODEL, "holds no meta graph; this is no SavedModel"
            )
        if not self._variables:
            raise UnsupportedFormatError(
                self._blob.path, "names no variables; variables/variables.index does", TensorflowFault.NO_VARIABLES
            )
        if self._training:
            self._metadata["training_variables"] = str(self._training)
        paths = (self._blob.path,)
        return WeightsHeader("tensorflow", paths, self._named(), {}, self._metadata, self._blob.bytes_read)

    def _meta_graph(self, field: Field) -> None:
        self._wire.expect(field, LEN)
        for inner in self._wire.fields(field.start, field.end):
            if inner.number == _OBJECT_GRAPH:
                self._wire.expect(inner, LEN)
                self._object_graph(inner)
            elif inner.number == _INFO:
                self._wire.expect(inner, LEN)
                for detail in self._wire.fields(inner.start, inner.end):
                    if detail.number == _INFO_VERSION:
                        self._metadata["tensorflow_version"] = self._wire.text(detail, MAX_NAME)
                    elif detail.number == _INFO_TAGS:
                        self._metadata.setdefault("tags", self._wire.text(detail, MAX_NAME))

    def _object_graph(self, field: Field) -> None:
        for node in self._wire.fields(field.start, field.end):
            if node.number != _NODES:
                continue
            self._wire.expect(node, LEN)
            self._objects += 1
            if self._objects > MAX_OBJECTS:
                raise FormatError(
                    self._blob.path, TensorflowFault.SAVED_MODEL_TOO_LARGE, f"has more than {MAX_OBJECTS:,} objects"
                )
            for part in self._wire.fields(node.start, node.end):
                if part.number == _VARIABLE:
                    self._wire.expect(part, LEN)
                    self._variable(part)

    def _variable(self, field: Field) -> None:
        """A ``SavedVariable``. Those without a name or a dtype of numbers are handles of the program."""
        name, number, shape_field = "", 0, None
        for inner in self._wire.fields(field.start, field.end):
            if inner.number == _NAME:
                name = self._wire.text(inner, MAX_NAME)
            elif inner.number == _DTYPE:
                number = self._wire.number(inner)
            elif inner.number == _SHAPE:
                shape_field = inner
        if not name or number in OTHER_DTYPES:
            return
        shape = None if shape_field is None else read_shape(self._wire, shape_field, name)
        dtype = DTYPES.get(number)
        if dtype is None:
            raise UnsupportedFormatError(
                self._blob.path,
                f"has the data type {number}, which truename does not know",
                TensorflowFault.VARIABLE_DTYPE,
                part=("variable", name),
            )
        if is_training(name):
            self._training += 1
            return
        self._keep(name, dtype, shape or ())

    def _keep(self, name: str, dtype: str, shape: tuple[int, ...]) -> None:
        try:
            stored = extent(dtype, shape)
        except ValueError as error:
            raise FormatError(
                self._blob.path, TensorflowFault.VARIABLE_SHAPE, str(error), part=("variable", name)
            ) from None
        if stored is None:  # strings: a vocabulary
            return
        self._variables.append((name, Tensor(dtype, shape, stored)))

    def _named(self) -> dict[str, Tensor]:
        """The variables by unique names. Where each is there the same number of times, an export wrote copies."""
        times = Counter(self._variables)
        if len(set(times.values())) == 1 and len({name for name, _ in times}) == len(times):
            if (copies := next(iter(times.values()))) > 1:
                self._metadata["copies"] = str(copies)
            return dict(self._variables)
        tensors: dict[str, Tensor] = {}
        seen: Counter[str] = Counter()
        for name, tensor in self._variables:
            unique = name if not seen[name] else f"{name}_{seen[name]}"
            while unique in tensors:
                seen[name] += 1
                unique = f"{name}_{seen[name]}"
            seen[name] += 1
            tensors[unique] = tensor
        return tensors
