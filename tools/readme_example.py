"""Keep the worked example of README.md true: its output is what its commands print."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import truename

from pages import ROOT, run, settle

KEEP = "truename demo --out demo-models"
CHECK = "truename check demo-models/bert_uncased_L-2_H-128_A-2 demo-models/llama-7b"
BEGIN = "<!-- example: written by tools/readme_example.py -->\n"
END = "<!-- /example -->"


def example() -> str:
    """Both commands and what the second prints, as a block of Markdown."""
    with TemporaryDirectory() as folder:
        _output(KEEP, folder, expected=0)
        page = _output(CHECK, folder, expected=1)
    return f"```sh\n{KEEP}\n{CHECK}\n```\n\nThe second prints:\n\n```text\n{page}```\n"


def _output(command: str, folder: str, *, expected: int) -> str:
    """What a command prints, run in ``folder`` by the truename that this Python imports."""
    words = [sys.executable, "-m", *shlex.split(command)]
    settings = {**os.environ, "PYTHONPATH": str(Path(truename.__file__).parent.parent)}  # not another one installed
    done = subprocess.run(words, cwd=folder, env=settings, capture_output=True, text=True, check=False)
    if done.returncode != expected or done.stderr:
        raise SystemExit(f"'{command}' ended with {done.returncode} and not with {expected}: {done.stderr}")
    return done.stdout


def main(check: bool) -> int:
    """Write or check the example."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"README.md has lost the marks of its example: {BEGIN.strip()} and {END}")
    return settle({Path("README.md"): head + begin + example() + end + tail}, check=check)


if __name__ == "__main__":
    run(main)
