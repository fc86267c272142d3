"""Real families' tensors from a configuration, by name: what a test needs to write a header-only file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from truename.architecture.layouts import Row, families, layout_of
from truename.architecture.model_config import Settings
from truename.errors import UsageError
from truename.testing.header_only import TensorSpecs

__all__ = ["families", "layout_tensors"]


def layout_tensors(config: Mapping[str, Any], dtype: str = "BF16") -> TensorSpecs:
    """Every tensor that ``save_pretrained`` would write for ``config``, as (dtype, shape) by name.

    Args:
        config: the content of a config.json; ``model_type`` must be one of ``families()``.
        dtype: in safetensors' words.

    Raises:
        UsageError: there is no layout for this configuration.
    """
    layout = layout_of(Settings(config))
    if layout is None:
        raise UsageError(f"no layout for model_type {config.get('model_type')!r}: known are {', '.join(families())}")
    return {name: (dtype, row.shape) for row in layout.rows for name in _names(row.template, row)}


def _names(template: str, row: Row, loop: int = 0) -> Iterator[str]:
    if loop == len(row.loops) or "#" not in template:
        yield template
        return
    for index in range(row.loops[loop]):
        yield from _names(template.replace("#", str(index), 1), row, loop + 1)
