"""Whether a configuration and the weights beside it speak of the same model, so that the two can be compared."""

from __future__ import annotations

import re
from typing import Any

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import (
    ARCHITECTURES,
    DIFFUSERS_CLASS,
    FORMATS,
    GGUF_ARCHITECTURE,
    IS_ADAPTER,
    MISSING_SHARDS,
    MODEL_PART,
    MODEL_TYPE,
    TENSOR_MODEL_TYPES,
    Fact,
    Key,
    Origin,
)
from truename.findings import ReasonKind
from truename.rules.rule import Decision, cannot_tell, does_not_apply
from truename.rules.shared.families import is_composite, squash
from truename.rules.shared.model_parts import with_article

# what the functions here read
CONFIGURED_KEYS: frozenset[Key[Any]] = frozenset(
    {
        ARCHITECTURES,
        DIFFUSERS_CLASS,
        FORMATS,
        GGUF_ARCHITECTURE,
        IS_ADAPTER,
        MISSING_SHARDS,
        MODEL_PART,
        MODEL_TYPE,
        TENSOR_MODEL_TYPES,
    }
)
_NAMED_AS_DECLARED = ("safetensors", "pytorch")  # formats that keep the names and shapes that a configuration means
_DRAFT = re.compile(r"eagle|medusa|draft|mtp|nextn|speculator|dflash|hydra", re.IGNORECASE)


def not_compared(evidence: Evidence) -> Decision | None:
    """How a rule ends whose configuration does not describe these weights alone; None where it does."""
    if evidence.value(IS_ADAPTER):
        text = "the files hold an adapter, and the configuration is its base model's"
        return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
    if evidence.get(GGUF_ARCHITECTURE) is not None:
        text = "a GGUF file holds its own configuration"
        return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
    if evidence.get(DIFFUSERS_CLASS) is not None:
        text = "a pipeline has a configuration for each of its components"
        return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
    formats = evidence.value(FORMATS)
    if formats and formats[0] not in _NAMED_AS_DECLARED:
        text = f"weights in the format {formats[0]} are not named and shaped as the configuration means them"
        return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
    if evidence.value(MISSING_SHARDS):
        return cannot_tell(ReasonKind.UNREAD_WEIGHTS, "shards are missing, so the weights are not complete")
    if (part := evidence.get(MODEL_PART)) is not None:
        text = f"the files hold {with_article(part.value)}, and the configuration may be that of another model"
        return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
    words = [*(evidence.value(ARCHITECTURES) or ()), *(str(f.value) for f in evidence.all(MODEL_TYPE))]
    if any(_DRAFT.search(word) for word in words):
        text = "a draft model has a part of the layers that its configuration may declare"
        return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
    return None


def is_composed(evidence: Evidence) -> bool:
    """Whether the outer model is put together from models of other families."""
    outer = evidence.get(MODEL_TYPE)
    return outer is not None and is_composite(str(outer.value))


def counts_otherwise(key: Key[Any], evidence: Evidence) -> bool:
    """Whether a declared type's configuration means something else by that fact than its tensors show."""
    types = (*_table()["otherwise"].get(key, ()), *_table()["composed"])
    return any(fact.value in types for fact in evidence.all(MODEL_TYPE))


def _table() -> dict[str, Any]:
    found: dict[str, Any] = table("rules/configured")
    return found


def has_declared_structure(evidence: Evidence) -> bool:
    """Whether the names of the tensors are exactly those of a declared model type."""
    types = evidence.get(TENSOR_MODEL_TYPES, Origin.WEIGHTS)
    found = {squash(t) for t in types.value} if types is not None else set()
    return any(squash(str(fact.value)) in found for fact in evidence.all(MODEL_TYPE))


def both(evidence: Evidence, key: Key[Any]) -> tuple[Fact[Any], Fact[Any]] | None:
    """What the configuration declares of ``key`` and what the weights show; None where one of them is not there."""
    declared, measured = evidence.declared(key), evidence.get(key, Origin.WEIGHTS)
    return None if declared is None or measured is None else (declared, measured)


def source_of(fact: Fact[Any]) -> str:
    """The file that declares ``fact``."""
    return fact.file or "the configuration"
