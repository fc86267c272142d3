"""NAM002: families that nobody mentions."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import CARD_MENTIONS, MODEL_TYPE
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared.product_lines import (
    DISCLOSURE_KEYS,
    ORIGIN_KEYS,
    bears_out,
    discloses,
    lines_of_name,
    of_no_line,
    origin,
    spells,
)
from truename.rules.shared.releases import FIT_KEYS, fitting, gives_family
from truename.rules.shared.unread import undeclared


class UndisclosedFamily(Rule):
    """Neither the name nor the card says of which family the model is.

    Brands of one's own are welcome, but a family brings its licence, its prompt format and its known faults with it.
    A model named ``Vedika-4.1-flash`` whose card speaks of an own model was a Gemma 4 by its configuration, and a
    DeepSeek Coder of 33B was published as ``Super-GPT``. Only configurations that belong to one product line count
    here; a ``llama`` may be anybody's own training.
    """

    code, slug, since = "NAM002", "undisclosed-family", "0.1"
    topic = "its family"
    needs = frozenset({CARD_MENTIONS})
    reads = ORIGIN_KEYS | DISCLOSURE_KEYS | FIT_KEYS
    flagged = (
        Case("Vedika-4.1-flash", expect=Severity.NOTE, model_type="gemma4_unified", card_mentions=()),
        Case("dolping", expect=Severity.NOTE, model_type="mixtral", card_mentions=("llama",)),
        Case(
            "Super-GPT",
            expect=Severity.NOTE,
            model_type="llama",
            original_name="/home/migel/deepseek-coder-33b-base",
            card_mentions=(),
        ),
    )
    confirmed = (
        Case("dolping", model_type="mixtral", card_mentions=("mixtral",)),
        Case("gemma", model_type="gemma", card_mentions=()),
        Case("nvidia-reason2", model_type="qwen3_vl", card_mentions=("qwen",)),
        Case("Aelan", model_type="mixtral", base_models=("mistralai/Mixtral-8x7B-v0.1",)),
    )
    undecided = (
        Case("Tensor-12m", model_type="llama", card_mentions=()),
        Case("Vedika-4.1-flash", model_type="gemma4_unified"),
        Case("Aelan", model_type="somebody", card_mentions=()),
    )
    not_applicable = (
        Case("Vedika-4.1-flash"),
        Case("Aelan", model_type="bert", card_mentions=()),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        line, fact = origin(evidence)
        if line is None or fact is None:
            declared = evidence.get(MODEL_TYPE)
            if declared is None:
                return undeclared(evidence.why_missing(MODEL_TYPE))
            said = bears_out(str(declared.value), lines_of_name(claims))  # llama, and the name says so
            return self.passed(declared) if said else of_no_line(declared)
        if line.key in lines_of_name(claims) or spells(claims.name, line):
            return self.passed(fact)
        if discloses(evidence, line):
            return self.passed(fact)
        if evidence.get(CARD_MENTIONS) is None:
            return cannot_tell(ReasonKind.NOT_DECLARED, "there is no card that could name the family")
        if not gives_family(claims) and fitting(evidence):
            text = "a known release has this structure, and what is not told of it is the finding of REL001"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        message = f"the configuration says {line.title} ({fact.value}); neither the name nor the card mentions it"
        return self.flag([self.finding(Severity.NOTE, message, fact=fact)])
