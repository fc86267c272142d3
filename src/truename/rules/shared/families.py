"""How a claimed architecture family fits a model type: the one comparison that three rules share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum
from functools import cache, lru_cache
from typing import Any

import msgspec

from truename.architecture import known_model_types
from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import ARCHITECTURES, MODEL_TYPE, TENSOR_MODEL_TYPES, Fact, Key, Origin
from truename.findings import Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.vocabulary import Family, vocabulary

_HEAD = re.compile(
    r"(For[A-Z]\w*|(LM|DoubleHeads|MT|Reward|PreTrained)Model|LMHead(Model)?|ModelWith\w*|With\w*|Model|Encoder|Decoder)$"
)

_SPELLED = 5  # letters and digits of a type that a name spells whole, with other signs between
_NUMBERS = re.compile(r"\d+")
_SIGNS = re.compile(r"[^a-z0-9]")
_LETTERS = re.compile(r"(?!v[0-9])[a-z]")  # letters that go on; v2 is a number

DECLARED_TYPE_KEYS: frozenset[Key[Any]] = frozenset((MODEL_TYPE, ARCHITECTURES))  # what ``declared_types`` reads


# why a claimed family is not held against what the files are
ADAPTER = "the files hold an adapter, and its base model decides the architecture"
DRAFT = "a draft model may have another architecture than the model that it serves"
COMPOSITE = "the model is put together from models of other families"


class DeclaredType(msgspec.Struct, frozen=True):
    """A model type that the configuration declares: by ``model_type``, or by a class in ``architectures``."""

    fact: Fact[Any]
    class_name: str | None = None  # the class that tells it

    @property
    def value(self) -> str:
        """The type."""
        return str(self.fact.value)


class Fit(IntEnum):
    """How a family and a model type go together, best first."""

    AGREES = 0
    KIN = 1  # another member of the same line: qwen3 for Qwen3-VL
    RELATED = 2  # the vocabulary knows that the field confuses them: xlm-roberta for RoBERTa
    UNKNOWN = 3  # nobody knows the type, or it holds other models that are not known
    FOREIGN = 4


def claimed_families(claims: Claims) -> tuple[tuple[Claim, Family], ...]:
    """The architecture claims of a name whose family the vocabulary gives model types; brands claim nothing."""
    known = vocabulary().families
    pairs = [(claim, known.get(claim.value)) for claim in claims.of(Role.FAMILY)]
    return tuple([(claim, family) for claim, family in pairs if family and not family.brand and family.model_types])


def fit(family: Family, model_type: str) -> Fit:
    """How ``family`` and ``model_type`` go together.

    Model types grow by suffix (``qwen2``, ``qwen2_vl``), so a type that starts with one of the family's is a kind of
    it, unless it is a word of its own that transformers knows (``gpt_neox`` is not a ``gpt_neo``). What comes before
    makes another architecture (``bert`` and ``distilbert``, ``t5`` and ``mt5``), and the vocabulary says where it
    does not. Types that the vocabulary does not know are nobody's.
    """
    return _fit(family.key, family.model_types, family.related, model_type)


@lru_cache(maxsize=16_384)
def _fit(family: str, model_types: frozenset[str], related: frozenset[str], model_type: str) -> Fit:
    found, key = squash(model_type), squash(family)
    types = {squash(t) for t in model_types}
    if found in types or any(_extends(found, t) for t in types):
        return Fit.AGREES
    if key in found and not is_known(model_type):
        return Fit.AGREES
    if any(found == squash(t) for t in related):
        return Fit.RELATED
    if (len(found) > 2 and key.startswith(found)) or any(_counts_alike(found, t) for t in types):
        return Fit.KIN
    return Fit.FOREIGN if is_known(model_type) else Fit.UNKNOWN


def _extends(found: str, base: str) -> bool:
    """Whether a type is another with something added: a part, a number, or letters that make no known type."""
    if not found.startswith(base):
        return False
    rest = found[len(base) :]
    return not (rest and _LETTERS.match(rest) and found in _single_words())


def _counts_alike(found: str, base: str) -> bool:
    """Whether two types are one line under a shorter and a longer version: ``glm46v`` and ``glm4v_moe``.

    Code that a release runs on is often that of an earlier one, and the mixture of a line has a type of its own.
    """
    one, other = found.removesuffix("moe"), base.removesuffix("moe")
    digits, base_digits = ("".join(filter(str.isdigit, word)) for word in (one, other))
    if not digits or not base_digits or _NUMBERS.sub("", one) != _NUMBERS.sub("", other):
        return False
    return digits.startswith(base_digits) or base_digits.startswith(digits)


def is_part_of(model_type: str, families: Iterable[Family]) -> bool:
    """Whether a type is that of a part of which one of the families is put together."""
    found = squash(model_type)
    return any(found in _parts().get(squash(family.key), ()) for family in families)


def best_fit(families: Iterable[Family], model_types: Iterable[str]) -> Fit:
    """The best fit of any family with any type: a name that combines two families is right if one agrees."""
    types = tuple(model_types)
    best: Fit | None = None
    for family in families:
        for model_type in types:
            found = fit(family, model_type)
            if found is Fit.AGREES:
                return found
            best = found if best is None else min(best, found)
    return Fit.UNKNOWN if best is None else best


SEVERITIES = {Fit.KIN: Severity.NOTE, Fit.RELATED: Severity.WARNING, Fit.FOREIGN: Severity.ERROR}


def in_the_words_of(claims: Claims, model_types: Iterable[str]) -> tuple[str, ...]:
    """The types as a name would say them: beside ``distilled``, ``bert`` may mean DistilBERT."""
    types = tuple(model_types)
    spelled = _SIGNS.sub("", claims.parsed.model.lower())
    if any(len(word := squash(t)) > _SPELLED and word in spelled for t in types):  # conv-bert-base is a convbert
        types += tuple(
            str(claim.value)
            for claim in claims.of(Role.FAMILY)
            if any(squash(str(claim.value)) in (word := squash(t)) and word in spelled for t in types)
        )
    students = [t.removeprefix("distil") for t in types if t.startswith("distil")]
    if not students or "distil" not in _SIGNS.sub("", claims.parsed.model.lower()):
        return types
    return (*types, *students)


def is_draft(claims: Claims) -> bool:
    """Whether the name is that of a draft model, which may have another architecture than the model it serves."""
    words = re.split(r"[\W_]+", claims.parsed.model.lower())
    return not _draft_words().isdisjoint(words)


@lru_cache(maxsize=4096)
def squash(word: str) -> str:
    """A model type or class name without case and signs: ``GPTNeoX`` and ``gpt_neox`` are one."""
    return _SIGNS.sub("", word.lower())


@lru_cache(maxsize=4096)
def is_known(model_type: str) -> bool:
    """Whether the vocabulary has a family of that type, or of a type that this one extends."""
    found = squash(model_type)
    return any(found == t or (len(t) > 2 and found.startswith(t)) for t in _known_types())


def is_recognisable(model_type: str) -> bool:
    """Whether the tensors of that type are known, so that others contradict it."""
    return squash(model_type) in _recognisable()


@lru_cache(maxsize=4096)
def is_composite(model_type: str) -> bool:
    """Whether a model of that type is put together from models of other families (LLaVA from a CLIP and a Llama)."""
    found = squash(model_type)
    return any(found.startswith(t) for t in _composites())


@lru_cache(maxsize=4096)
def type_of_class(architecture: str) -> str | None:
    """The known model type that a class name stands for: ``BertForMaskedLM`` is ``bert``; None if nobody knows."""
    stem = architecture
    for _ in range(3):
        if squash(stem) in _known_types():
            return squash(stem)
        shorter = _HEAD.sub("", stem)
        if shorter == stem:
            return None
        stem = shorter
    return squash(stem) if squash(stem) in _known_types() else None


def agreeing(
    families: Iterable[tuple[Claim, Family]], claims: Claims, types: Iterable[tuple[Fact[Any], Iterable[str]]]
) -> tuple[tuple[Claim, Fact[Any]], ...]:
    """The claims that one of the facts bears out, each with the first that does.

    Args:
        families: what the name claims.
        claims: of the name.
        types: facts, each with the model types that it gives.
    """
    in_words = [(fact, in_the_words_of(claims, given)) for fact, given in types]
    found = []
    for claim, family in families:
        for fact, given in in_words:
            if best_fit((family,), given) is Fit.AGREES:
                found.append((claim, fact))
                break
    return tuple(found)


def declared_types(evidence: Evidence) -> tuple[DeclaredType, ...]:
    """The declared model types, the outer one first, those of nested models next, and last what the classes tell."""
    return _declared_types(evidence.all(MODEL_TYPE), evidence.all(ARCHITECTURES))


@lru_cache(maxsize=4096)  # most models of a registry have one of few configurations
def _declared_types(types: tuple[Fact[Any], ...], architectures: tuple[Fact[Any], ...]) -> tuple[DeclaredType, ...]:
    said = [DeclaredType(f) for f in types if f.origin is Origin.DECLARED and isinstance(f.value, str) and f.value]
    for fact in architectures:
        names = (fact.value,) if isinstance(fact.value, str) else tuple(fact.value or ())
        said += [
            DeclaredType(Fact(MODEL_TYPE, found, fact.origin, fact.file, f"architectures: {name}"), name)
            for name in names
            if isinstance(name, str) and (found := type_of_class(name))
        ]
    return tuple(said)


def tensor_types(evidence: Evidence) -> tuple[str, ...]:
    """The model types whose tensors these are; empty where none could be told."""
    return tuple(evidence.value(TENSOR_MODEL_TYPES, ()))


def listed(types: tuple[str, ...], most: int = 4) -> str:
    """``llama``; ``llama or mistral``; a longer list is cut."""
    shown = list(types[:most])
    if len(types) > most:
        return f"{', '.join(shown)} or {len(types) - most} more"
    return " or ".join((", ".join(shown[:-1]), shown[-1]) if len(shown) > 1 else shown)


@cache
def _known_types() -> frozenset[str]:
    return frozenset(map(squash, vocabulary().known_model_types))


@cache
def _draft_words() -> frozenset[str]:
    return frozenset(table("rules/drafts")["words"])


@cache
def _single_words() -> frozenset[str]:
    """Known types that no sign and no number joins to another: ``vits``, ``clipseg``, ``gpt_neox``; not ``vit_mae``."""
    known = vocabulary().known_model_types
    joined = {t for t in known for sign in "-_" if any(t.startswith(base + sign) for base in known)}
    return frozenset(squash(t) for t in known - joined)


@cache
def _recognisable() -> frozenset[str]:
    return frozenset(map(squash, known_model_types()))


@cache
def _parts() -> dict[str, frozenset[str]]:
    return {squash(t): frozenset(map(squash, parts)) for t, parts in table("rules/composites")["parts"].items()}


@cache
def _composites() -> tuple[str, ...]:
    return tuple(squash(t) for t in table("rules/composites")["composite"])
