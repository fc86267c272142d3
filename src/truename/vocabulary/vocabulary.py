"""The vocabulary as it is loaded: one JSON file that ``tools/compile_vocabulary.py`` writes from the TOML files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from truename._lazy import once

COMPILED = Path(__file__).with_name("compiled.json")
_SEPARATORS = str.maketrans("", "", "-_./ ")


def squeeze(word: str) -> str:
    """A word as the tables know it: lower case, without separators (``Flan-T5`` and ``flan_t5`` are ``flant5``)."""
    low = word.lower()
    return low if low.isalnum() else low.translate(_SEPARATORS)


class Family(msgspec.Struct, frozen=True):
    """An architecture family, or a brand whose name says nothing of the architecture."""

    key: str
    title: str
    aliases: tuple[str, ...]
    model_types: frozenset[str]  # every model_type that honest models of that name have; empty for most brands
    brand: bool  # True: the name makes no architecture claim
    sizes: Mapping[str, tuple[int, ...]]  # size word -> parameters that releases with that word have
    modality: str  # text, vision, audio, multimodal, diffusion, other
    source: str
    generative: bool = False  # a decoder that writes text: a number like 8k beside it is a context length
    everyday: bool = False  # an everyday word too: claims only beside a size, a version or a count
    variants: Mapping[str, str] = {}  # language code -> the family that the name means beside that language
    related: frozenset[str] = frozenset()  # types that such a name should not have, and that its field has at times


class Task(msgspec.Struct, frozen=True):
    """What a task word says: the Hub's pipeline tags, and the heads and classes that such models have."""

    key: str
    words: tuple[str, ...]
    pipeline_tags: tuple[str, ...]  # empty: an application, which no file can contradict
    heads: tuple[str, ...]  # tensor names of the head; empty: several, or unknown
    architectures: tuple[str, ...]  # endings of the class in config.json's architectures
    source: str


class Language(msgspec.Struct, frozen=True):
    """A language of ISO 639."""

    code: str  # ISO 639-1 where there is one, else ISO 639-3
    name: str
    words: tuple[str, ...]  # every way it is written: codes, name, field habits


class Quantisation(msgspec.Struct, frozen=True):
    """A quantisation token: its method, and its bits where the word fixes them."""

    word: str
    method: str
    source: str
    bits: float | None = None


class Reading(msgspec.Struct, frozen=True, array_like=True):
    """How the reader of names takes a known word: the values of ``Kind`` and ``Role``, and whether it claims."""

    kind: str
    role: str
    value: Any
    claims: bool = True


class Hints(msgspec.Struct, frozen=True):
    """Words that decide how a neighbour is read."""

    counted: frozenset[str]
    labels: frozenset[str]
    context: frozenset[str]
    not_size: frozenset[str]
    brand_endings: tuple[str, ...]
    task_endings: tuple[str, ...]
    translation: frozenset[str]
    run_ids: frozenset[str]
    image_sizes: frozenset[int]  # sides of input images, in pixels
    patch_sizes: frozenset[int]
    context_thousands: frozenset[int]  # 8 of 8k
    decimal_families: frozenset[str]
    plain: frozenset[str]  # words that say nothing of a model
    source: str


class Vocabulary(msgspec.Struct, frozen=True, dict=True):
    """All words, each list by the word itself in lower case."""

    families: Mapping[str, Family]
    task_list: tuple[Task, ...]
    language_list: tuple[Language, ...]
    datasets: Mapping[str, str]  # word -> source
    quantisation: Mapping[str, Quantisation]
    lists: Mapping[str, Mapping[str, str]]  # list -> word -> normalised word
    readings: Mapping[str, Reading]  # squeezed word -> how it is read
    prefixes: frozenset[str]  # squeezed beginnings of words of several parts
    compounds: frozenset[str]  # squeezed words of several parts
    cautious_languages: frozenset[str]  # two-letter codes that are words too
    iso639_3: str  # every code, separated by spaces
    language_families: str  # ISO 639-5 codes, separated by spaces
    known_model_types: frozenset[str]
    hints: Hints
    sources: Mapping[str, str]  # list -> where its words come from

    @cached_property
    def tasks(self) -> Mapping[str, Task]:
        """Task word -> task."""
        return {word: task for task in self.task_list for word in (task.key, *task.words)}

    @cached_property
    def languages(self) -> Mapping[str, Language]:
        """Code, name or field word, in lower case -> language."""
        return {word: language for language in self.language_list for word in language.words}

    @cached_property
    def language_codes(self) -> frozenset[str]:
        """Every code of ISO 639-1, -3 and -5."""
        two = {word for language in self.language_list for word in language.words if len(word) == 2}
        return frozenset(self.iso639_3.split()) | frozenset(self.language_families.split()) | two

    @property
    def size_words(self) -> Mapping[str, str]:
        """Size word -> the word as sizes of families have it (usually the word itself)."""
        return self.lists["sizes"]

    @property
    def packaging(self) -> Mapping[str, str]:
        """Packaging word -> the weight format that it promises."""
        return self.lists["packaging"]

    @property
    def precisions(self) -> Mapping[str, str]:
        """Precision word -> its usual form (``bfloat16`` is ``bf16``)."""
        return self.lists["precisions"]

    @property
    def alignment(self) -> Mapping[str, str]:
        """Alignment word -> its usual form."""
        return self.lists["alignment"]

    @property
    def reuse(self) -> Mapping[str, str]:
        """Reuse word -> its usual form."""
        return self.lists["reuse"]

    @property
    def adapters(self) -> Mapping[str, str]:
        """Adapter word -> its usual form."""
        return self.lists["adapters"]

    @cached_property
    def _by_model_type(self) -> Mapping[str, tuple[Family, ...]]:
        found: dict[str, list[Family]] = {}
        for family in self.families.values():
            for model_type in family.model_types:
                found.setdefault(model_type, []).append(family)
        return {model_type: tuple(families) for model_type, families in found.items()}

    def family_of_model_type(self, model_type: str) -> tuple[Family, ...]:
        """The families whose honest models may declare ``model_type``; empty if nobody knows it."""
        return self._by_model_type.get(model_type, ())


@once
def vocabulary() -> Vocabulary:
    """The vocabulary, loaded once."""
    return msgspec.json.decode(COMPILED.read_bytes(), type=Vocabulary)
