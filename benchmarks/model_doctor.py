"""Processor time of truename beside that of mlx-model-doctor, which looks a local model's files over as well.

    python benchmarks/model_doctor.py DOCTOR [--runs 9]

DOCTOR is the Python of an environment with mlx-model-doctor (``pip install mlx-model-doctor``). Both do one folder
of 203 tensors as a whole command, and 500 folders in one process: alike, of five kinds, and tiny. Each pair runs in
turn; a share of 1.0 and above means that truename takes no more than the alternative.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from truename.testing import layout_tensors, write_header_only

FOLDERS = 500
CARD = "---\nlanguage: en\nlicense: apache-2.0\nlibrary_name: transformers\n---\n\n# A model\n"
BERT: dict[str, Any] = {
    "architectures": ["BertForMaskedLM"], "model_type": "bert", "hidden_size": 768, "intermediate_size": 3072,
    "num_hidden_layers": 12, "num_attention_heads": 12, "vocab_size": 30_522, "max_position_embeddings": 512,
    "type_vocab_size": 2, "torch_dtype": "float32",
}  # fmt: skip
LLAMA: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 2048, "intermediate_size": 5632,
    "num_hidden_layers": 22, "num_attention_heads": 32, "num_key_value_heads": 4, "vocab_size": 32_000,
    "tie_word_embeddings": False, "torch_dtype": "bfloat16",
}  # fmt: skip
KINDS = (
    ("bert-base-uncased", BERT),
    ("llama-1.1b", LLAMA),
    ("Mistral-7B", LLAMA | {"model_type": "mistral", "hidden_size": 4096, "num_hidden_layers": 32}),
    ("bert-large-cased", BERT | {"hidden_size": 1024, "num_hidden_layers": 24}),
    ("llama-4-layers", LLAMA | {"num_hidden_layers": 4}),
)
TINY = BERT | {"hidden_size": 128, "intermediate_size": 512, "num_hidden_layers": 2, "num_attention_heads": 2}

COMMAND = "import sys; from truename.cli import main; sys.exit(main())"
DOCTOR_COMMAND = "import sys; from mlx_model_doctor.cli import main; sys.exit(main())"
MANY = "import sys\nfrom truename import check\nfor folder in sys.argv[1:]: check(folder)"
DOCTOR_MANY = (
    "import sys\nfrom mlx_model_doctor import check_local_model\nfor folder in sys.argv[1:]: check_local_model(folder)"
)


def write(folder: Path, config: dict[str, Any]) -> str:
    """A model of headers alone."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "README.md").write_text(CARD)
    write_header_only(folder / "model.safetensors", layout_tensors(config), {"format": "pt"})
    return str(folder)


def processor(command: Sequence[str]) -> float:
    """Seconds of the processor, the system's included, of one whole process.

    Raises:
        SystemExit: it ended otherwise than with or without findings.
    """
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        raise SystemExit(f"{command[0]} ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime


def compare(what: str, ours: Sequence[str], theirs: Sequence[str], runs: int) -> None:
    """Run both in turn, print the medians and the share; the first pair is not counted."""
    pairs = [(processor(theirs), processor(ours)) for _ in range(runs + 1)][1:]
    shares = sorted(a / b for a, b in pairs)
    a, b = (statistics.median(side) * 1e3 for side in zip(*pairs, strict=True))
    print(
        f"{what}: truename {b:.0f} ms, mlx-model-doctor {a:.0f} ms, share {statistics.median(shares):.2f}"
        f" ({shares[0]:.2f} to {shares[-1]:.2f})"
    )


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("doctor", help="Python of an environment with mlx-model-doctor")
    parser.add_argument("--runs", type=int, default=9)
    asked = parser.parse_args()
    python, doctor = sys.executable, asked.doctor
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        one = write(root / "one" / "bert-base-uncased", BERT)
        sets = {
            "alike": [write(root / "alike" / f"bert-base-uncased-{i:03d}", BERT) for i in range(FOLDERS)],
            "of five kinds": [
                write(root / "kinds" / f"{name}-v{i:03d}", config)
                for i in range(FOLDERS)
                for name, config in [KINDS[i % len(KINDS)]]
            ],
            "tiny": [write(root / "tiny" / f"bert-tiny-{i:03d}", TINY) for i in range(FOLDERS)],
        }
        check = [python, "-c", COMMAND, "check", one]
        compare("one folder, whole command", check, [doctor, "-c", DOCTOR_COMMAND, "check", "local", one], asked.runs)
        for kind, folders in sets.items():
            ours, theirs = [python, "-c", MANY, *folders], [doctor, "-c", DOCTOR_MANY, *folders]
            compare(f"{FOLDERS} folders {kind}, one process", ours, theirs, asked.runs)


if __name__ == "__main__":
    main()
