"""Whether a GGUF file is an importance matrix: sums over activations that llama.cpp's quantiser takes, and no model.

Source: llama.cpp, tools/imatrix: ``general.type`` is ``imatrix``, and each weight has ``.in_sum2`` and ``.counts``.
"""

from __future__ import annotations

from truename.formats import WeightsHeader

_SUMS = (".in_sum2", ".counts")


def holds_importance_matrix(header: WeightsHeader) -> bool:
    """Whether ``header`` says that it is an importance matrix, or has the tensors of one alone."""
    if header.format != "gguf":
        return False
    said = header.metadata.get("general.type") == "imatrix"
    return said or (bool(header.tensors) and all(name.endswith(_SUMS) for name in header.tensors))
