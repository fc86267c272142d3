"""``truename dara sequences``: classifiers of traced layer sequences, compared on the study's test set."""

from __future__ import annotations

import sys
from pathlib import Path

from truename.cli.streams import write_text
from truename.errors import UsageError


def run_sequences(path: Path, out: Path, seeds: int) -> int:
    """Cross-validate, print the table and store it as ``sequences.md`` and ``sequences.json``.

    Raises:
        UsageError: there is no such file.
        DeclaredError: it holds no layer sequences.
        MissingExtraError: scikit-learn is not installed.
    """
    from truename.lab.evaluation.sequence_table import write_sequences
    from truename.lab.evaluation.sequences import sequence_scores

    if not path.is_file():
        raise UsageError(f"{path}: there is no such file; it is 'layer_sequences.json.gz' of the reference data")
    write_text(write_sequences(sequence_scores(path, _say, seeds), out))
    return 0


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
