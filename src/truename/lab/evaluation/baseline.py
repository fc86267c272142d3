"""The rows to compare with: the study's network on L and P, and the nearest neighbour.

The network is DARA's: four linear layers, in-512-256-128-out, with dropout 0.5, on the counts of L and P
(Jiang et al. 2025; its artifact's ``modeling.py``). Both get prediction sets in the same way as ours: a margin behind
the best label, measured on the configurations set aside.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from truename.architecture import abstract_architecture
from truename.dara.features import connections, layer_parameters
from truename.dara.identification import Basis, Question
from truename.dara.identify import ERROR_RATE
from truename.errors import MissingExtraError
from truename.lab.evaluation.scores import Row, Scores, equivalent_of
from truename.lab.evaluation.table_rows import NEAREST, NOISE, UNSEEN, Prepared, Progress
from truename.lab.training.prototypes import Example, words_of_names, words_of_shapes
from truename.lab.training.specimen import Specimen

STUDY = "the study's network on L+P"
_WORDS = 20_000
_EPOCHS = 30
_BATCH = 128
_AT_ONCE = 500  # models that are compared with all others together


class Scored(msgspec.Struct, frozen=True):
    """What a baseline thinks of each label, for models set aside and for the test: arrays of models x labels."""

    labels: Sequence[str]
    aside: Any
    test: Any


def rows(prepared: Prepared, progress: Progress) -> Iterator[Row]:
    """Both baselines on the unseen configurations, with names and without."""
    for basis, test in ((Basis.NAMES, UNSEEN), (Basis.SHAPES, NOISE)):
        progress(f"{NEAREST}, by {basis.value}")
        yield _row(test, NEAREST, prepared, basis, _nearest(prepared, basis))
    progress(STUDY)
    yield _row(UNSEEN, STUDY, prepared, Basis.NAMES, _network(prepared, progress))


def _row(test: str, classifier: str, prepared: Prepared, basis: Basis, found: Mapping[Question, Scored]) -> Row:
    alike = prepared.by_names if basis is Basis.NAMES else prepared.by_shapes
    scores = []
    for question in Question:
        equivalents = [equivalent_of(e.label(question), question, alike) for e in prepared.test]
        scores.append(_scores(question, prepared, found[question], equivalents))
    return Row(test, classifier, tuple(scores))


def _scores(question: Question, prepared: Prepared, found: Scored, alike: Sequence[frozenset[str]]) -> Scores:
    import numpy as np

    position = {label: at for at, label in enumerate(found.labels)}
    margin = _margin(found.aside, [position.get(e.label(question), -1) for e in prepared.aside])
    truth = [e.label(question) for e in prepared.test]
    first = [found.labels[at] for at in found.test.argmax(axis=1)]
    inside = found.test >= found.test.max(axis=1, keepdims=True) - margin
    covered = [label in position and bool(inside[n, position[label]]) for n, label in enumerate(truth)]
    right = [a == b for a, b in zip(first, truth, strict=True)]
    either = [r or f in others for r, f, others in zip(right, first, alike, strict=True)]
    return Scores(
        question.value,
        len(truth),
        float(np.mean(right)),
        float(np.mean(either)) if question is Question.MODEL_TYPE else None,
        float(np.mean(covered)),
        float(inside.sum(axis=1).mean()),
        0.0,
    )


def _margin(scores: Any, truth: Sequence[int]) -> float:
    """How far behind the best label the true one lies for all but a share of ``ERROR_RATE``."""
    best = scores.max(axis=1)
    behind = sorted(best[n] - scores[n, at] if at >= 0 else math.inf for n, at in enumerate(truth))
    k = math.ceil((len(behind) + 1) * (1 - ERROR_RATE))
    return float(behind[k - 1]) if k <= len(behind) else math.inf


def _nearest(prepared: Prepared, basis: Basis) -> dict[Question, Scored]:
    """Of every label, the highest cosine of TF-IDF with one of its models."""
    known = _distinct(prepared.train, basis)
    words = [[str(w) for w in sorted(_words(e, basis))] for e in (*known, *prepared.aside, *prepared.test)]
    matrix = _tf_idf(words, len(known))
    transposed = matrix[: len(known)].T.tocsr()
    between = len(known) + len(prepared.aside)
    found = {}
    for question in Question:
        labels = sorted({e.label(question) for e in known})
        of_label = _columns([e.label(question) for e in known], labels)
        aside = _best(matrix[len(known) : between], transposed, of_label)
        found[question] = Scored(labels, aside, _best(matrix[between:], transposed, of_label))
    return found


def _distinct(examples: Iterable[Example], basis: Basis) -> list[Example]:
    """One of each set of words with the same labels."""
    return list({(_words(e, basis), e.model_type, e.architecture, e.task): e for e in examples}.values())


def _columns(truth: Sequence[str], labels: Sequence[str]) -> list[list[int]]:
    several: dict[str, list[int]] = defaultdict(list)
    for at, label in enumerate(truth):
        several[label].append(at)
    return [several[label] for label in labels]


def _best(asked: Any, transposed: Any, of_label: Sequence[Sequence[int]]) -> Any:
    import numpy as np

    found = []
    for start in range(0, asked.shape[0], _AT_ONCE):
        alike = (asked[start : start + _AT_ONCE] @ transposed).toarray()
        found.append(np.stack([alike[:, columns].max(axis=1) for columns in of_label], axis=1).astype(np.float32))
    return np.concatenate(found)


def _words(example: Example, basis: Basis) -> frozenset[int]:
    return words_of_names(example.features) if basis is Basis.NAMES else words_of_shapes(example.nameless)


def _tf_idf(words: Sequence[Sequence[str]], fitted: int) -> Any:
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError as error:
        raise MissingExtraError("training", "train") from error
    vectors = TfidfVectorizer(analyzer=list).fit(words[:fitted])
    return vectors.transform(words)


def _network(prepared: Prepared, progress: Progress) -> dict[Question, Scored]:
    """The study's network, one for each question."""
    counts = [_grams(specimen) for specimen in (*prepared.known, *prepared.specimens)]
    number, between = len(prepared.train), len(prepared.train) + len(prepared.aside)
    common = Counter(word for one in counts[:number] for word in one).most_common(_WORDS)
    column = {word: at for at, (word, _) in enumerate(common, start=1)}
    bags = [{0: 1.0} | {column[w]: math.log1p(n) for w, n in one.items() if w in column} for one in counts]  # 0: bias
    found = {}
    for question in Question:
        progress(f"{STUDY}: {question.value}")
        truth = [e.label(question) for e in prepared.train]
        labels = sorted(set(truth))
        scores = _fitted(bags, [labels.index(label) for label in truth], len(labels), len(column) + 1)
        found[question] = Scored(labels, scores[: between - number], scores[between - number :])
    return found


