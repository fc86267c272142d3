"""Helpers for authors of rules and formats: header-only files, and the tensors of real families."""

from truename.testing.header_only import TensorSpecs, header_bytes, stored_bytes, write_header_only, write_sharded
from truename.testing.layouts import families, layout_tensors
from truename.testing.transformers_shapes import saved_shapes

__all__ = [
    "TensorSpecs",
    "families",
    "header_bytes",
    "layout_tensors",
    "saved_shapes",
    "stored_bytes",
    "write_header_only",
    "write_sharded",
]
