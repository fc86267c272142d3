"""The meta device without its costs: tensors have shapes and no memory, and initialising them does nothing at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

# In place and without effect on a shape: on the meta device each costs as much as building the layer.
_IDLE = (
    "normal_", "uniform_", "fill_", "zero_", "mul_", "div_", "add_", "sub_", "erfinv_", "clamp_", "clamp_min_",
    "clamp_max_", "exponential_", "bernoulli_", "random_", "log_normal_", "copy_",
)  # fmt: skip


@contextmanager
def meta_device() -> Iterator[None]:
    """Everything that torch makes inside lies on the meta device and is never initialised.

    The functions are replaced for the time being: a ``TorchFunctionMode`` would look at every call of torch.
    """
    import torch

    drawn = [name for name in dir(torch.nn.init) if name.endswith("_") and name[0] != "_"]
    layers = [kind for kind in vars(torch.nn).values() if isinstance(kind, type) and "reset_parameters" in vars(kind)]
    with ExitStack() as stack:
        stack.enter_context(torch.device("meta"))
        for name in drawn:
            stack.enter_context(patch.object(torch.nn.init, name, _same))
        for name in _IDLE:
            stack.enter_context(patch.object(torch.Tensor, name, _same))
        for kind in layers:
            stack.enter_context(patch.object(kind, "reset_parameters", _nothing))
        yield


def _same(tensor: Any = None, *_: Any, **named: Any) -> Any:
    return named.get("tensor", tensor)


def _nothing(_: Any) -> None:
    """No parameters to set: they have no memory."""
