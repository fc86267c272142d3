"""Which tensors are buffers: stored with the weights, but no parameters."""

from __future__ import annotations

from functools import lru_cache

from truename.architecture.tables import table
from truename.architecture.templates import TensorGroup


@lru_cache(maxsize=4096)
def _named_buffer(template: str) -> bool:
    return any(template == s or template.endswith("." + s) for s in table("buffers")["suffixes"])


@lru_cache(maxsize=4096)
def _named_mask(template: str) -> bool:
    return any(template == s or template.endswith("." + s) for s in table("buffers")["masks"])


def is_buffer(group: TensorGroup, names: frozenset[str]) -> bool:
    """Whether the tensors of ``group`` are buffers: masks, position ids, rotary tables, batch-norm statistics.

    Args:
        group: the tensors in question.
        names: every template of the header; a mask without a known shape is told by its missing weight.
    """
    rules = table("buffers")
    if group.dtype in rules["dtypes"] or group.dtype in rules["exponent_dtypes"] or _named_buffer(group.template):
        return True
    if not _named_mask(group.template):
        return False
    if group.shape is None:
        return group.template.removesuffix("bias") + "weight" not in names
    return len(group.shape) == 4 and group.shape[:2] == (1, 1) and group.shape[2] == group.shape[3]
