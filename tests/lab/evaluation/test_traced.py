"""A traced module gives the layers of its header, and their connections besides."""

from __future__ import annotations

import pytest

from truename.architecture import abstract_architecture
from truename.dara.features import connections, features_of
from truename.formats.header import Tensor, WeightsHeader

torch = pytest.importorskip("torch", reason="torch is not installed: it comes with the extra zoo")


@pytest.mark.filterwarnings("ignore")
def test_layers_and_connections() -> None:
    from truename.lab.evaluation.traced import traced_architecture

    with torch.device("meta"):
        block = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 8))
        module = torch.nn.Sequential(torch.nn.LayerNorm(8), block)
        inputs = (torch.empty(2, 8),)
    found = traced_architecture(module, inputs)
    tensors = {name: Tensor("F32", tuple(t.shape), None) for name, t in module.state_dict().items()}
    header = abstract_architecture(WeightsHeader("pytorch", ("m",), tensors, {}, {}))
    assert features_of(found) == features_of(header)
    assert connections(found) == {"norm>linear": 1, "linear>Relu": 1, "Relu>linear": 1}
