"""Task heads: which a class has, which a name asks for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from truename._lazy import once
from truename.compiled_tables import table
from truename.names.claims import Claim

MASKED = ("ForMaskedLM", "ForPreTraining")
GENERATIVE = ("ForCausalLM", "ForConditionalGeneration", "LMHeadModel", "ForSeq2SeqLM")


class Head(msgspec.Struct, frozen=True):
    """A kind of task head; the fields are explained in ``tables/heads.toml``."""

    key: str
    modality: str
    title: str
    classes: tuple[str, ...]
    tags: frozenset[str]
    datasets: frozenset[str]
    serves: frozenset[str]
    tensors: tuple[str, ...]
    words: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()


@once
def heads() -> tuple[Head, ...]:
    """Every known kind of head."""
    return tuple(msgspec.convert({"key": key, **entry}, Head) for key, entry in table("rules/heads").items())


def head_of(architecture: str) -> Head | None:
    """The head of a transformers class by the ending of its name; None for bare and generative models."""
    return next((head for head in heads() if architecture.endswith(head.classes)), None)


def is_generative(architecture: str) -> bool:
    """Whether a class writes text, and so can do any task of text without a head of its own."""
    return architecture.endswith(GENERATIVE)


def is_masked(architecture: str) -> bool:
    """Whether a class fills in masked words: the state in which an encoder is before it learns a task."""
    return architecture.endswith(MASKED)


def is_bare(architecture: str) -> bool:
    """Whether a class is an encoder or a decoder without any head: ``BertModel``."""
    return architecture.endswith("Model") and architecture[:-5] in table("rules/head_classes")["prefixes"]


def is_regular(architecture: str, head: Head) -> bool:
    """Whether a class names the tensors of its head as most do."""
    ending = next(ending for ending in sorted(head.classes, key=len, reverse=True) if architecture.endswith(ending))
    return bool(head.tensors) and architecture.removesuffix(ending) in table("rules/head_classes")["prefixes"]


def is_of_one_head(tensor: str) -> bool:
    """Whether a head tensor shows one kind of head: ``qa_outputs`` does, ``classifier`` may be of several."""
    return sum(tensor in head.tensors for head in heads()) == 1


def asked_by(claim: Claim) -> Head | None:
    """The head that a task or a data set of the name asks for.

    'Classification' alone is said of tokens, images and sounds as well as of sentences, and asks for none.
    """
    return _asked_by(str(claim.value), claim.element.text)


@lru_cache(maxsize=4096)
def _asked_by(value: str, text: str) -> Head | None:
    if (head := named_head(text)) is not None:
        return head
    if is_classification(text):
        return None
    return _by_dataset(value, text) or next((head for head in heads() if _asks(value, text, head)), None)


def named_head(text: str) -> Head | None:
    """The head that a text names by the word for the head itself, as classes do: ``SequenceClassification``."""
    word = plain(text)
    return next((head for head in heads() if word in _plain(head.named)), None)


def is_classification(text: str) -> bool:
    """Whether a text speaks of classes or labels, whatever else it says."""
    return any(part in text.lower() for part in ("classif", "label"))


def _asks(value: str, text: str, head: Head) -> bool:
    if head.words:
        return plain(text) in _plain(head.words)
    return plain(value) in _plain(head.tags)


def serves(head: Head, claim: Claim) -> bool:
    """Whether a head can stand for what a claim says. A data set of one head is served by that head alone."""
    if (named := named_head(claim.element.text)) is not None:
        return named == head
    wanted = _by_dataset(str(claim.value), claim.element.text)
    return wanted == head if wanted else plain(claim.value) in _plain(head.tags | head.serves)


@lru_cache(maxsize=4096)
def _by_dataset(value: str, text: str) -> Head | None:
    words = {plain(value), plain(text)}
    return next((head for head in heads() if words & head.datasets), None)


@lru_cache(maxsize=1024)
def _plain(words: frozenset[str]) -> frozenset[str]:
    return frozenset(plain(word) for word in words)


def plain(value: Any) -> str:
    """A word without case and punctuation: ``SQuAD_v2`` and ``squadv2`` are the same."""
    return _plain_text(str(value))


@lru_cache(maxsize=4096)
def _plain_text(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())
