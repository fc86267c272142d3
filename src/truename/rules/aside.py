"""Which findings fall away where the files hold a part of a model: its name speaks of another model."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    ARCHITECTURES,
    CARD_STATEMENTS,
    CARD_TITLE,
    CONTEXT_LENGTH,
    GGUF_ARCHITECTURE,
    HEAD_TENSORS,
    HIDDEN_SIZE,
    IDENTIFICATION_MODEL_TYPE,
    IMAGE_SIZE,
    LAYERS,
    MODEL_TYPE,
    PARAMETERS,
    PATCH_SIZE,
    TENSOR_MODEL_TYPES,
    Key,
)
from truename.findings import Outcome, ReasonKind
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.families import DRAFT
from truename.rules.shared.model_parts import is_draft_of_another, part_named_after_another, with_article

# A rule that needs one of these judges the structure of a whole model, or what a card says of one.
_STRUCTURE: frozenset[Key[Any]] = frozenset(
    (
        ARCHITECTURES, CARD_STATEMENTS, CARD_TITLE, CONTEXT_LENGTH, GGUF_ARCHITECTURE, HEAD_TENSORS, HIDDEN_SIZE,
        IDENTIFICATION_MODEL_TYPE, IMAGE_SIZE, LAYERS, MODEL_TYPE, PARAMETERS, PATCH_SIZE, TENSOR_MODEL_TYPES,
    )
)  # fmt: skip
_SIZES = frozenset({Role.PARAMETERS, Role.MIXTURE, Role.SIZE_WORD, Role.ACTIVE_PARAMETERS, Role.EXPERTS})


def less_of_other_models(rule: Rule, decision: Decision, claims: Claims, evidence: Evidence) -> Decision:
    """A decision without the findings that hold the name of a whole model against a part of one."""
    if decision.outcome is not Outcome.FLAGGED or _STRUCTURE.isdisjoint(rule.needs):
        return decision
    if (part := part_named_after_another(claims, evidence)) is not None:
        text = f"the files hold {with_article(part.value)}, which is named after another model"
        return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
    if not _SIZES.isdisjoint(rule.claims) and is_draft_of_another(claims):
        return cannot_tell(ReasonKind.AMBIGUOUS_NAME, DRAFT)
    return decision
