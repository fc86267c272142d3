"""What the front matter of a card should say, from what the files show; and the card with that written into it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from pathlib import Path

import msgspec

from truename.atomic_files import write_bytes_atomically
from truename.declared.front_matter_edit import edited_card
from truename.errors import DeclaredError, UsageError
from truename.evidence import Evidence, gather
from truename.facts import (
    ADAPTER_BASE,
    ARCHITECTURES,
    BASE_MODEL_RELATION,
    BASE_MODELS,
    DIFFUSERS_CLASS,
    IS_ADAPTER,
    LIBRARY_NAME,
    MODEL_TYPE,
    PIPELINE_TAG,
    QUANTISATION_METHOD,
    TAGS,
    Origin,
)
from truename.rules.shared.card_tags import wrong_tags
from truename.rules.shared.hub_words import known_words, word_meant
from truename.sources import open_source

CARD = "README.md"
MAX_CARD_BYTES = 20_000_000

_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
# The task that the head of a class is for, where it is for one alone.
_TASKS: Mapping[str, str] = {
    "ForMaskedLM": "fill-mask",
    "ForTokenClassification": "token-classification",
    "ForQuestionAnswering": "question-answering",
    "ForSequenceClassification": "text-classification",
    "ForImageClassification": "image-classification",
    "ForAudioClassification": "audio-classification",
    "ForObjectDetection": "object-detection",
    "ForCausalLM": "text-generation",
}


class Fix(msgspec.Struct, frozen=True):
    """One key of the front matter.

    Attributes:
        key: of the front matter.
        value: what it should be; None where the key should go.
        why: what shows it.
    """

    key: str
    value: str | tuple[str, ...] | None
    why: str


class FixedCard(msgspec.Struct, frozen=True):
    """A card with its fixes.

    Attributes:
        path: of the card.
        fixes: what changes; empty where nothing has to.
        diff: of the whole card, as a patch.
        data: the new card.
    """

    path: Path
    fixes: tuple[Fix, ...]
    diff: str
    data: bytes


def fixed_card(folder: Path) -> FixedCard:
    """The card of a model's folder, with what its front matter should say.

    Only keys that the files show are set: ``base_model`` of an adapter, ``base_model_relation``, ``library_name`` and
    ``pipeline_tag``, and tags that the files contradict are removed. A value of the author's is replaced only where it
    is a word that is not known and is written like one that is, or is contradicted.

    Raises:
        TargetError: there is no model in the folder.
        UsageError: it is not a folder on this machine.
        DeclaredError: the front matter cannot be read or rewritten.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: fix rewrites the card of a folder on this machine, and there is no such folder")
    source = open_source(folder)
    evidence = gather(source)
    path = folder / CARD
    try:
        if path.is_file() and path.stat().st_size > MAX_CARD_BYTES:
            raise DeclaredError(CARD, f"is too large to be rewritten (more than {MAX_CARD_BYTES:,} bytes)")
        before = path.read_bytes() if path.is_file() else b""
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    fixes = tuple(_fixes(evidence, "modules.json" in source.files))
    after = edited_card(CARD, before, {fix.key: fix.value for fix in fixes}) if fixes else before
    old, new = (text.decode("utf-8", "replace").splitlines(keepends=True) for text in (before, after))
    diff = "".join(unified_diff(old, new, f"a/{CARD}", f"b/{CARD}"))
    return FixedCard(path, fixes if before != after else (), diff, after)


def apply(card: FixedCard) -> None:
    """Write the card; it is there whole or as it was.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        write_bytes_atomically(card.path, card.data)
    except OSError as error:
        raise UsageError(f"{card.path}: cannot be written ({error.strerror})") from error


def _fixes(evidence: Evidence, sentences: bool) -> Iterator[Fix]:
    yield from _base(evidence)
    yield from _library(evidence, sentences)
    yield from _task(evidence, sentences)
    fact = evidence.declared(TAGS)
    wrong = [one.tag for one in wrong_tags(evidence)]
    if fact is not None and wrong:
        kept = tuple(tag for tag in fact.value if tag not in wrong)
        yield Fix("tags", kept or None, f"the files contradict {', '.join(wrong)}")


def _base(evidence: Evidence) -> Iterator[Fix]:
    """The base of an adapter as its configuration names it, and the relation to it."""
    based = evidence.declared(BASE_MODELS) is not None
    adapted = evidence.declared(ADAPTER_BASE)
    if not based and adapted is not None and _ID.fullmatch(adapted.value):
        yield Fix("base_model", adapted.value, f"{adapted.file} names it")
        based = True
    relation = evidence.get(BASE_MODEL_RELATION)
    if not based or (relation is not None and relation.origin is Origin.DECLARED and relation.file == CARD):
        return
    method = evidence.measured(QUANTISATION_METHOD)
    if evidence.value(IS_ADAPTER):
        yield Fix("base_model_relation", "adapter", "the files hold an adapter")
    elif method is not None and method.value != "none":
        yield Fix("base_model_relation", "quantized", f"the weights are packed by {method.value}")


def _library(evidence: Evidence, sentences: bool) -> Iterator[Fix]:
    fact = evidence.declared(LIBRARY_NAME)
    if fact is not None:
        if fact.value not in known_words("libraries") and (meant := word_meant("libraries", fact.value)) is not None:
            yield Fix("library_name", meant, f"{fact.value} is not among the Hub's libraries")
        return
    if evidence.value(IS_ADAPTER):
        yield Fix("library_name", "peft", "the files hold an adapter")
    elif sentences:
        yield Fix("library_name", "sentence-transformers", "there is a modules.json")
    elif evidence.get(DIFFUSERS_CLASS) is not None:
        yield Fix("library_name", "diffusers", "there is a model_index.json")
    elif evidence.declared(MODEL_TYPE) is not None and evidence.declared(ARCHITECTURES) is not None:
        yield Fix("library_name", "transformers", "config.json has a model type and an architecture")


def _task(evidence: Evidence, sentences: bool) -> Iterator[Fix]:
    fact = evidence.declared(PIPELINE_TAG)
    if fact is not None:
        if fact.value not in known_words("pipeline_tags"):
            meant = word_meant("pipeline_tags", fact.value)
            if meant is not None:
                yield Fix("pipeline_tag", meant, f"{fact.value} is not among the Hub's tasks")
        return
    if sentences:
        yield Fix("pipeline_tag", "sentence-similarity", "there is a modules.json")
        return
    named = evidence.declared(ARCHITECTURES)
    if named is None or evidence.value(IS_ADAPTER) or len(named.value) != 1:
        return
    task = next((task for head, task in _TASKS.items() if str(named.value[0]).endswith(head)), None)
    if task is not None:
        yield Fix("pipeline_tag", task, f"config.json names {named.value[0]}")
