"""The evidence in a registry's metadata: what a record says of a model, with its origin. No weights are read.

What the registry counted or concluded is weighed as declared: it was not seen here. A count is left out where it may
be of packed integers or of an adapter, so that it can accuse nobody.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import Enum, auto
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import msgspec

from truename.declared import Declared, Document, declared_facts, weights_among
from truename.evidence.evidence import Evidence, by_strength
from truename.facts import (
    ACTIVE_PARAMETERS,
    ADAPTER_BASE,
    ARCHITECTURES,
    BASE_MODEL_RELATION,
    BASE_MODELS,
    CASED,
    COMPUTE_DTYPE,
    CONTEXT_LENGTH,
    DECODER_LAYERS,
    ENCODER_LAYERS,
    EXPERTS,
    EXTENDED_CONTEXT_LENGTH,
    FORMATS,
    GGUF_ARCHITECTURE,
    HEADS,
    HIDDEN_SIZE,
    IMAGE_SIZE,
    IS_ADAPTER,
    LANGUAGES,
    LAYERS,
    LIBRARY_NAME,
    MODEL_TYPE,
    PATCH_SIZE,
    QUANTISATION_BITS,
    QUANTISATION_METHOD,
    STORED_PARAMETERS,
    TAGS,
    Fact,
    Key,
    Origin,
)
from truename.findings import Reason, ReasonKind
from truename.formats import find_checkpoints
from truename.formats.dtypes import FULL_PRECISION
from truename.json_text import JsonError, decode_json
from truename.rules.shared.languages import MANY, code_of
from truename.vocabulary import vocabulary

_MOST_HELD = 16_000_000  # characters of configs that are remembered
_KNOWN = 32_768  # lists of files that are remembered
_DEEP = 64  # levels of a document: more are an attack
_PEFT = "peft"
# of a tokenizer's configuration; no fact comes from them
_UNREAD = frozenset(("chat_template", "bos_token", "eos_token", "pad_token", "unk_token"))
BASE_TAG = "base_model:"
_ADAPTER_TAG = f"{BASE_TAG}adapter:"
_BASE_KEY = '"base_model"'
_RELATIONS = frozenset(("adapter", "finetune", "merge", "quantized"))
_LONGEST_CODE = 8  # characters of a code with its region or script: zh-Hant
_PLAIN_DTYPES = FULL_PRECISION | {"I64", "BOOL"}  # the last two are buffers

_UNREAD_COLUMN = Reason(ReasonKind.UNREAD_FILE, "the snapshot does not say it of any model")
_NOTHING_MISSING: Mapping[Key[Any], Reason] = {}
# a fact that may be missing since nothing declares it -> the columns of a snapshot that may
_TOLD_BY: Mapping[Key[Any], frozenset[str]] = {
    MODEL_TYPE: frozenset(("config",)),
    ARCHITECTURES: frozenset(("config",)),
    ADAPTER_BASE: frozenset(("config",)),
    BASE_MODELS: frozenset(("baseModels", "tags", "cardData")),
    LANGUAGES: frozenset(("cardData", "tags")),
    FORMATS: frozenset(("siblings", "gguf")),
}

Facts = tuple[Fact[Any], ...]
# The facts that a registry's metadata may hold and that decide rules; all others need the weights themselves.
METADATA_KEYS: frozenset[Key[Any]] = frozenset(
    (
        MODEL_TYPE,
        ARCHITECTURES,
        BASE_MODELS,
        ADAPTER_BASE,
        CONTEXT_LENGTH,
        EXTENDED_CONTEXT_LENGTH,
        LAYERS,
        ENCODER_LAYERS,
        DECODER_LAYERS,
        HIDDEN_SIZE,
        HEADS,
        PATCH_SIZE,
        IMAGE_SIZE,
        GGUF_ARCHITECTURE,
        LANGUAGES,
        IS_ADAPTER,
        FORMATS,
        QUANTISATION_METHOD,
        QUANTISATION_BITS,
        COMPUTE_DTYPE,
        STORED_PARAMETERS,
        ACTIVE_PARAMETERS,
        EXPERTS,
        CASED,
    )
)


class Config(msgspec.Struct, frozen=True):
    """What one text of ``config`` holds; ``readable`` is false where it is not a JSON object."""

    facts: Mapping[Key[Any], Facts] = {}  # by key, as evidence has them
    model_type: str | None = None
    readable: bool = True


class Record(msgspec.Struct, frozen=True, gc=False):
    """One model as a snapshot has it, by the columns of ``columns.SNAPSHOT``."""

    library: str | None
    tags: Sequence[str] | None
    relation: str | None
    bases: Sequence[str] | None
    config: Config | None
    card: str | None
    total: int | None
    dtypes: Sequence[str] | None
    gguf: Mapping[str, Any] | None
    files: tuple[str, ...] | None  # those that are weights or an adapter's; None: the snapshot has no list


@cache
def _tags() -> dict[str, frozenset[str]]:
    table = tomllib.loads(resources.files(__package__).joinpath("tags.toml").read_text("utf-8"))
    return {key: frozenset(words) for key, words in table.items()}


def unread_by(absent: Collection[str]) -> Mapping[Key[Any], Reason]:
    """The facts that no record of a snapshot can show, since it lacks every column that may hold them, and why.

    A record without base models declares none; a snapshot without such a column does not say.

    Args:
        absent: the columns of ``columns.SNAPSHOT`` that the snapshot does not have.
    """
    return {key: _UNREAD_COLUMN for key, columns in _TOLD_BY.items() if columns.issubset(absent)}


def evidence_of(
    record: Record,
    *,
    languages: bool,
    base: bool = False,
    count: bool = True,
    missing: Mapping[Key[Any], Reason] = _NOTHING_MISSING,
) -> Evidence:
    """The evidence of one record.

    Args:
        record: the model.
        languages: whether they are wanted: to decode a card costs more than all the rest.
        base: whether the base model is wanted, which the card may name where the registry does not.
        count: whether a count may be of plain weights; without the tensors' types only the reader can know.
        missing: of ``unread_by``.
    """
    known: dict[Key[Any], Facts] = {} if record.config is None else dict(record.config.facts)
    packed = QUANTISATION_METHOD in known
    for fact in _repository(record):
        _add(known, fact)
    if (adapter := _adapter(record)) is not None:
        _add(known, adapter)
    if record.files and (formats := formats_of(record.files)) is not None:
        _add(known, formats)
    countable = (count or record.dtypes) and (adapter is not None or not _may_be_adapter(record))
    if record.total and countable and not packed and not _is_packed(record):
        _add(known, Fact(STORED_PARAMETERS, record.total, Origin.DECLARED, None, "safetensors.total"))
    if record.gguf is not None:
        for fact in _gguf(record.gguf, known):
            _add(known, fact)
    unnamed = base and not record.bases
    if record.card and (languages or (unnamed and _BASE_KEY in record.card)):
        for fact in card_facts(record.card, bases=unnamed):
            _add(known, fact)
    elif languages and not record.card and (codes := languages_of_tags(record.tags or ())):
        _add(known, Fact(LANGUAGES, codes, Origin.DECLARED, None, "tags"))
    return Evidence(known, missing)


def _add(known: dict[Key[Any], Facts], fact: Fact[Any]) -> None:
    """Add a fact as ``Evidence.of`` would: records are too many to group the same facts of a config each time."""
    before = known.get(fact.key)
    known[fact.key] = (fact,) if before is None else by_strength((*before, fact))


_configs: dict[str, Config] = {}
_held = 0


def config_of(text: str) -> Config:
    """A config's facts. Registries repeat themselves: texts are remembered, up to a bound in characters."""
    global _held
    if (found := _configs.get(text)) is None:
        if _held > _MOST_HELD:
            _configs.clear()
            _held = 0
        found = _configs[text] = read_config(text)
        _held += len(text)
    return found


