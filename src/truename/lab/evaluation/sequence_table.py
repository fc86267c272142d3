"""The scores on layer sequences as a table in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from truename.lab.evaluation.sequences import FOLDS, SEEDS, SequenceScores

_NOTE = """\
Mean ± standard deviation over seeds, in per cent; in brackets the difference to the first classifier, seed by seed.
A sequence is one random walk through the graph of a model's body: the head, which makes most of the class and the task,
is in none. Published contrastive models, trained on four times as many models: 87.67, 50.66, 50.37."""


def sequence_lines(scores: Sequence[SequenceScores]) -> Iterator[str]:
    """The heading, the table and what it means."""
    yield f"## Layer sequences: 681 traced models, {FOLDS}-fold cross-validation, mean of {SEEDS} seeds"
    yield ""
    yield "| classifier | model_type | architecture | task |"
    yield "|---|--:|--:|--:|"
    for row in scores:
        yield f"| {row.classifier} | {' | '.join(_cells(row))} |"
    yield ""
    yield from _NOTE.splitlines()


def write_sequences(scores: Sequence[SequenceScores], folder: Path) -> str:
    """Store the table as ``sequences.json`` and ``sequences.md``; the text of the latter."""
    text = "\n".join(sequence_lines(scores)).removeprefix("#") + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sequences.json").write_bytes(msgspec.json.format(msgspec.json.encode(scores), indent=2) + b"\n")
    (folder / "sequences.md").write_text(text, encoding="utf-8")
    return text


def _cells(row: SequenceScores) -> Iterator[str]:
    for number, (mean, deviation) in enumerate(row.scores):
        spread = f" ± {deviation:.2f}" if deviation else ""
        gain = f" ({row.gains[number][0]:+.2f} ± {row.gains[number][1]:.2f})" if row.gains else ""
        yield f"{mean:.2f}{spread}{gain}"
