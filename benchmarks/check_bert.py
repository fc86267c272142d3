"""check() of a BERT-base folder against loading it with transformers and one forward pass.

Needs torch and transformers (extra ``zoo``). The folder is written by ``save_pretrained`` with random weights;
card and tokenizer configuration are those of an ordinary fine-tuned model.

    python benchmarks/check_bert.py
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from transformers import AutoModel, BertConfig, BertForMaskedLM

from truename import check

CARD = """---
language: en
license: apache-2.0
pipeline_tag: fill-mask
library_name: transformers
datasets:
- bookcorpus
- wikipedia
tags:
- exbert
---

# BERT base model (uncased)

Pretrained model on English language using a masked language modeling (MLM) objective.
"""


def median_seconds(run: Callable[[], object], times: int) -> float:
    """Median wall-clock seconds of ``times`` calls, after one that is not counted."""
    run()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    """Print both times and their ratio."""
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "bert-base-uncased"
        BertForMaskedLM(BertConfig()).save_pretrained(folder)
        (folder / "README.md").write_text(CARD)
        (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": True, "model_max_length": 512}))

        def load_and_run() -> object:
            model = AutoModel.from_pretrained(folder)
            with torch.no_grad():
                return model(torch.ones(1, 8, dtype=torch.long))

        ours = median_seconds(lambda: check(folder), 200)
        theirs = median_seconds(load_and_run, 3)
        report = check(folder)
    print(f"check()                                {ours * 1e3:9.2f} ms   ({report.outcomes})")
    print(f"AutoModel.from_pretrained + forward    {theirs * 1e3:9.2f} ms")
    print(f"ratio                                  {theirs / ours:9.0f} x")


if __name__ == "__main__":
    main()
