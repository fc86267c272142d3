"""The initialisers and the graph of an ONNX file."""

from __future__ import annotations

from enum import auto

from truename.errors import Fault


class OnnxFault(Fault):
    """How an ONNX file can be wrong above its wire format."""

    NO_MODEL = auto()  # the message holds no graph
    GRAPH_NESTING = auto()  # graphs are nested deeper than any real model's
    TOO_MANY_PARTS = auto()  # there are more nodes, values or text than any real model has
    # one stored tensor is wrong:
    TENSOR_NAME = auto()  # the tensor has no name
    DUPLICATE_TENSOR = auto()  # two tensors of one graph share a name
    TENSOR_DTYPE = auto()  # the dtype is none that truename knows of ONNX; a later version may have it
    TENSOR_SHAPE = auto()  # a size is negative, or no file could hold so many elements
    TENSOR_DATA = auto()  # dtype and shape need another number of bytes than there are
    EXTERNAL_DATA = auto()  # the tensor's bytes are said to lie where no file of the model can be
