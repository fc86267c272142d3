"""DIM001: the number of layers that a name gives (L-12, 29Layers)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import DECODER_LAYERS, ENCODER_LAYERS, IS_ADAPTER, LAYERS, PATCH_SIZE, Fact
from truename.findings import Reason, ReasonKind
from truename.names.claims import Claim
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.shared.measures import DimensionRule, found_in


class Layers(DimensionRule):
    """The name claims a number of layers that the model does not have.

    Miniatures and depth-pruned models are told apart by their layers alone: the 24 small BERTs are named
    ``bert_uncased_L-2_H-128_A-2``, MiniLM comes with 6 and 12, and a "29Layers" merge is chosen because it is shorter
    than its 32-layer parent.

    Encoder and decoder may be counted each for itself or together.
    """

    code = "DIM001"
    slug = "layers"
    since = "0.1"
    topic = "a number of layers"
    claims = frozenset({Role.LAYERS})
    keys = (LAYERS, ENCODER_LAYERS, DECODER_LAYERS)
    needs = frozenset(keys)
    reads = frozenset({IS_ADAPTER, PATCH_SIZE})
    flagged = (
        Case("bert_uncased_L-2_H-128_A-2", layers=12),
        Case("all-MiniLM-L6-v2", layers=12),
        Case("Mistral-29Layers", layers=32),
    )
    confirmed = (
        Case("bert_uncased_L-12_H-768_A-12", layers=12),
        Case("all-MiniLM-L6-v2", layers=6),
        Case("translator-12layers", layers=6, encoder_layers=6, decoder_layers=6),
    )
    undecided = (
        Case("all-MiniLM-L6-v2"),
        Case("all-MiniLM-L6-v2-lora", is_adapter=True, layers=6),
        Case("all-MiniLM-L12-v2", layers=24, patch_size=12),
    )
    not_applicable = (Case("bert-base-uncased", layers=12),)

    def bearing_out(self, claim: Claim, facts: Sequence[Fact[Any]], evidence: Evidence) -> Fact[Any] | None:
        return super().bearing_out(claim, (*facts, *_together(facts)), evidence)

    def why_open(self, claim: Claim, fact: Fact[Any], evidence: Evidence) -> Reason | None:
        if any(patch.value == claim.value for patch in evidence.all(PATCH_SIZE)):
            text = f"{claim.element.text} may mean patches of {claim.value} pixels"
            return Reason(ReasonKind.AMBIGUOUS_NAME, text)
        return None

    def message(self, claim: Claim, fact: Fact[Any]) -> str:
        number = f"{fact.value} layers" if fact.value != 1 else "1 layer"
        return f"the name says {claim.element.text}, {claim.value} layers; {found_in(fact)} {number}"


def _together(facts: Sequence[Fact[Any]]) -> tuple[Fact[Any], ...]:
    """The layers of encoder and decoder in one number, where both are known."""
    parts = [next((f for f in facts if f.key == key), None) for key in (ENCODER_LAYERS, DECODER_LAYERS)]
    encoder, decoder = parts
    if encoder is None or decoder is None:
        return ()
    layers = encoder.value + decoder.value
    return (Fact(LAYERS, layers, encoder.origin, encoder.file, "layers of encoder and decoder together"),)
