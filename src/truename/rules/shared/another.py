"""Whether a claim may be said of another model than the one in the files: of a draft's target, of a teacher."""

from __future__ import annotations

import re

from truename.evidence.evidence import Evidence
from truename.facts import PARAMETERS
from truename.findings import Reason, ReasonKind
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.shared.quantities import ratio

OWN = 1.35  # how far a size may be off that is still this model's
# words behind which a name tells of another model: what it learned from, was cut from or speaks for
_OF_ANOTHER = r"(?i)(?:^|[^a-z])(?:distil(?:l|led|lation)?|from|teacher|student|based[-_ ]?on|for|vs|draft)(?=[^a-z]|$)"

# What may stand beside a word that is said of the model itself; before another word it is a part of that word's meaning
# (multimodal-behaviors, asr-noise, vision-removed).
_OWN = frozenset({
    Role.FAMILY, Role.BRAND, Role.PARAMETERS, Role.ACTIVE_PARAMETERS, Role.MIXTURE, Role.EXPERTS, Role.SIZE_WORD,
    Role.VERSION, Role.DATE, Role.STAGE, Role.ALIGNMENT, Role.CONTEXT, Role.QUANTISATION, Role.BITS, Role.PRECISION,
    Role.PACKAGING, Role.QUANTISATION_DETAIL, Role.IMATRIX, Role.CASE, Role.MOE, Role.EFFECTIVE_PARAMETERS,
    Role.UNCENSORED, Role.MODALITY, Role.LAYERS, Role.HIDDEN_SIZE, Role.PATCH_SIZE, Role.IMAGE_SIZE, Role.TRAINING,
    Role.REUSE, Role.MERGE, Role.ADAPTER, Role.CHARACTERISTIC,
})  # fmt: skip
_OF_MODELS = (Role.FAMILY, Role.BRAND, Role.PARAMETERS, Role.MIXTURE)
_OF_DATA = frozenset(("data", "dataset", "corpus", "noise", "prompts", "pairs", "removed", "free", "disabled"))
_OWN_WORDS = frozenset(("hf", "it", "chat", "base", "gguf", "preview", "thinking", "model", "v"))
_NOT = (
    r"(?i)(?:^|[^a-z])(?:no|non|not|without|w[-_]?o|text|anti|pseudo|de|un|for|from|of|with|as|remove[ds]?|minus|less|only"
    r"|llm|lm|language)[-_. ]?$"
)


def why_of_another(claims: Claims, claim: Claim, evidence: Evidence) -> Reason | None:
    """Why a claim may be another model's, by the words of the name; None where nothing says so.

    ``Qwen3-8B-distilled-from-Qwen3-235B-A22B`` tells of another model; in ``R1-Distill-Qwen-7B-A3B`` the size behind
    the word is this model's own, and so is what follows.
    """
    if claims.of(Role.DRAFT):
        return Reason(
            ReasonKind.AMBIGUOUS_NAME, "the name is a draft model's, and may speak of the model that it serves"
        )
    words = [*re.finditer(_OF_ANOTHER, claims.name[: claim.element.start])]
    if not words:
        return None
    total = evidence.measured(PARAMETERS)
    sizes = [one for one in claims.of(Role.PARAMETERS) if words[-1].end() <= one.element.start < claim.element.start]
    if total is not None and any(ratio(size.value, total.value) <= OWN for size in sizes):
        return None
    text = f"{claim.element.text} may be said of the model that this one was made from or for"
    return Reason(ReasonKind.AMBIGUOUS_NAME, text)


def stands_alone(claims: Claims, claim: Claim) -> bool:
    """Whether a word is said of the model itself: beside its family or its size, or at the end."""
    elements = claims.parsed.claiming
    at = next((i for i, element in enumerate(elements) if element.start == claim.element.start), None)
    if at is None or re.search(_NOT, claims.name[: claim.element.start]):
        return False
    if claim.role is Role.FAMILY:
        return True
    if any(element.text.lower() in _OF_DATA for element in elements[at + 1 :]):
        return False
    before = elements[at - 1] if at else None
    after = elements[at + 1] if at + 1 < len(elements) else None
    if before is None or not any(e.role in _OF_MODELS for e in elements[:at]):
        return False  # Omni-Mistral-7b is a brand's
    return after is None or after.role in _OWN or after.text.lower() in _OWN_WORDS
