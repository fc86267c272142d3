"""torchvision without its operators: the package imports where its compiled half does not fit the installed torch.

timm and transformers import torchvision where it lies there, and torchvision's own import registers shape functions
for operators that its compiled half defines. Without that half the import fails half way and takes the models of
both libraries with it. Only names and shapes are wanted here, so the two operators are defined and never called.
"""

from __future__ import annotations

from typing import Any

_OPERATORS = ("nms", "qnms")
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_library: Any = None  # kept: a library that is collected takes its operators with it


def define_missing_operators() -> None:
    """Make ``import torchvision`` work on any build; does nothing where its own operators are there."""
    global _library
    import torch

    if _library is not None or _defined(torch):
        return
    _library = torch.library.Library("torchvision", "FRAGMENT")
    for name in _OPERATORS:
        _library.define(name + _SCHEMA)


def _defined(torch: Any) -> bool:
    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError):
        _forget()
        return False
    return hasattr(torch.ops.torchvision, "nms")


def _forget() -> None:
    """Drop what the failed import left behind, so that the next one starts anew."""
    import sys

    for name in [n for n in sys.modules if n == "torchvision" or n.startswith("torchvision.")]:
        del sys.modules[name]
