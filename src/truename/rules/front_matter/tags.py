"""FRM003: tags that the files contradict."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import FORMATS, IS_ADAPTER, QUANTISATION_METHOD, STORAGE_DTYPES, TAGS, Origin
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.card_tags import FORMAT_TAGS, promising_tags, wrong_tags


class ContradictedTag(Rule):
    """A tag of the card promises files that are not there.

    People filter by tags: who asks for ``gguf`` and ``4-bit`` gets a model in full precision, because the tags were
    copied with the card of a quantised copy. Tags that no file can contradict are not judged.
    """

    code, slug, since = "FRM003", "contradicted-tag", "0.2"
    topic = "its tags"
    about_files = True
    needs_files = True
    needs = frozenset({TAGS})
    reads = frozenset({FORMATS, QUANTISATION_METHOD, STORAGE_DTYPES, IS_ADAPTER})
    flagged = (
        Case("Aelan", expect=Severity.WARNING, tags=("gguf", "llama"), formats=("safetensors",)),
        Case(
            "Aelan", expect=Severity.WARNING, tags=("4-bit",), formats=("safetensors",), storage_dtypes=("BF16",),
            quantisation_method="none",
        ),
    )  # fmt: skip
    confirmed = (
        Case("Aelan", tags=("gguf", "llama"), formats=("gguf",)),
        Case("Aelan", tags=("awq", "4-bit"), formats=("safetensors",), quantisation_method="awq"),
    )
    undecided = (Case("Aelan", tags=("gguf",)),)
    not_applicable = (
        Case("Aelan", tags=("llama", "region:us"), formats=("safetensors",)),
        Case("Aelan", formats=("safetensors",)),
        Case("Aelan-lora", tags=("4-bit",), formats=("safetensors",), is_adapter=True),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        fact = evidence.declared(TAGS)
        promising = promising_tags(fact)
        if not promising:
            return does_not_apply(ReasonKind.NO_SUCH_FILE, "no tag of the card promises anything of the files")
        if evidence.value(IS_ADAPTER) and not any(tag.strip().lower() in FORMAT_TAGS for tag in promising):
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, "an adapter's tags speak of its base model")
        formats = evidence.get(FORMATS, Origin.WEIGHTS, Origin.FILES)
        if formats is None or not formats.value:
            return cannot_tell(evidence.why_missing(FORMATS))
        if wrong := wrong_tags(evidence):
            return self.flag(
                self.finding(Severity.WARNING, f"the card has the tag {one.tag}; {one.there}", fact=fact)
                for one in wrong
            )
        return self.passed(formats)
