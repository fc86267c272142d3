"""What configuration and index imply without shapes."""

from __future__ import annotations

from typing import Any

import pytest

from headers import declared
from truename.architecture import declared_measures
from truename.facts import Derivation, Origin

LLAMA_8B: dict[str, Any] = {
    "model_type": "llama", "vocab_size": 128256, "hidden_size": 4096, "intermediate_size": 14336,
    "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "tie_word_embeddings": False,
}  # fmt: skip
COUNT = 8_030_261_248


def parameters(config: dict[str, Any] | None, total_size: int | None) -> list[int]:
    facts = declared_measures(declared(config), total_size)
    assert all(fact.origin is Origin.DECLARED and fact.detail for fact in facts)
    return [fact.value for fact in facts if fact.key == "parameters"]


@pytest.mark.parametrize(
    ("config", "total_size", "expected"),
    [
        (LLAMA_8B | {"torch_dtype": "bfloat16"}, 2 * COUNT, [COUNT, COUNT]),
        (LLAMA_8B | {"dtype": "float32"}, 2 * COUNT, [COUNT, COUNT]),  # a dtype that the bytes contradict
        (LLAMA_8B, 2 * COUNT, [COUNT, COUNT]),  # no dtype, but dimensions
        (LLAMA_8B, None, [COUNT]),
        (LLAMA_8B | {"quantization_config": {"quant_method": "awq", "bits": 4}}, 5_700_000_000, [COUNT]),
        ({"model_type": "llama"}, None, []),  # a stub: the family's defaults are not this model's dimensions
        ({"model_type": "llama", "hidden_size": 4096}, None, []),
        ({"model_type": "own", "torch_dtype": "bfloat16"}, 2_000, [1_000]),
        ({"model_type": "own", "torch_dtype": "torch.float16"}, 2_000, [1_000]),
        ({"model_type": "own"}, 2_000, []),
        ({"model_type": "own", "torch_dtype": ["bfloat16"]}, 2_000, []),
        (None, 2_000, []),
        (None, None, []),
    ],
)
def test_parameters(config: dict[str, Any] | None, total_size: int | None, expected: list[int]) -> None:
    assert parameters(config, total_size) == expected


def test_only_the_count_of_the_index_says_that_it_comes_from_bytes() -> None:
    facts = declared_measures(declared(LLAMA_8B), 2 * COUNT)
    counts = [fact.how for fact in facts if fact.key == "parameters"]
    assert counts == [Derivation.INDEX_BYTES, None]
    assert not any(fact.how for fact in facts if fact.key != "parameters")


def test_head_of_another_task_is_not_counted() -> None:
    config = LLAMA_8B | {"architectures": ["LlamaForSequenceClassification"]}
    assert parameters(config, None) == [COUNT - 128256 * 4096]
