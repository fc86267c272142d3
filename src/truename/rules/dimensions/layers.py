"""DIM001: the number of layers that a name gives (L-12, 29Layers)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import DECODER_LAYERS, ENCODER_LAYERS, IS_ADAPTER, LAYERS, PARAMETERS, PATCH_SIZE, Fact
from truename.findings import Reason, ReasonKind
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.shared.another import why_of_another
from truename.rules.shared.measures import DimensionRule, found_in

_OF_ONE = r"(?i)layer[-_ ]?\d+"  # layer-12, as of a probe
_COUNTED = r"(?i)(?:^|[-_./])(?:n|num)[-_]?$"  # n_layer-16
_PART_WORDS = (
    r"fr(?:ee|o)ze[n]?|freezed|unfr(?:ee|o)zen?|last|first|top|bottom|middle|final|extra|plus|added?|addition(?:al)?|minus|"
    r"less|removed?|without|drop(?:ped)?|pruned?|skip(?:ped)?|cut|delet(?:ed|e)|trained|tuned|optimi[sz]ed|duplicated?|"
    r"repeat(?:ed)?|steer(?:ed|ing)?|probe|sae|every|at|on|of|from|to|remov(?:al|ing)"
)
_PART_BEFORE = rf"(?i)(?:^|[^a-z])(?:{_PART_WORDS})[-_. ]?$"
_PART_AFTER = rf"(?i)[-_. ]?(?:{_PART_WORDS})(?:[^a-z]|$)"
_LONGEST_LETTER = 4  # L-14, 14L
_LETTER = r"(?i)\d+l"
_MANY_LANGUAGES = (
    "xlm", "multilingual", "mbert", "m-bert", "mt5", "byt5", "mbart", "nllb", "m2m", "bloom", "aya", "afro", "indic",
    "lang", "polyglot", "labse",
)  # fmt: skip


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
    reads = frozenset({IS_ADAPTER, PARAMETERS, PATCH_SIZE})
    flagged = (
        Case("bert_uncased_L-2_H-128_A-2", layers=12),
        Case("all-MiniLM-L6-v2", layers=12),
        Case("Mistral-29Layers", layers=32),
        Case("Mistral-7B-layers-29", layers=32),
        Case("bert-base-L24", layers=12),
        Case("bert-base-layer99", layers=12),
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
        Case("gemma-2-9b-layer20", layers=42),
        Case("bert-base-freeze-6-layers", layers=12),
        Case("bert-base-4-layers-unfrozen", layers=12),
        Case("Mistral-Passthrough-8L", layers=40),
        Case("xlm-roberta-large-75L", layers=24),
    )
    not_applicable = (Case("bert-base-uncased", layers=12),)

    def bearing_out(self, claim: Claim, facts: Sequence[Fact[Any]], evidence: Evidence) -> Fact[Any] | None:
        return super().bearing_out(claim, (*facts, *_together(facts)), evidence)

    def why_open(self, claims: Claims, claim: Claim, fact: Fact[Any], evidence: Evidence) -> Reason | None:
        text = claim.element.text
        before, after = claims.name[: claim.element.start], claims.name[claim.element.end :]
        if re.fullmatch(_OF_ONE, text) and claim.value <= fact.value and not re.search(_COUNTED, before):
            return Reason(ReasonKind.AMBIGUOUS_NAME, f"{text} may be the number of one of the layers")
        if re.search(_PART_BEFORE, before) or re.match(_PART_AFTER, after):
            return Reason(ReasonKind.AMBIGUOUS_NAME, f"{text} may be a part of the layers: frozen, left out, added")
        if claims.of(Role.MERGE) and claim.value < fact.value:
            return Reason(ReasonKind.AMBIGUOUS_NAME, f"{text} may be the layers that a merge took or added")
        if re.fullmatch(_LETTER, text) and _is_multilingual(claims):
            return Reason(ReasonKind.AMBIGUOUS_NAME, f"{text} may count languages")
        if reason := why_of_another(claims, claim, evidence):
            return reason
        patches = evidence.all(PATCH_SIZE) if "l" in text.lower() and len(text) <= _LONGEST_LETTER else ()
        if any(patch.value == claim.value for patch in patches):
            text = f"{claim.element.text} may mean patches of {claim.value} pixels"
            return Reason(ReasonKind.AMBIGUOUS_NAME, text)
        return None

    def message(self, claim: Claim, fact: Fact[Any]) -> str:
        number = f"{fact.value} layers" if fact.value != 1 else "1 layer"
        return f"the name says {claim.element.text}, {claim.value} layers; {found_in(fact)} {number}"


def _is_multilingual(claims: Claims) -> bool:
    """Whether the name is that of a model of many languages, by its family or a word."""
    name = claims.name.lower()
    return any(word in name for word in _MANY_LANGUAGES)


def _together(facts: Sequence[Fact[Any]]) -> tuple[Fact[Any], ...]:
    """The layers of encoder and decoder in one number, where both are known."""
    parts = [next((f for f in facts if f.key == key), None) for key in (ENCODER_LAYERS, DECODER_LAYERS)]
    encoder, decoder = parts
    if encoder is None or decoder is None:
        return ()
    layers = encoder.value + decoder.value
    return (Fact(LAYERS, layers, encoder.origin, encoder.file, "layers of encoder and decoder together"),)
