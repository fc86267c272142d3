"""CRD007: the model that the card's title names."""

from __future__ import annotations

import re

from truename.evidence.evidence import Evidence
from truename.facts import CARD_TITLE, DIFFUSERS_CLASS, HIDDEN_SIZE, IS_ADAPTER, LAYERS, MODEL_TYPE
from truename.findings import ReasonKind, Severity
from truename.names import claims_of, parse_name
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.cards import squeezed
from truename.rules.shared.counts import COUNT_CONTEXT, COUNT_KEYS, grade, holding, plausible_counts
from truename.rules.shared.families import (
    DECLARED_TYPE_KEYS,
    DRAFT,
    Fit,
    best_fit,
    claimed_families,
    declared_types,
    is_composite,
    is_draft,
)
from truename.rules.shared.other_structures import other_structure
from truename.rules.shared.releases import FIT_KEYS, named
from truename.rules.shared.resized import is_resized

_BEFORE = re.compile(r"^\W*(?:(?:the )?model card (?:for|of)\s+(?:the\s+)?|introducing\s+|model:\s*)", re.IGNORECASE)
# One word that is written like the name of a model, at the start of the title.
_NAME = re.compile(r"(?:[\w.-]+/)?(?=\S*\d)(?P<name>[A-Za-z][\w.]*(?:[-_][\w.]+)+)(?=$|[\s:\uff1a,(|–—])")


class CardTitle(Rule):
    """The card's title is the name of a model of another family or size than the files have.

    Cards are copied whole. A title like ``Meta-Llama-3-8B-Instruct`` over a Qwen2 of 1.5 B shows that the card is
    another model's, with its licence, prompt format and results.

    The title must begin with a word that is written like a name, with a family and a number; of a known release the
    structure is compared too, where the files have exactly that of others. A title that names the
    family of the files, or a size that any of their counts bears out, is right; what a title says besides is not read.
    """

    code, slug, since = "CRD007", "card-title", "0.2"
    topic = "the card's title"
    about_files = True
    needs = frozenset({CARD_TITLE})
    reads = FIT_KEYS | DECLARED_TYPE_KEYS | COUNT_KEYS | COUNT_CONTEXT | {IS_ADAPTER, DIFFUSERS_CLASS, MODEL_TYPE}
    flagged = (
        Case(
            "Aelan",
            expect=Severity.WARNING,
            card_title="Qwen2.5-7B-Instruct",
            model_type="qwen2",
            layers=28,
            hidden_size=1536,
            intermediate_size=8960,
            heads=12,
            key_value_heads=2,
            vocabulary_size=151_936,
        ),
        Case("Aelan", expect=Severity.WARNING, card_title="Qwen2.5-7B-Instruct", model_type="gpt_neox"),
        Case("Aelan", expect=Severity.WARNING, card_title="Model Card for Llama-2-13b", parameters=6_738_415_616),
    )
    confirmed = (
        Case("Aelan", card_title="Mistral-7B-Instruct-v0.1", model_type="mistral", parameters=7_241_732_096),
        Case("Aelan", card_title="DeepSeek-R1-Distill-Qwen-7B: notes", model_type="qwen2"),
    )
    undecided = (
        Case("Aelan", card_title="Qwen2.5-7B-Instruct"),
        Case("Aelan", card_title="Qwen2.5-7B-Instruct", model_type="budgie"),
        Case("Aelan", card_title="Qwen2.5-7B-Instruct", model_type="llava"),
    )
    not_applicable = (
        Case("Aelan", model_type="qwen2"),
        Case("owner/Qwen2.5-7B", card_title="Qwen2.5-7B", model_type="gpt_neox"),
        Case("Aelan", card_title="How we trained on GPT-4 outputs", model_type="qwen2"),
        Case("Aelan-lora", card_title="Qwen2.5-7B-Instruct-lora", is_adapter=True, model_type="llama"),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        titled = claims_of_title(str(evidence.value(CARD_TITLE) or ""))
        if titled is None:
            return does_not_apply(ReasonKind.NO_SUCH_FILE, "no card has a title that is the name of a model")
        if squeezed(titled.parsed.model) == squeezed(claims.parsed.model):
            return does_not_apply(ReasonKind.NO_CLAIM, "the title is the model's own name, which is judged itself")
        if evidence.value(IS_ADAPTER) or evidence.get(DIFFUSERS_CLASS) is not None:
            text = "an adapter or a pipeline holds parts of other models"
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
        if is_draft(claims) or is_draft(titled):
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, DRAFT)
        meant, known = named(titled), evidence.get(HIDDEN_SIZE) is not None and evidence.get(LAYERS) is not None
        if known and meant is not None and meant.whole and not is_resized(claims.parsed.model):
            other = other_structure(meant, evidence)
            if other is not None and other.fits:
                message = f"the card is titled {titled.name}, {other.told}"
                return self.flag([self.finding(Severity.WARNING, message, fact=evidence.get(CARD_TITLE))])
        families = [family for _, family in claimed_families(titled)]
        types = declared_types(evidence)
        if types and families and not any(is_composite(one.value) for one in types):
            found = best_fit(families, [one.value for one in types])
            if found is Fit.FOREIGN:
                first = types[0]
                message = f"the card is titled {titled.name}; {first.fact.file or 'the configuration'} declares "
                message += str(first.value)
                return self.flag([self.finding(Severity.WARNING, message, fact=evidence.get(CARD_TITLE))])
            if found is Fit.AGREES and not _sizes(titled):
                return self.passed(types[0].fact)
        counts = plausible_counts(evidence)
        if (sizes := _sizes(titled)) and counts:
            severity, fact = grade(sizes[0], counts)
            if severity in (Severity.ERROR, Severity.WARNING):
                message = f"the card is titled {titled.name}; {holding(fact)}"
                return self.flag([self.finding(Severity.WARNING, message, fact=evidence.get(CARD_TITLE))])
            return self.passed(fact)
        if types and families and best_fit(families, [one.value for one in types]) is Fit.AGREES:
            return self.passed(types[0].fact)
        missing = evidence.get(MODEL_TYPE)
        if missing is None:
            return cannot_tell(evidence.why_missing(MODEL_TYPE))
        return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, f"whether {missing.value!r} is of that family is not known")


def claims_of_title(title: str) -> Claims | None:
    """What the name at the start of a title claims; None where no family with a size or a version stands there."""
    found = _NAME.match(_BEFORE.sub("", title).lstrip("#*_ "))
    if found is None:
        return None
    claims = claims_of(parse_name(found["name"], learned=False))
    numbered = claims.of(Role.PARAMETERS, Role.VERSION, Role.MIXTURE, Role.SIZE_WORD)
    return claims if numbered and claims.of(Role.FAMILY, Role.BRAND) else None


def _sizes(titled: Claims) -> tuple:  # type: ignore[type-arg]
    sizes = titled.of(Role.PARAMETERS, Role.MIXTURE, Role.ACTIVE_PARAMETERS)
    return sizes if len(sizes) == 1 and sizes[0].role is Role.PARAMETERS else ()
