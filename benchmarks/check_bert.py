"""check() of a BERT-base folder against loading it with transformers and one forward pass.

Needs torch and transformers (extra ``compare``). The folder is written by ``save_pretrained`` with random weights
(440 MB); card and tokenizer configuration are those of an ordinary fine-tuned model. The forward pass is of one
sequence of 8 tokens, short in favour of the alternative, and the file is in the page cache for both.

Two readings: repeated in one process, as a service would, which is the one that the target is about; and the first
of a fresh process, where neither side has built its tables yet (imports are not counted, for either).

    python benchmarks/check_bert.py
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from transformers import AutoModel, BertConfig, BertForMaskedLM

from truename.api import check

TOKENS = 8
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


def first_seconds(side: str, folder: Path) -> float:
    """The median over new processes of the seconds of their first call of one side; all find their bytecode."""
    command = [sys.executable, __file__, side, str(folder)]
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    variables["PYTHONPYCACHEPREFIX"] = str(folder.parent / "bytecode")
    taken = [float(subprocess.check_output(command, stderr=subprocess.DEVNULL, env=variables)) for _ in range(4)]
    return statistics.median(taken[1:])


def load_and_run(folder: Path) -> object:
    """What a user does instead: load the model, run it once."""
    model = AutoModel.from_pretrained(folder)
    with torch.no_grad():
        return model(torch.ones(1, TOKENS, dtype=torch.long))


SIDES: dict[str, Callable[[Path], object]] = {"check": check, "transformers": load_and_run}


def main() -> None:
    """Print both times and their ratio, for both readings."""
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "bert-base-uncased"
        BertForMaskedLM(BertConfig()).save_pretrained(folder)
        (folder / "README.md").write_text(CARD)
        (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": True, "model_max_length": 512}))
        warm = {"check": median_seconds(lambda: check(folder), 200)}
        warm["transformers"] = median_seconds(lambda: load_and_run(folder), 5)
        first = {side: first_seconds(side, folder) for side in SIDES}
        report = check(folder)
    print(f"report of check(): {report.outcomes}")
    for reading, seconds in {"repeated in one process": warm, "first of a new process": first}.items():
        ours, theirs = seconds["check"], seconds["transformers"]
        print(
            f"{reading}: check() {ours * 1e3:.2f} ms, from_pretrained + forward of {TOKENS} tokens"
            f" {theirs * 1e3:.0f} ms, ratio {theirs / ours:.0f}"
        )


def once(side: str, folder: Path) -> None:
    """Print the seconds of the first call of one side, for ``first_seconds``."""
    start = time.perf_counter()
    SIDES[side](folder)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        once(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
