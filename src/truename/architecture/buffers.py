"""Which tensors are buffers: stored with the weights, but no parameters."""

from __future__ import annotations

from truename.architecture.suffixes import ends_with
from truename.architecture.templates import TensorGroup
from truename.compiled_tables import table


def is_buffer(group: TensorGroup, names: frozenset[str]) -> bool:
    """Whether the tensors of ``group`` are buffers: masks, position ids, rotary tables, batch-norm statistics.

    Args:
        group: the tensors in question.
        names: every template of the header; a mask without a known shape is told by its missing weight.
    """
    rules = table("architecture/buffers")
    if (
        group.dtype in rules["dtypes"]
        or group.dtype in rules["exponent_dtypes"]
        or ends_with(group.template, "buffers", "suffixes")
    ):
        return True
    if not ends_with(group.template, "buffers", "masks"):
        return False
    if group.shape is None:
        return group.template.removesuffix("bias") + "weight" not in names
    return len(group.shape) == 4 and group.shape[:2] == (1, 1) and group.shape[2] == group.shape[3]
