"""What configurations say of quantisation, also where they are broken."""

from __future__ import annotations

from typing import Any

import pytest

from headers import declared
from truename.architecture.quantisation import quantisation_config
from truename.declared.declared import Declared, Document

LINEAR_8 = {"config_groups": {"g": {"targets": ["Linear"], "weights": {"num_bits": 8}}}, "ignore": ["lm_head"]}


@pytest.mark.parametrize(
    ("found", "layer", "bits"),
    [
        ({"quant_method": "gptq", "bits": 3}, "a.q_proj", 3),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "a.q_proj", 4),
        ({"quant_method": "awq", "w_bit": 4}, "a", 4),
        (LINEAR_8, "a", 8),
        (LINEAR_8, "lm_head", None),
        ({"config_groups": {"g": {"targets": ["re:^m.*(q|k)_proj$"], "weights": {"num_bits": 8}}}}, "m.a.k_proj", 8),
        ({"config_groups": {"g": {"targets": ["re:mlp"], "weights": {"num_bits": 8}}}}, "a.mlp", None),
        ({"config_groups": {"g": {"targets": ["re:.*mlp.*"], "weights": {"num_bits": 8}}}}, "a.mlp.up", 8),
        ({"config_groups": {"g": {"targets": ["re:("], "weights": {"num_bits": 8}}}}, "a.mlp.up", None),
        ({"config_groups": {"g": {"targets": ["re:(a+)+$"], "weights": {"num_bits": 8}}}}, "a" * 90 + "b", None),
        ({"bits": True}, "a", None),
        ({"bits": "4"}, "a", None),
        ({"config_groups": [1, 2], "ignore": 7}, "a", None),
        ({"config_groups": {"g": None, "h": {"weights": []}}}, "a", None),
        ({"bits": 4, "model.embed": {"bits": 8}}, "model.embed", 8),
    ],
)  # fmt: skip
def test_bits(found: dict[str, Any], layer: str, bits: int | None) -> None:
    config = quantisation_config(declared({"quantization_config": found}))
    assert config is not None
    assert config.bits_of(layer) == bits


@pytest.mark.parametrize("found", [None, 4, "gptq", [], ["gptq"]])
def test_no_object_is_no_quantisation(found: object) -> None:
    assert quantisation_config(declared({"quantization_config": found})) is None


def test_older_file_of_its_own() -> None:
    config = quantisation_config(Declared(quantize_config=Document("quantize_config.json", {"bits": 4})))
    assert config is not None
    assert config.bits == 4
