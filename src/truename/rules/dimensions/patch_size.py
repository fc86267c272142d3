"""DIM004: the patch size that a name gives (patch16)."""

from __future__ import annotations

from typing import Any

from truename.facts import IS_ADAPTER, PATCH_SIZE, Fact
from truename.findings import Severity
from truename.names.claims import Claim
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.shared.measures import DimensionRule, found_in


class PatchSize(DimensionRule):
    """The name claims a patch size that the patch embedding does not have.

    The patch size sets how fine a vision transformer sees and what it costs: patches of 8 pixels make four times the
    tokens of patches of 16. Variants differ in nothing else, so ``clip-vit-base-patch16`` and ``-patch32`` are easily
    taken for each other; the kernel of the patch embedding tells.
    """

    code = "DIM004"
    slug = "patch-size"
    since = "0.1"
    topic = "a patch size"
    claims = frozenset({Role.PATCH_SIZE})
    keys = (PATCH_SIZE,)
    needs = frozenset(keys)
    reads = frozenset({IS_ADAPTER})
    flagged = (
        Case("vit-base-patch16-224", patch_size=32, expect=Severity.ERROR),
        Case("clip-vit-large-patch14", patch_size=16),
        Case("siglip-so400m-patch14-384", patch_size=16),
    )
    confirmed = (
        Case("vit-base-patch16-224", patch_size=16),
        Case("clip-vit-large-patch14", patch_size=14),
        Case("siglip-so400m-patch14-384", patch_size=14),
    )
    undecided = (
        Case("vit-base-patch16-224"),
        Case("vit-base-patch16-224-lora", is_adapter=True, patch_size=16),
    )
    not_applicable = (Case("vit-base", patch_size=16),)

    def message(self, claim: Claim, fact: Fact[Any]) -> str:
        return f"the name says {claim.element.text}; {found_in(fact)} patches of {fact.value} pixels"