def read_config(text: str) -> Config:
    """The registry's digest of a model's documents: config.json, and parts of the others under keys of their own."""
    data = decoded_object(text)
    if data is None:
        return Config(readable=False)
    if isinstance(tokenizer := data.get("tokenizer_config"), dict):  # templates are long, and differ in little
        data["tokenizer_config"] = {key: value for key, value in tokenizer.items() if key not in _UNREAD}
    return _read_config(msgspec.json.encode(data))


@lru_cache(maxsize=_KNOWN)
def _read_config(encoded: bytes) -> Config:
    data: dict[str, Any] = msgspec.json.decode(encoded)
    kind = data.get("model_type")
    index, adapter, tokenizer = (data.get(key) for key in ("diffusers", _PEFT, "tokenizer_config"))
    declared = Declared(
        config=Document("config.json", data),
        model_index=Document("model_index.json", index) if isinstance(index, dict) else None,
        adapter_config=Document("adapter_config.json", adapter) if isinstance(adapter, dict) else None,
        tokenizer_config=Document("tokenizer_config.json", tokenizer) if isinstance(tokenizer, dict) else None,
    )
    return Config(Evidence.of(declared_facts(declared)).facts, kind if isinstance(kind, str) and kind else None)


def decoded_object(text: str) -> dict[str, Any] | None:
    """A JSON object, None where the text is none or is nested too deep to be a person's."""
    try:
        found = decode_json(text)
    except JsonError:
        return None
    return found if isinstance(found, dict) and not _too_deep(found) else None


