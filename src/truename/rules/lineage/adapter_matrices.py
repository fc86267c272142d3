"""BAS004: an adapter whose matrices do not fit its base model."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import ADAPTER_BASE, ADAPTER_LAYERS, ADAPTER_WIDTHS, BASE_MODELS, IS_ADAPTER, Fact
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.releases import releases_in_use
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.product_lines import BASE_KEYS, claims_of_base, declared_bases
from truename.rules.shared.releases import Named, named, short
from truename.rules.shared.unread import unmeasured


class AdapterMatrices(Rule):
    """The adapter's matrices have another width or depth than its base model.

    The inputs of an adapter's matrices are as wide as the hidden state of the model that it was trained on, and their
    highest number is that of its last block. An adapter of width 5120 for a ``Llama-2-7b`` of width 4096 cannot be
    loaded into it: its name, its configuration or its card tells the wrong base.

    The base is the one that the configuration declares, else the one of the name, and must be a known release. Fewer
    blocks accuse nobody, since an adapter may leave blocks alone.
    """

    code, slug, since = "BAS004", "adapter-matrices", "0.2"
    topic = "a base model"
    about_files = True
    needs = frozenset({ADAPTER_WIDTHS})
    reads = BASE_KEYS | {ADAPTER_LAYERS, IS_ADAPTER}
    flagged = (
        Case(
            "Aelan-lora",
            expect=Severity.WARNING,
            is_adapter=True,
            adapter_widths=(5120,),
            adapter_layers=40,
            adapter_base="meta-llama/Llama-2-7b-hf",
        ),
        Case("Llama-2-7b-lora", expect=Severity.WARNING, is_adapter=True, adapter_widths=(5120,), adapter_layers=40),
        Case(
            "Aelan-lora",
            expect=Severity.WARNING,
            is_adapter=True,
            adapter_widths=(4096,),
            adapter_layers=36,
            adapter_base="unsloth/Meta-Llama-3.1-8B-bnb-4bit",
        ),
    )
    confirmed = (
        Case(
            "Aelan-lora",
            is_adapter=True,
            adapter_widths=(4096, 11_008),
            adapter_layers=32,
            adapter_base="meta-llama/Llama-2-7b-hf",
        ),
        Case(
            "Aelan-lora",
            is_adapter=True,
            adapter_widths=(4096,),
            adapter_layers=16,
            adapter_base="meta-llama/Llama-2-7b-hf",
        ),
    )
    undecided = (
        Case("Aelan-lora", is_adapter=True, adapter_widths=(5120,), adapter_base="somebody/story-teller"),
        Case("Aelan-lora", is_adapter=True, adapter_widths=(5120,)),
    )
    not_applicable = (
        Case("Llama-2-7b", is_adapter=False, adapter_widths=(5120,)),
        Case("Llama-2-7b"),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if not evidence.value(IS_ADAPTER):
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, "the files hold no adapter")
        widths = evidence.get(ADAPTER_WIDTHS)
        if widths is None:
            return unmeasured(evidence.why_missing(ADAPTER_WIDTHS), about=())
        bases = declared_bases(evidence)
        meant = named(claims_of_base(bases[0])) if bases else named(claims)
        if meant is None or meant.sized or (bases and not meant.whole):
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, "the base model is not one known release", about=())
        known_widths = {release.hidden_size for release in meant.releases} - {None}
        depths = {depth for release in meant.releases if (depth := release.layers) is not None}
        if not known_widths:
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, "the width of the base model is not known", about=())
        reached = evidence.value(ADAPTER_LAYERS)
        too_deep = reached is not None and bool(depths) and reached > max(depths)
        if not known_widths.isdisjoint(widths.value) and not too_deep:
            return self.passed(widths)
        who = f"the adapter is for {bases[0]}" if bases else f"the name says {meant.releases[0].id}"
        told = f"width {min(w for w in known_widths if w)}" if not too_deep else f"{max(depths)} blocks"
        if too_deep and known_widths.isdisjoint(widths.value):
            told = f"width {min(w for w in known_widths if w)} and {max(depths)} blocks"
        found = f"width {widths.value[0]}" + (f" and reach block {reached}" if reached is not None else "")
        message = f"{who}, with {told}; its matrices have {found}{_whose(widths.value[0], reached, meant)}"
        fact: Fact[Any] = evidence.get(ADAPTER_BASE) or evidence.get(BASE_MODELS) or widths
        return self.flag([self.finding(Severity.WARNING, message, fact=fact)])


def _whose(width: int, depth: int | None, meant: Named) -> str:
    """The releases of the same family that have that width and depth, as the end of a sentence."""
    family = meant.releases[0].family
    fits = [
        r for r in releases_in_use().releases if r.family == family and r.hidden_size == width and r.layers == depth
    ]
    return f", as {short(fits, 2)} has" if fits and family else ""
