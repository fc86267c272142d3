"""DIM004: the patch size that a name gives (patch16)."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import PATCH_SIZE
from truename.findings import Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared.measures import found_in, severity_of, strongest_of, why_unmeasured, with_number


class PatchSize(Rule):
    """The name claims a patch size that the patch embedding does not have.

    The patch size sets how fine a vision transformer sees and what it costs: patches of 8 pixels make four times the
    tokens of patches of 16. Variants differ in nothing else, so ``clip-vit-base-patch16`` and ``-patch32`` are easily
    taken for each other; the kernel of the patch embedding tells.
    """

    code = "DIM004"
    slug = "patch-size"
    since = "0.1"
    claims = "a patch size"
    flagged = (
        Case("vit-base-patch16-224", patch_size=32, expect=Severity.ERROR),
        Case("clip-vit-large-patch14", patch_size=16),
        Case("siglip-so400m-patch14-384", patch_size=16),
    )
    clean = (
        Case("vit-base-patch16-224", patch_size=16),
        Case("clip-vit-large-patch14", patch_size=14),
        Case("siglip-so400m-patch14-384", patch_size=14),
    )
    undecided = (
        Case("vit-base", patch_size=16),
        Case("vit-base-patch16-224"),
        Case("vit-base-patch16-224-lora", is_adapter=True, patch_size=16),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.PATCH_SIZE)
        if not stated:
            return self.no_claim()
        if reason := why_unmeasured(evidence, PATCH_SIZE):
            return cannot_tell(reason)
        facts = strongest_of(evidence, PATCH_SIZE)
        if any(claim.value == fact.value for claim in stated for fact in facts):
            return verdict(())
        claim, fact = stated[0], facts[0]
        message = f"the name says {claim.element.text}; {found_in(fact)} patches of {fact.value} pixels"
        suggestion = with_number(claims, claim, fact.value)
        return verdict([self.finding(severity_of(fact), message, claim=claim, fact=fact, suggestion=suggestion)])
