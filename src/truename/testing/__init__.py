"""Helpers for authors of rules and formats: header-only files, and the tensors of real families."""

from truename.testing.family_tensors import families, layout_tensors
from truename.testing.flax_files import write_flax
from truename.testing.gguf_files import gguf_bytes, write_gguf
from truename.testing.header_only import TensorSpecs, header_bytes, stored_bytes, write_header_only, write_sharded
from truename.testing.transformers_shapes import saved_shapes

__all__ = [
    "TensorSpecs",
    "families",
    "gguf_bytes",
    "header_bytes",
    "layout_tensors",
    "saved_shapes",
    "stored_bytes",
    "write_flax",
    "write_gguf",
    "write_header_only",
    "write_sharded",
]
