"""Why a fact is not there, in a clause that ends a *cannot tell*."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from truename.declared import Declared
from truename.errors import FileError
from truename.facts import (
    BASE_MODEL_RELATION,
    BASE_MODELS,
    CASED,
    DATASETS,
    DECLARED_FACTS,
    FACTS,
    LANGUAGES,
    LIBRARY_NAME,
    MODEL_MAX_LENGTH,
    PIPELINE_TAG,
    QUANTISATION_BITS,
    QUANTISATION_METHOD,
    TAGS,
    Fact,
    Key,
)
from truename.formats import Checkpoint, WeightsHeader

NO_GGUF = "the files hold no GGUF file with a readable header"
_CARD: frozenset[Key[Any]] = frozenset(
    (BASE_MODELS, BASE_MODEL_RELATION, LANGUAGES, DATASETS, PIPELINE_TAG, LIBRARY_NAME, TAGS)
)
_TOKENIZER: frozenset[Key[Any]] = frozenset((CASED, MODEL_MAX_LENGTH))
_ADAPTER = frozenset(key for key in DECLARED_FACTS if key.startswith("adapter_"))
_INDEX = frozenset(key for key in DECLARED_FACTS if key.startswith("index_"))
_GGUF = frozenset(key for key in FACTS.values() if key.startswith("gguf_"))


def why_absent(
    declared: Declared, checkpoint: Checkpoint | None, header: WeightsHeader | None, problems: Iterable[FileError]
) -> dict[Key[Any], str]:
    """A reason for every kind of fact whose file is missing, broken or silent."""
    weights = _why_no_weights(checkpoint, header, tuple(problems))
    broken = {problem.path: str(problem) for problem in declared.problems}
    reasons = {key: weights for key in FACTS.values() if key not in DECLARED_FACTS} if weights else {}
    card_file = declared.card_file or "README.md"
    silent = "the card has no front matter" if declared.card_file else "there is no card (README.md)"
    for keys, document, file in (
        (_CARD, declared.card, card_file),
        (_TOKENIZER, declared.tokenizer_config, "tokenizer_config.json"),
        (_ADAPTER, declared.adapter_config, "adapter_config.json"),
        (DECLARED_FACTS - _CARD - _TOKENIZER - _ADAPTER - _INDEX - _GGUF, declared.config, "config.json"),
    ):
        if document is None:
            reason = broken.get(file, silent if file == card_file else f"there is no {file}")
            reasons.update(dict.fromkeys(keys, reason))
        else:
            reasons.update({key: f"{document.file} says nothing of the {key.replace('_', ' ')}" for key in keys})
    reasons.update(dict.fromkeys(_INDEX, "the files hold no weight index that says it"))
    read = header is not None and header.format == "gguf"
    return reasons | {
        key: f"the GGUF file says nothing of its {key.removeprefix('gguf_').replace('_', ' ')}" if read else NO_GGUF
        for key in _GGUF
    }


def why_no_bits(measured: Iterable[Fact[Any]]) -> dict[Key[Any], str]:
    """The reason where the weights are packed and their shapes leave several widths open."""
    found = {fact.key: fact.value for fact in measured}
    open_ = found.get(QUANTISATION_METHOD) not in (None, "none", "gguf") and QUANTISATION_BITS not in found
    return {QUANTISATION_BITS: "the shapes of the packed weights fit more than one number of bits"} if open_ else {}


def _why_no_weights(
    checkpoint: Checkpoint | None, header: WeightsHeader | None, problems: tuple[FileError, ...]
) -> str | None:
    if header is None and problems:
        return str(problems[0])
    if checkpoint is None:
        return "there is no weights file"
    if header is not None and not header.tensors:
        return f"no tensor was found in {header.files[0] if header.files else checkpoint.name}"
    if header is not None and header.missing_files:
        count = len(header.missing_files)
        more = f" and {count - 1:,} more shards are" if count > 1 else " is"
        return f"{header.missing_files[0]}{more} not there, and a part of the weights shows no whole"
    if header is not None and not header.shapes_known:
        return f"{checkpoint.name} only names the tensors, and their shapes lie in shards that are not there"
    return None
