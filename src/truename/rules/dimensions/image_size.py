"""DIM005: the image size that a name gives (224 in vit-base-patch16-224)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import IMAGE_SIZE, IS_ADAPTER, PATCH_SIZE, Fact, Origin
from truename.findings import Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.shared.measures import DimensionRule, found_in, strongest_of

# Networks that start with smaller patches are hierarchical (Swin, ConvNeXt, SegFormer): they keep no table of
# positions, take images of any size, and their config's image_size is a default that nobody set.
SMALLEST_TABLE_PATCH = 8


class ImageSize(DimensionRule):
    """The name claims an image size that the table of positions does not have.

    A vision transformer is fine-tuned for one resolution, and images of another are silently resized by the
    processor. ``vit-base-patch16-384`` and ``-224`` differ by their table of positions: 577 rows against 197.

    A side that is no multiple of the patch is cut to one (siglip-so400m-patch14-384 has a table for 378), so the
    two may differ by less than a patch. Networks without a table of positions take any size and cannot be told.
    """

    code = "DIM005"
    slug = "image-size"
    since = "0.1"
    topic = "an image size"
    claims = frozenset({Role.IMAGE_SIZE})
    keys = (IMAGE_SIZE,)
    needs = frozenset(keys)
    reads = frozenset({IS_ADAPTER, PATCH_SIZE})
    flagged = (
        Case("vit-base-patch16-384", patch_size=16, image_size=224, expect=Severity.ERROR),
        Case("vit-base-patch16-224", patch_size=16, image_size=384),
        Case("siglip-so400m-patch14-384", patch_size=14, image_size=224),
        Case(
            "vit-base-patch16-384",
            patch_size=Fact(PATCH_SIZE, 16, Origin.DECLARED, "config.json"),
            image_size=Fact(IMAGE_SIZE, 224, Origin.DECLARED, "config.json"),
            expect=Severity.WARNING,
        ),
    )
    confirmed = (
        Case("vit-base-patch16-224", patch_size=16, image_size=224),
        Case("siglip-so400m-patch14-384", patch_size=14, image_size=378),
        Case("clip-vit-large-patch14-336", patch_size=14, image_size=336),
    )
    undecided = (
        Case("vit-base-patch16-224"),
        Case("vit-base-patch16-224-lora", is_adapter=True, image_size=224),
        Case(
            "swin-base-patch4-384",
            patch_size=Fact(PATCH_SIZE, 4, Origin.DECLARED, "config.json"),
            image_size=Fact(IMAGE_SIZE, 224, Origin.DECLARED, "config.json"),
        ),
    )
    not_applicable = (Case("vit-base-patch16", patch_size=16, image_size=224),)

    def bearing_out(self, claim: Claim, facts: Sequence[Fact[Any]], evidence: Evidence) -> Fact[Any] | None:
        near = [fact for fact in facts if abs(claim.value - fact.value) < max(_patch(evidence), 1)]
        return min(near, key=lambda fact: abs(claim.value - fact.value), default=None)

    def why_open(self, claims: Claims, claim: Claim, fact: Fact[Any], evidence: Evidence) -> Reason | None:
        if fact.origin is Origin.DECLARED and _patch(evidence) < SMALLEST_TABLE_PATCH:
            text = "without a table of positions a network takes images of any size"
            return Reason(ReasonKind.AMBIGUOUS_FILES, text)
        return None

    def message(self, claim: Claim, fact: Fact[Any]) -> str:
        return f"the name says {claim.element.text}; {found_in(fact)} images of {fact.value} pixels a side"


def _patch(evidence: Evidence) -> int:
    """The side of a patch in pixels, 0 where it is not known."""
    return next((fact.value for fact in strongest_of(evidence, PATCH_SIZE)), 0)