def _grams(specimen: Specimen) -> Counter[str]:
    architecture = abstract_architecture(specimen.header())
    return connections(architecture) + layer_parameters(architecture)


def _fitted(bags: Sequence[Mapping[int, float]], truth: Sequence[int], labels: int, words: int) -> Any:
    """Logarithms of the probabilities of every label, for the bags behind the first ``len(truth)``.

    The first layer is an ``EmbeddingBag`` with weights: a linear layer that is given only what is not zero, and whose
    weights are changed where their words occur alone.
    """
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError("the study's network", "zoo") from error
    torch.manual_seed(0)
    nn = torch.nn
    first = nn.EmbeddingBag(words, 512, mode="sum", sparse=True)
    nn.init.uniform_(first.weight, -(words**-0.5), words**-0.5)  # as nn.Linear
    layers: list[Any] = [nn.ReLU(), nn.Dropout(0.5)]
    for before, behind in pairwise((512, 256, 128)):
        layers += [nn.Linear(before, behind), nn.ReLU(), nn.Dropout(0.5)]
    rest = nn.Sequential(*layers, nn.Linear(128, labels))
    optimisers = [
        torch.optim.SparseAdam(list(first.parameters()), lr=1e-3),
        torch.optim.Adam(rest.parameters(), lr=1e-3),
    ]
    targets = torch.tensor(truth)
    for _ in range(_EPOCHS):
        for batch in torch.randperm(len(truth)).split(_BATCH):
            for optimiser in optimisers:
                optimiser.zero_grad()
            said = rest(first(*_bag(torch, [bags[at] for at in batch.tolist()])))
            nn.functional.cross_entropy(said, targets[batch]).backward()
            for optimiser in optimisers:
                optimiser.step()
    rest.eval()
    with torch.no_grad():
        return rest(first(*_bag(torch, bags[len(truth) :]))).log_softmax(dim=1).numpy()


def _bag(torch: Any, bags: Sequence[Mapping[int, float]]) -> tuple[Any, Any, Any]:
    """Words, where each bag begins, and the words' weights, as ``EmbeddingBag`` takes them."""
    starts = [0]
    for bag in bags:
        starts.append(starts[-1] + len(bag))
    words = torch.tensor([word for bag in bags for word in bag], dtype=torch.long)
    weights = torch.tensor([weight for bag in bags for weight in bag.values()], dtype=torch.float32)
    return words, torch.tensor(starts[:-1]), weights
