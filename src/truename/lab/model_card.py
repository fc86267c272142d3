"""The model card: what the shipped classifier was made from, how well it does, and where it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from truename.lab.evaluation.record import Record

CARD = "MODEL_CARD.md"

_LIMITS = (
    "It knows the structures of its corpus. Others are called unknown, but one that only adds little to a known "
    "structure may be taken for it.",
    "Model types that are the same structure by design come as one set; no header tells a Llama from a Mistral.",
    "Where tensor names are noise, shapes alone decide, in any order: those types are told of which a program writes "
    "the very shapes of the blocks, at the error that each answer states; where no program does, it cannot be told. "
    "Programs are learned from configurations; a type without one is told by names only.",
    "Classes are told by their heads. A head that no class of the corpus has gives the nearest class.",
    "Where an exporter to ONNX lost the names of matrices, what is left is compared: models without biases then come "
    "in larger sets.",
    "The error rate is that of models like those of the corpus, configurations drawn at random. It is no promise for a "
    "model that was made to deceive.",
    "An adapter is no structure of its own and is not identified. Of a diffusion pipeline, the main checkpoint is.",
    "For timm the class is the Python class; a registered architecture is one of its configurations.",
)


def write_card(folder: Path, notes: Mapping[str, str], size: int, record: Record | None) -> None:
    """Write the card beside the classifier."""
    (folder / CARD).write_text("\n".join(_lines(notes, size, record)) + "\n", encoding="utf-8")


def _lines(notes: Mapping[str, str], size: int, record: Record | None) -> Iterator[str]:
    yield "# dara.safetensors"
    yield ""
    yield "Identifies the model type, the class and the task of a pre-trained model by the structure of its weights:"
    yield "from the header alone, never a value of a tensor. Written by `truename dara train`; do not edit."
    yield ""
    yield "## Made from"
    yield ""
    yield from (f"- {key}: {value}" for key, value in notes.items())
    yield f"- bytes: {size:,}"
    yield ""
    yield "By names: weighted Jaccard similarity with prototypes, a word weighing by how rare it is and how surely it"
    yield "is there. By shapes: a program of each class, which writes the shapes of its blocks from a few dimensions; a"
    yield "linear support vector machine and the same similarity say whose programs are tried. Probabilities and the"
    yield "order of a set are weighed by how often model types occur among known releases; who is in it is not."
    yield "Prediction sets: split conformal, one margin for each basis, question and error rate, the wider one of two:"
    yield "for models as their libraries write them, and for models that tools have altered."
    yield ""
    yield "## Scores"
    yield ""
    if record is None:
        yield "Not evaluated yet: `truename dara evaluate`."
    else:
        yield "Of this very classifier (*ours*) and of others beside it. Of each class one configuration is kept for"
        yield "the margins and one for the test; it holds neither. The whole table: `docs/records/dara.md`."
        yield ""
        for row in record.rows:
            for scores in row.scores:
                if scores.question == "model_type" and scores.coverage is not None:
                    right = scores.top1 if scores.top1_equivalent is None else scores.top1_equivalent
                    yield (
                        f"- {row.test}, {row.classifier}: top-1 up to equivalence {right:.2%}, coverage "
                        f"{scores.coverage:.2%}, {scores.mean_set or 0:.2f} labels in a set ({scores.models:,} models)"
                    )
        for found in record.open_sets:
            yield (
                f"- model types left out of training, by {found.basis}: {found.caught:.2%} called unknown at 1% false "
                f"unknowns, AUROC {found.auroc:.4f} ({found.unknown:,} models)"
            )
        if (lies := record.lies) is not None:
            yield f"- planted lies: {lies.caught:.2%} caught, {lies.false_alarms:.2%} of honest claims called lies"
    yield ""
    yield "## Limits"
    yield ""
    yield from (f"- {limit}" for limit in _LIMITS)
