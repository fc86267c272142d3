"""Why a fact is not there, for rules that then cannot tell or do not apply."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from truename.declared import Declared
from truename.errors import FileError, NotDownloadedError
from truename.facts import (
    BASE_MODEL_RELATION,
    BASE_MODELS,
    CARD_MERGES,
    CARD_STATEMENTS,
    CARD_TITLE,
    CASED,
    DATASETS,
    DECLARED_FACTS,
    FACTS,
    FLAT_CONFIG,
    LANGUAGES,
    LIBRARY_NAME,
    LICENCE,
    MODEL_MAX_LENGTH,
    MODEL_PART,
    OWN_WORK,
    PIPELINE_TAG,
    QUANTISATION_BITS,
    QUANTISATION_METHOD,
    RELEASE_DIFFERS,
    RELEASE_FITS,
    RELEASES_KNOWN,
    TAGS,
    TOKENIZER_CLASS,
    TOKENIZER_LAST_TOKEN,
    Fact,
    Key,
)
from truename.findings import Reason, ReasonKind
from truename.formats import Checkpoint, WeightsHeader

NO_GGUF = Reason(ReasonKind.NO_SUCH_FILE, "there is no GGUF file with a readable header")
_NO_INDEX = Reason(ReasonKind.NO_DOCUMENT, "there is no weight index that states it", "weight index")
_CARD: frozenset[Key[Any]] = frozenset(
    (BASE_MODELS, BASE_MODEL_RELATION, LANGUAGES, DATASETS, PIPELINE_TAG, LIBRARY_NAME, TAGS, LICENCE)
)
_TOKENIZER: frozenset[Key[Any]] = frozenset((CASED, MODEL_MAX_LENGTH, TOKENIZER_CLASS, TOKENIZER_LAST_TOKEN))
# Not missing where they are not there: nothing is claimed, and looked up only for an inspection.
_SELDOM: frozenset[Key[Any]] = frozenset(
    (
        OWN_WORK, CARD_TITLE, CARD_STATEMENTS, CARD_MERGES, FLAT_CONFIG, MODEL_PART, RELEASE_FITS, RELEASE_DIFFERS,
        RELEASES_KNOWN,
    )
)  # fmt: skip
_ADAPTER = frozenset(key for key in DECLARED_FACTS if key.startswith("adapter_"))
_INDEX = frozenset(key for key in DECLARED_FACTS if key.startswith("index_"))
_GGUF = frozenset(key for key in FACTS.values() if key.startswith("gguf_"))


def why_absent(
    declared: Declared, checkpoint: Checkpoint | None, header: WeightsHeader | None, problems: Iterable[FileError]
) -> dict[Key[Any], Reason]:
    """A reason for every kind of fact whose file is missing, broken or silent."""
    weights = _why_no_weights(checkpoint, header, tuple(problems))
    broken = {problem.path: _broken(problem, ReasonKind.UNREAD_FILE) for problem in declared.problems}
    reasons = {key: weights for key in FACTS.values() if key not in DECLARED_FACTS | _SELDOM} if weights else {}
    card_file = declared.card_file or "README.md"
    for keys, document, file in (
        (_CARD, declared.card, card_file),
        (_TOKENIZER, declared.tokenizer_config, "tokenizer_config.json"),
        (_ADAPTER, declared.adapter_config, "adapter_config.json"),
        (DECLARED_FACTS - _CARD - _TOKENIZER - _ADAPTER - _INDEX - _GGUF - _SELDOM, declared.config, "config.json"),
    ):
        if document is None:
            reasons.update(dict.fromkeys(keys, broken.get(file) or _without(file, declared.card_file)))
        else:
            reasons.update({key: _unsaid(document.file, key) for key in keys})
    reasons.update(dict.fromkeys(_INDEX, _NO_INDEX))
    read = header is not None and header.format == "gguf"
    return reasons | {key: _unsaid_by_gguf(key) if read else NO_GGUF for key in _GGUF}


def _without(file: str, card: str | None) -> Reason:
    """A document that is not there, or a card that has no front matter."""
    if file == card:
        return Reason(ReasonKind.NOT_DECLARED, "the card has no front matter", card)
    what = "card (README.md)" if file == "README.md" else file
    return Reason(ReasonKind.NO_DOCUMENT, f"there is no {what}", what)


def _broken(problem: FileError, kind: ReasonKind) -> Reason:
    """Why a file was not read; ``kind`` where its content is here."""
    return Reason(
        ReasonKind.NOT_DOWNLOADED if isinstance(problem, NotDownloadedError) else kind, str(problem), problem.path
    )


def _unsaid(file: str, key: Key[Any]) -> Reason:
    return Reason(ReasonKind.NOT_DECLARED, f"{file} does not state the {key.replace('_', ' ')}", file)


@cache
def _unsaid_by_gguf(key: Key[Any]) -> Reason:
    what = key.removeprefix("gguf_").replace("_", " ")
    return Reason(ReasonKind.NOT_DECLARED, f"the GGUF file does not state its {what}", "the GGUF file")


def why_no_bits(measured: Iterable[Fact[Any]]) -> dict[Key[Any], Reason]:
    """The reason where the weights are packed and their shapes leave several widths open."""
    found = {fact.key: fact.value for fact in measured}
    open_ = found.get(QUANTISATION_METHOD) not in (None, "none", "gguf") and QUANTISATION_BITS not in found
    text = "the shapes of the packed weights fit more than one number of bits"
    return {QUANTISATION_BITS: Reason(ReasonKind.NOT_MEASURED, text)} if open_ else {}


def _why_no_weights(
    checkpoint: Checkpoint | None, header: WeightsHeader | None, problems: tuple[FileError, ...]
) -> Reason | None:
    if header is None and problems:
        return _broken(problems[0], ReasonKind.UNREAD_WEIGHTS)
    if checkpoint is None:
        return Reason(ReasonKind.NO_WEIGHTS, "there is no weights file")
    if header is None:
        return None
    if not header.tensors:
        file = header.files[0] if header.files else checkpoint.name
        return Reason(ReasonKind.UNREAD_WEIGHTS, f"no tensor was found in {file}")
    if header.missing_files:
        count = len(header.missing_files)
        more = f" and {count - 1:,} more shards are" if count > 1 else " is"
        return Reason(
            ReasonKind.UNREAD_WEIGHTS, f"{header.missing_files[0]}{more} missing, so the weights are not complete"
        )
    if not header.shapes_known:
        text = f"{checkpoint.name} only names the tensors, and the shards with their shapes are missing"
        return Reason(ReasonKind.UNREAD_WEIGHTS, text)
    return None
