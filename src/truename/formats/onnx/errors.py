"""Every way in which an ONNX file can be wrong above its wire format, one class each.

WeightsError
├── ProtobufError                 the wire format, see ``protobuf``
└── OnnxError
    ├── NoModelError              a message without a graph: another protocol buffer, or no ONNX at all
    ├── GraphNestingError         graphs within graphs, deeper than any real model's
    ├── TooManyPartsError         more nodes, values or text than any real model has
    └── OnnxTensorError           one stored tensor
        ├── TensorNameError       it has no name
        ├── DuplicateTensorError  a second one of its name in the same graph
        ├── TensorDtypeError      a dtype that is not known; unsupported, for it may be a newer one
        ├── TensorShapeError      a negative size, or more elements than can be counted
        ├── TensorDataError       dtype and shape need another number of bytes
        └── ExternalDataError     its bytes lie outside of the model's folder, or at no place that can be
"""

from __future__ import annotations

from truename.errors import UnsupportedFormatError, WeightsError


class OnnxError(WeightsError):
    """A file breaks the rules of ONNX."""


class NoModelError(OnnxError):
    """The message holds no graph."""


class GraphNestingError(OnnxError):
    """Graphs are nested deeper than any real model's."""


class TooManyPartsError(OnnxError):
    """There are more nodes, values or text than any real model has."""


class OnnxTensorError(OnnxError):
    """One stored tensor is wrong.

    Attributes:
        tensor: its name.
    """

    def __init__(self, path: str, tensor: str, problem: str) -> None:
        self.tensor = tensor
        name = tensor if len(tensor) <= 120 else tensor[:120] + "…"
        super().__init__(path, f"tensor {name!r} {problem}")


class TensorNameError(OnnxTensorError):
    """The tensor has no name."""


class DuplicateTensorError(OnnxTensorError):
    """Two tensors of one graph share a name."""


class TensorDtypeError(OnnxTensorError, UnsupportedFormatError):
    """The dtype is none that truename knows of ONNX; a later version may have it."""


class TensorShapeError(OnnxTensorError):
    """A size is negative, or no file could hold so many elements."""


class TensorDataError(OnnxTensorError):
    """Dtype and shape need another number of bytes than there are."""


class ExternalDataError(OnnxTensorError):
    """The tensor's bytes are said to lie where no file of the model can be."""
