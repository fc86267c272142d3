"""Header -> measures, against building the same model with transformers on the meta device and summing ``numel``.

Run as ``python benchmarks/architecture.py``. The alternative needs torch and transformers; without them only our own
times are printed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from truename.architecture import abstract_architecture, measure
from truename.declared.declared import Declared, Document
from truename.formats import Tensor, WeightsHeader
from truename.testing import layout_tensors, stored_bytes

BERT = {"model_type": "bert"}
MOE = {
    "model_type": "qwen3_moe", "num_hidden_layers": 26, "num_experts": 128, "hidden_size": 2048,
    "moe_intermediate_size": 768, "num_attention_heads": 32, "num_key_value_heads": 4, "head_dim": 128,
    "num_experts_per_tok": 8,
}  # fmt: skip


def main() -> int:
    """Print both times and their ratio for a BERT-base and for a mixture of experts of 10,000 tensors."""
    for name, config, class_name in (
        ("BERT-base", BERT, "BertModel"),
        ("mixture of experts", MOE, "Qwen3MoeForCausalLM"),
    ):
        header = _header(config)
        documents = Declared(config=Document("config.json", config))

        def ours(header: WeightsHeader = header, documents: Declared = documents) -> int:
            facts = measure(header, documents, abstract_architecture(header))
            return int(next(fact.value for fact in facts if fact.key == "parameters"))

        repeats = 50 if len(header.tensors) < 1000 else 5
        seconds = _best(ours, repeats)
        print(f"{name}: {len(header.tensors)} tensors, {ours():,} parameters, {seconds * 1e3:.2f} ms", end="")
        other = _alternative(class_name, config)
        if other is None:
            print("; transformers is not installed")
            continue
        took = _best(other, 2)
        print(f"; meta device and numel {took * 1e3:.1f} ms, {other():,} parameters; ratio {took / seconds:.0f}")
    return 0


def _header(config: Mapping[str, Any]) -> WeightsHeader:
    tensors = {n: Tensor(d, s, stored_bytes(d, s)) for n, (d, s) in layout_tensors(config).items()}
    return WeightsHeader("safetensors", ("model.safetensors",), tensors, {}, {})


def _alternative(class_name: str, config: Mapping[str, Any]) -> Callable[[], int] | None:
    try:
        import torch
        import transformers
    except ImportError:
        return None
    model_class = getattr(transformers, class_name)
    keys = {key: value for key, value in config.items() if key != "model_type"}

    def build() -> int:
        with torch.device("meta"):
            model = model_class(model_class.config_class(**keys))
        return sum(parameter.numel() for parameter in model.parameters())

    return build


def _best(call: Callable[[], int], repeats: int) -> float:
    """The shortest of ``repeats`` calls, in seconds, after one to warm up."""
    call()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
