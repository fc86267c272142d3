"""DIM001: the number of layers that a name gives (L-12, 29Layers)."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import DECODER_LAYERS, ENCODER_LAYERS, LAYERS, PATCH_SIZE
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared.measures import found_in, severity_of, strongest_of, why_unmeasured, with_number

KEYS = (LAYERS, ENCODER_LAYERS, DECODER_LAYERS)


class Layers(Rule):
    """The name claims a number of layers that the model does not have.

    Miniatures and depth-pruned models are told apart by their layers alone: the 24 small BERTs are named
    ``bert_uncased_L-2_H-128_A-2``, MiniLM comes with 6 and 12, and a "29Layers" merge is chosen because it is shorter
    than its 32-layer parent.

    Encoder and decoder may be counted each for itself or together.
    """

    code = "DIM001"
    slug = "layers"
    since = "0.1"
    claims = "a number of layers"
    flagged = (
        Case("bert_uncased_L-2_H-128_A-2", layers=12),
        Case("all-MiniLM-L6-v2", layers=12),
        Case("Mistral-29Layers", layers=32),
    )
    clean = (
        Case("bert_uncased_L-12_H-768_A-12", layers=12),
        Case("all-MiniLM-L6-v2", layers=6),
        Case("translator-12layers", layers=6, encoder_layers=6, decoder_layers=6),
    )
    undecided = (
        Case("bert-base-uncased", layers=12),
        Case("all-MiniLM-L6-v2"),
        Case("all-MiniLM-L6-v2-lora", is_adapter=True, layers=6),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.LAYERS)
        if not stated:
            return self.no_claim()
        if reason := why_unmeasured(evidence, *KEYS):
            return cannot_tell(reason)
        facts = strongest_of(evidence, *KEYS)
        counts = {fact.value for fact in facts}
        parts = [next((f.value for f in facts if f.key == key), 0) for key in KEYS[1:]]
        counts.add(sum(parts))
        if any(claim.value in counts for claim in stated):
            return verdict(())
        claim, fact = stated[0], facts[0]
        if any(patch.value == claim.value for patch in evidence.all(PATCH_SIZE)):
            return cannot_tell(f"{claim.element.text} may mean patches of {claim.value} pixels")
        number = f"{fact.value} layers" if fact.value != 1 else "1 layer"
        message = f"the name says {claim.element.text}, {claim.value} layers; {found_in(fact)} {number}"
        suggestion = with_number(claims, claim, fact.value)
        return verdict([self.finding(severity_of(fact), message, claim=claim, fact=fact, suggestion=suggestion)])
