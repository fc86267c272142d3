"""Facts of the classifier: what it may say of a repository's weights."""

from __future__ import annotations

import pytest

from small_classifier import header
from truename.architecture import abstract_architecture
from truename.dara import Basis, Identification, Labelled, Prediction
from truename.evidence.identified import identified
from truename.facts import IDENTIFICATION_MODEL_TYPE
from truename.findings import Reason, ReasonKind
from truename.formats.header import Tensor, WeightsHeader


@pytest.mark.parametrize(
    "tensors", [{"linear.weight": (768, 1024)}, {"linear.weight": (768, 1024), "linear.bias": (768,)}]
)
def test_one_module_is_held_against_no_name(tensors: dict[str, tuple[int, ...]]) -> None:
    held = {name: Tensor("F32", shape, None) for name, shape in tensors.items()}
    found = identified(abstract_architecture(WeightsHeader("safetensors", ("m",), held, {}, {})), None)
    assert not found.facts
    assert set(found.missing.values()) == {
        Reason(ReasonKind.NOT_MEASURED, "there are too few tensors to tell a structure")
    }


def test_a_set_that_promises_too_little_is_no_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    lax = Prediction((Labelled("bert", 0.9),), False, 0.2, (), 1)
    answer = Identification(lax, lax, lax, Basis.SHAPES)
    monkeypatch.setattr("truename.dara.identify_at", lambda *_: (answer, answer))
    found = identified(abstract_architecture(header("bert", 64, 2)), "model.safetensors")
    assert not found.facts
    assert "wrong for 20% of models" in found.missing[IDENTIFICATION_MODEL_TYPE].text
