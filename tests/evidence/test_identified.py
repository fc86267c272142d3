"""Facts of the classifier: what it may say of a repository's weights."""

from __future__ import annotations

import pytest

from truename.architecture import abstract_architecture
from truename.evidence.identified import identified
from truename.findings import Reason, ReasonKind
from truename.formats.header import Tensor, WeightsHeader


@pytest.mark.parametrize(
    "tensors", [{"linear.weight": (768, 1024)}, {"linear.weight": (768, 1024), "linear.bias": (768,)}]
)
def test_one_module_is_held_against_no_name(tensors: dict[str, tuple[int, ...]]) -> None:
    header = {name: Tensor("F32", shape, None) for name, shape in tensors.items()}
    found = identified(abstract_architecture(WeightsHeader("safetensors", ("m",), header, {}, {})), None)
    assert not found.facts
    assert set(found.missing.values()) == {
        Reason(ReasonKind.NOT_MEASURED, "there are too few tensors to tell a structure")
    }
