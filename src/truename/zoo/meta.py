"""The meta device without its costs: tensors have shapes and no memory, and initialising them does nothing at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

# In place and without effect on a shape: on the meta device each costs as much as building the layer.
_IDLE = (
    "normal_", "uniform_", "fill_", "zero_", "mul_", "div_", "add_", "sub_", "erfinv_", "clamp_", "clamp_min_",
    "clamp_max_", "exponential_", "bernoulli_", "random_", "log_normal_", "copy_",
)  # fmt: skip


@contextmanager
def meta_device() -> Iterator[None]:
    """Everything that torch makes inside lies on the meta device and is never initialised."""
    import torch

    with torch.device("meta"), _mode()():
        yield


@cache
def _mode() -> Any:
    import torch
    from torch.overrides import TorchFunctionMode

    idle = {getattr(torch.Tensor, name) for name in _IDLE}
    drawn = {getattr(torch.nn.init, name) for name in dir(torch.nn.init) if name.endswith("_") and name[0] != "_"}

    class Idle(TorchFunctionMode):  # type: ignore[misc]  # torch is read as Any
        """Answers in-place operations on meta tensors with the tensor itself."""

        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if func in idle or func in drawn:
                tensor = args[0] if args else (kwargs or {}).get("tensor")
                if isinstance(tensor, torch.Tensor) and tensor.device.type == "meta":
                    return tensor
            return func(*args, **(kwargs or {}))

    return Idle
