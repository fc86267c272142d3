"""What tools do to a model leaves its structure: every trial on real layouts."""

from __future__ import annotations

import pytest

from small_classifier import header, model
from truename.architecture import abstract_architecture
from truename.architecture.canonical import canonical_header
from truename.dara import identify
from truename.lab.evaluation.trials import TRIALS


@pytest.mark.parametrize("name", sorted(TRIALS))
@pytest.mark.parametrize("model_type", ["bert", "llama"])
def test_the_type_is_recognised_after(name: str, model_type: str) -> None:
    changed = TRIALS[name](header(model_type, 640, 10))
    assert changed is not None
    assert changed.tensors.keys() != header(model_type, 640, 10).tensors.keys()
    found = identify(abstract_architecture(canonical_header(changed)), model=model()).model_type
    assert found.nearest[0].label == model_type