def _too_deep(value: Any) -> bool:
    level: list[Any] = [value]
    for _ in range(_DEEP):
        level = [
            inner
            for item in level
            for inner in (item.values() if isinstance(item, dict) else item)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


@lru_cache(maxsize=_KNOWN)
def formats_of(files: tuple[str, ...]) -> Fact[Any] | None:
    """The fact ``formats`` of a list of files; None where none of them is of weights."""
    present = tuple(dict.fromkeys(c.format for c in find_checkpoints(dict.fromkeys(files, 0)) if c.paths))
    return Fact(FORMATS, present, Origin.FILES) if present else None


@lru_cache(maxsize=_KNOWN)
def adapter_of(files: tuple[str, ...]) -> Fact[Any] | None:
    """Whether a list of files is an adapter's or a whole model's; None where it is neither's."""
    adapter, full = weights_among(files)
    if full:
        return Fact(IS_ADAPTER, False, Origin.FILES, full[0])
    return Fact(IS_ADAPTER, True, Origin.FILES, adapter[0]) if adapter else None


def card_facts(text: str, *, bases: bool = False) -> Facts:
    """What the card declares that no column of its own has: the languages.

    Args:
        text: JSON.
        bases: whether the base models too, since the registry names none.
    """
    data = decoded_object(text)
    if data is None:
        return ()
    wanted = ("languages", "base_models", "base_model_relation") if bases else ("languages",)
    found = declared_facts(Declared(card=Document("README.md", data)))
    return tuple(fact for fact in found if fact.key in wanted)


def bases_of_tags(tags: Sequence[str]) -> tuple[str | None, list[str]]:
    """The relation and the base models of the tags that the registry makes of a card, less their prefix.

    It writes each model twice: ``o/base`` and, with the relation that the card gives or the files imply,
    ``adapter:o/base``.
    """
    models: dict[str, None] = {}
    relations: set[str] = set()
    for tag in tags:
        relation, sign, model = tag.partition(":")
        if sign and relation in _RELATIONS:
            relations.add(relation)
            models[model] = None
        else:
            models[tag] = None
    return relations.pop() if len(relations) == 1 else None, [model for model in models if model]


def languages_of_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Languages that can be told from the tags; none where a tag may name one or may not.

    The registry writes the languages of the card among the author's own tags, without a prefix.
    """
    known = [_language_tag(tag) for tag in tags]
    if _Tag.DOUBTFUL in known:
        return ()
    return tuple(tag for tag, what in zip(tags, known, strict=True) if what is _Tag.LANGUAGE)


class _Tag(Enum):
    LANGUAGE = auto()
    DOUBTFUL = auto()  # a language, or something else
    OTHER = auto()


@lru_cache(maxsize=_KNOWN)
def _language_tag(tag: str) -> _Tag:
    """Two letters and whole words name languages; of three letters as many mean something else, of pairs one each."""
    languages = vocabulary().languages
    if tag in MANY or tag in _tags()["no_language"] or code_of(tag) in MANY:
        return _Tag.DOUBTFUL
    if tag in languages:
        return _Tag.DOUBTFUL if len(tag) == 3 else _Tag.LANGUAGE
    code = code_of(tag)
    return _Tag.DOUBTFUL if len(tag) <= _LONGEST_CODE and code in languages else _Tag.OTHER


def _repository(record: Record) -> Iterator[Fact[Any]]:
    if record.tags:
        yield Fact(TAGS, tuple(record.tags), Origin.DECLARED, None, "tags")
    if record.bases:  # or the tags that the registry makes of the same
        yield Fact(BASE_MODELS, tuple(record.bases), Origin.DECLARED, None, "baseModels")
    if record.relation:
        yield Fact(BASE_MODEL_RELATION, record.relation, Origin.DECLARED, None, "baseModels.relation")
    if record.library:
        yield _library(record.library)


@lru_cache(maxsize=_KNOWN)
def _library(name: str) -> Fact[Any]:
    return Fact(LIBRARY_NAME, name, Origin.DECLARED, None, "library_name")


def _adapter(record: Record) -> Fact[Any] | None:
    if record.files is not None and (found := adapter_of(record.files)) is not None:
        return found
    if record.library == _PEFT or any(tag.startswith(_ADAPTER_TAG) for tag in record.tags or ()):
        return Fact(IS_ADAPTER, True, Origin.DECLARED, None, "library and tags")
    return None


def _is_packed(record: Record) -> bool:
    if record.relation == "quantized" or not _tags()["packed"].isdisjoint(record.tags or ()):
        return True
    return not _PLAIN_DTYPES.issuperset(record.dtypes or ())


def _may_be_adapter(record: Record) -> bool:
    return not _tags()["adapter"].isdisjoint(record.tags or ())


def _gguf(found: Mapping[str, Any], known: Mapping[Key[Any], Facts]) -> Iterator[Fact[Any]]:
    if architecture := found.get("architecture"):
        yield Fact(GGUF_ARCHITECTURE, architecture, Origin.DECLARED, None, "gguf.architecture")
    if total := found.get("total"):
        yield Fact(STORED_PARAMETERS, total, Origin.DECLARED, None, "gguf.total")
    if length := found.get("context_length"):
        yield Fact(CONTEXT_LENGTH, length, Origin.DECLARED, None, "gguf.context_length")
    if "formats" not in known:
        yield Fact(FORMATS, ("gguf",), Origin.FILES)
