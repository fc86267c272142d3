"""Figures: confusion of the most frequent labels, and a map of structures in two dimensions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from truename.dara.identification import Question
from truename.dara.identify import identify_features
from truename.errors import MissingExtraError
from truename.lab.evaluation.table_rows import Prepared
from truename.lab.training.prototypes import Example, words_of_names

_SHOWN = {Question.MODEL_TYPE: 40, Question.ARCHITECTURE: 40, Question.TASK: 30}
# Okabe and Ito's colours, told apart by the colour-blind, each with a shape of its own for print in grey.
_MARKS = (
    ("#0072B2", "o"), ("#E69F00", "s"), ("#009E73", "^"), ("#CC79A7", "D"),
    ("#56B4E9", "v"), ("#D55E00", "P"), ("#000000", "X"),
)  # fmt: skip
_NAMED = 24  # types written into the map
_OTHERS = ("#BBBBBB", ".")


def draw(prepared: Prepared, folder: Path) -> None:
    """Draw ``dara-confusion-*.svg`` and ``dara-map.svg`` into ``folder``.

    Raises:
        MissingExtraError: matplotlib or scikit-learn is not installed.
    """
    try:
        import matplotlib
        import sklearn.decomposition  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("figures", "train") from error
    matplotlib.use("svg")
    folder.mkdir(parents=True, exist_ok=True)
    for question in Question:
        _confusion(prepared, question, folder / f"dara-confusion-{question.value.replace('_', '-')}.svg")
    _map(prepared.test, folder / "dara-map.svg")


def _confusion(prepared: Prepared, question: Question, path: Path) -> None:
    """Labels that were confused most, by shapes alone: with names nothing would be seen."""
    import matplotlib.pyplot as plt

    pairs = Counter[tuple[str, str]]()
    for example in prepared.test:
        answer = dict(identify_features(example.nameless, model=prepared.model).answers())[question]
        if answer.nearest:
            pairs[example.label(question), answer.nearest[0].label] += 1
    wrong = Counter[str]()
    for (truth, said), number in pairs.items():
        if truth != said:
            wrong[truth] += number
            wrong[said] += number
    labels = sorted(label for label, _ in wrong.most_common(_SHOWN[question]))
    cells = [[pairs[truth, said] for said in labels] for truth in labels]
    figure, axes = plt.subplots(figsize=(10, 10))
    axes.imshow(cells, cmap="Blues")
    most = max(map(max, cells), default=0)
    for (row, column), number in _filled(cells):
        axes.text(
            column, row, number, ha="center", va="center", fontsize=6, color="white" if 2 * number > most else "k"
        )
    axes.set_xticks(range(len(labels)), labels, rotation=90, fontsize=6)
    axes.set_yticks(range(len(labels)), labels, fontsize=6)
    axes.set(xlabel="said", ylabel="truth", title=_title(question, len(prepared.test)))
    _save(figure, path)


def _title(question: Question, models: int) -> str:
    return f"{question.value}, by shapes alone: the labels confused most (test of n = {models:,} models)"


def _filled(cells: list[list[int]]) -> Iterator[tuple[tuple[int, int], int]]:
    for row, numbers in enumerate(cells):
        for column, number in enumerate(numbers):
            if number:
                yield (row, column), number


def _map(examples: tuple[Example, ...], path: Path) -> None:
    """Two dimensions of the names' TF-IDF: truncated singular values, then t-SNE."""
    import matplotlib.pyplot as plt
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.manifold import TSNE

    words = [[str(word) for word in words_of_names(example.features)] for example in examples]
    reduced: Any = TruncatedSVD(30, random_state=0).fit_transform(TfidfVectorizer(analyzer=list).fit_transform(words))
    points = TSNE(2, random_state=0, init="pca", perplexity=15).fit_transform(reduced)
    figure, axes = plt.subplots(figsize=(11, 8))
    counts = Counter(example.task for example in examples).most_common()
    marks = dict(zip((task for task, _ in counts), _MARKS, strict=False))
    for task, mark in ((None, _OTHERS), *marks.items()):
        at = [i for i, e in enumerate(examples) if (e.task if e.task in marks else None) == task]
        label = f"{task or 'other tasks'} ({len(at):,})"
        axes.scatter(points[at, 0], points[at, 1], c=mark[0], marker=mark[1], s=10, linewidths=0, label=label)
    axes.legend(fontsize=7, loc="lower right", title="task")
    for model_type, number in Counter(example.model_type for example in examples).most_common(_NAMED):
        at = [i for i, example in enumerate(examples) if example.model_type == model_type]
        axes.annotate(f"{model_type} {number}", points[at].mean(axis=0), fontsize=6)
    axes.set(title=f"Structures of the test, by names: near are alike (n = {len(examples):,})", xticks=[], yticks=[])
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    import matplotlib.pyplot as plt

    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
