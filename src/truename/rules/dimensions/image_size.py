"""DIM005: the image size that a name gives (224 in vit-base-patch16-224)."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import IMAGE_SIZE, PATCH_SIZE, Fact, Origin
from truename.findings import Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared.measures import found_in, severity_of, strongest_of, why_unmeasured, with_number

# Networks that start with smaller patches are hierarchical (Swin, ConvNeXt, SegFormer): they keep no table of
# positions, take images of any size, and their config's image_size is a default that nobody set.
SMALLEST_TABLE_PATCH = 8


class ImageSize(Rule):
    """The name claims an image size that the table of positions does not have.

    A vision transformer is fine-tuned for one resolution, and images of another are silently resized by the
    processor. ``vit-base-patch16-384`` and ``-224`` differ by their table of positions: 577 rows against 197.

    A side that is no multiple of the patch is cut to one (siglip-so400m-patch14-384 has a table for 378), so the
    two may differ by less than a patch. Networks without a table of positions take any size and cannot be told.
    """

    code = "DIM005"
    slug = "image-size"
    since = "0.1"
    claims = "an image size"
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
    clean = (
        Case("vit-base-patch16-224", patch_size=16, image_size=224),
        Case("siglip-so400m-patch14-384", patch_size=14, image_size=378),
        Case("clip-vit-large-patch14-336", patch_size=14, image_size=336),
    )
    undecided = (
        Case("vit-base-patch16", patch_size=16, image_size=224),
        Case("vit-base-patch16-224"),
        Case("vit-base-patch16-224-lora", is_adapter=True, image_size=224),
        Case(
            "swin-base-patch4-384",
            patch_size=Fact(PATCH_SIZE, 4, Origin.DECLARED, "config.json"),
            image_size=Fact(IMAGE_SIZE, 224, Origin.DECLARED, "config.json"),
        ),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.IMAGE_SIZE)
        if not stated:
            return self.no_claim()
        if reason := why_unmeasured(evidence, IMAGE_SIZE):
            return cannot_tell(reason)
        facts = strongest_of(evidence, IMAGE_SIZE)
        patch = next((f.value for f in strongest_of(evidence, PATCH_SIZE)), 0)
        if any(abs(claim.value - fact.value) < max(patch, 1) for claim in stated for fact in facts):
            return verdict(())
        claim, fact = stated[0], facts[0]
        if fact.origin is Origin.DECLARED and patch < SMALLEST_TABLE_PATCH:
            return cannot_tell("without a table of positions a network takes images of any size")
        message = f"the name says {claim.element.text}; {found_in(fact)} images of {fact.value} pixels a side"
        suggestion = with_number(claims, claim, fact.value)
        return verdict([self.finding(severity_of(fact), message, claim=claim, fact=fact, suggestion=suggestion)])
