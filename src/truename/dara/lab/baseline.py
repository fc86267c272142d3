"""The rows to compare with: the study's network on L and P, and the nearest neighbour.

The network is DARA's: four linear layers, in-512-256-128-out, with dropout 0.5, on the counts of L and P
(Jiang et al. 2025; its artifact's ``modeling.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from truename.architecture import abstract_architecture
from truename.dara.identification import Basis, Question
from truename.dara.lab.evaluation import NEAREST, Prepared, Progress
from truename.dara.lab.scores import Answered, Row, equivalent_of, scores_of
from truename.dara.lab.specimen import Specimen
from truename.dara.training import Example, words_of_names, words_of_shapes
from truename.errors import MissingExtraError
from truename.features import connections, layer_parameters

STUDY = "the study's network on L+P"
_WORDS = 20_000
_EPOCHS = 30
_BATCH = 64


def rows(prepared: Prepared, progress: Progress) -> Iterator[Row]:
    """Both baselines on the unseen configurations, with names and without."""
    for basis, test in (
        (Basis.NAMES, "unseen configurations, with names"),
        (Basis.SHAPES, "unseen configurations, names replaced by noise"),
    ):
        progress(f"{NEAREST}, by {basis.value}")
        yield _row(test, NEAREST, prepared, basis, _nearest(prepared, basis))
    progress(STUDY)
    yield _row("unseen configurations, with names", STUDY, prepared, Basis.NAMES, _network(prepared))


def _row(test: str, classifier: str, prepared: Prepared, basis: Basis, firsts: dict[Question, list[str]]) -> Row:
    alike = prepared.by_names if basis is Basis.NAMES else prepared.by_shapes
    scores = []
    for question in Question:
        answers = [
            Answered(e.label(question), first, None, equivalent_of(e.label(question), question, alike))
            for e, first in zip(prepared.test, firsts[question], strict=True)
        ]
        scores.append(scores_of(question, answers))
    return Row(test, classifier, tuple(scores))


def _nearest(prepared: Prepared, basis: Basis) -> dict[Question, list[str]]:
    """Labels of the training model with the highest cosine of TF-IDF."""
    known = [*prepared.train, *prepared.aside]
    words = [[str(w) for w in _words(e, basis)] for e in (*known, *prepared.test)]
    matrix = _tf_idf(words, len(known))
    best = (matrix[len(known) :] @ matrix[: len(known)].T).argmax(axis=1).A1
    return {question: [known[at].label(question) for at in best] for question in Question}


def _words(example: Example, basis: Basis) -> frozenset[int]:
    return words_of_names(example.features) if basis is Basis.NAMES else words_of_shapes(example.nameless)


def _tf_idf(words: Sequence[Sequence[str]], fitted: int) -> Any:
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError as error:
        raise MissingExtraError("training", "train") from error
    vectors = TfidfVectorizer(analyzer=list).fit(words[:fitted])
    return vectors.transform(words)


def _network(prepared: Prepared) -> dict[Question, list[str]]:
    """The study's network, one for each question."""
    train = [_grams(specimen) for specimen in prepared.known]
    test = [_grams(specimen) for specimen in prepared.specimens]
    try:
        import torch
        from sklearn.feature_extraction import DictVectorizer
    except ImportError as error:
        raise MissingExtraError("the study's network", "train") from error
    torch.manual_seed(0)
    common = {word for word, _ in Counter(w for counts in train for w in counts).most_common(_WORDS)}
    vectors = DictVectorizer(dtype="float32")
    seen = vectors.fit_transform([{w: n for w, n in counts.items() if w in common} for counts in train])
    asked = torch.from_numpy(vectors.transform(test).toarray()).log1p()
    inputs = torch.from_numpy(seen.toarray()).log1p()
    known = (*prepared.train, *prepared.aside)
    return {question: _fitted(torch, inputs, [e.label(question) for e in known], asked) for question in Question}


def _grams(specimen: Specimen) -> Counter[str]:
    architecture = abstract_architecture(specimen.header())
    return connections(architecture) + layer_parameters(architecture)


def _fitted(torch: Any, inputs: Any, truth: Sequence[str], asked: Any) -> list[str]:
    labels = sorted(set(truth))
    targets = torch.tensor([labels.index(label) for label in truth])
    nn = torch.nn
    layers: list[Any] = []
    sizes = (inputs.shape[1], 512, 256, 128)
    for before, behind in pairwise(sizes):
        layers += [nn.Linear(before, behind), nn.ReLU(), nn.Dropout(0.5)]
    network = nn.Sequential(*layers, nn.Linear(128, len(labels)))
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    for _ in range(_EPOCHS):
        for batch in torch.randperm(len(inputs)).split(_BATCH):
            optimiser.zero_grad()
            nn.functional.cross_entropy(network(inputs[batch]), targets[batch]).backward()
            optimiser.step()
    network.eval()
    with torch.no_grad():
        return [labels[at] for at in network(asked).argmax(dim=1).tolist()]
