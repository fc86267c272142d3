"""CRD001: the count of parameters that the card gives."""

from __future__ import annotations

from typing import Any

from truename.declared.card_text import ACTIVE
from truename.declared.card_text import PARAMETERS as COUNT
from truename.evidence.evidence import Evidence
from truename.facts import (
    ACTIVE_PARAMETERS,
    DECODER_LAYERS,
    DIFFUSERS_CLASS,
    EXPERTS,
    HIDDEN_SIZE,
    INTERMEDIATE_SIZE,
    IS_ADAPTER,
    LAYERS,
    MODEL_TYPE,
    PARAMETERS,
    VOCABULARY_SIZE,
    Derivation,
    Fact,
    Origin,
)
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.cards import STATEMENT_KEYS, Statement, counts_said, says_nothing, statements
from truename.rules.shared.counts import COUNT_CONTEXT, COUNT_KEYS, grade, holding, plausible_counts
from truename.rules.shared.families import DRAFT, is_composite, is_draft, is_known
from truename.rules.shared.quantities import ratio

_ROUGH = frozenset({LAYERS, HIDDEN_SIZE, INTERMEDIATE_SIZE, VOCABULARY_SIZE, EXPERTS, DECODER_LAYERS, MODEL_TYPE})
FAR = 2.0  # beyond the largest that depth and width allow


def _line(value: str, label: str = "Parameters", kind: str = COUNT) -> tuple[str, str, str]:
    return kind, label, value


class CardParameters(Rule):
    """The card gives another count of parameters than the files have.

    A card is often copied from another model of the line, or written before the model was: ``yolos-small`` was
    described with 30 million parameters over a configuration of a third. Who plans memory by it plans for another
    model.

    A line of the card such as ``- Parameters: 7B`` counts, and a sentence whose subject is this model; a table that
    compares models, a training, results and other models do not. Each count that people mean is compared: with and
    without embeddings, towers, heads or idle experts. A card with several different counts accuses nobody.
    """

    code, slug, since = "CRD001", "card-parameters", "0.2"
    topic = "parameters"
    about_files = True
    needs = STATEMENT_KEYS
    reads = COUNT_KEYS | COUNT_CONTEXT | _ROUGH | {IS_ADAPTER, DIFFUSERS_CLASS}
    flagged = (
        Case("Aelan", expect=Severity.WARNING, card_statements=_line("13B"), parameters=6_738_415_616),
        Case("Aelan", expect=Severity.WARNING, card_statements=_line("~7 billion"), parameters=1_100_048_384),
        Case("Aelan", expect=Severity.NOTE, card_statements=_line("5.5B"), parameters=6_738_415_616),
        Case(
            "yolos-small-WebUI",
            expect=Severity.WARNING,
            card_title="YOLOS-small",
            card_statements=_line("3000 万", "YOLOS-small "),
            model_type="yolos",
            layers=Fact(LAYERS, 6, Origin.DECLARED, "config.json"),
            hidden_size=Fact(HIDDEN_SIZE, 384, Origin.DECLARED, "config.json"),
            intermediate_size=Fact(INTERMEDIATE_SIZE, 1536, Origin.DECLARED, "config.json"),
        ),
    )
    confirmed = (
        Case("Aelan", card_statements=_line("7B"), parameters=6_738_415_616),
        Case("Aelan", card_statements=_line("14.77B (14,768,307,200)"), parameters=14_768_307_200),
        Case("Aelan", card_statements=_line("1.1B (366M active per token)"), parameters=1_100_048_384),
        Case("Pangu", card_statements=_line("7B"), parameters=8_030_000_000, non_embedding_parameters=6_800_000_000),
        Case("Aelan", card_statements=[_line("1B"), _line("7B")], parameters=6_738_415_616),
    )
    undecided = (
        Case("Aelan", card_statements=_line("7B")),
        Case("Aelan", card_statements=[_line("1B"), _line("13B")], parameters=6_738_415_616),
        Case("Aelan", card_statements=_line("13B"), model_type="budgie", layers=32, hidden_size=4096),
    )
    not_applicable = (
        Case("Aelan", parameters=6_738_415_616),
        Case("Aelan", card_statements=_line("4.7 GB", "Model size"), parameters=6_738_415_616),
        Case("Aelan", card_statements=_line("70B", "Llama-2 "), parameters=6_738_415_616),
        Case("Aelan-lora", card_statements=_line("7B"), is_adapter=True),
        Case("Aelan-draft", card_statements=_line("7B"), parameters=400_000_000),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        said = [
            (line, count) for line in statements(claims, evidence, COUNT, ACTIVE) for count in counts_said(line.value)
        ]
        if not said:
            return says_nothing(evidence, "a count of parameters")
        if evidence.value(IS_ADAPTER):
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, "an adapter's card gives its base model's count")
        if is_draft(claims):
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, DRAFT)
        if evidence.get(DIFFUSERS_CLASS) is not None:
            text = "a pipeline has a count for each of its components"
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
        counts = plausible_counts(evidence)
        if not counts:
            return self._roughly(said, evidence)
        graded = [(line, count, *grade(count, _meant(line, counts) or counts)) for line, count in said]
        if right := next((fact for _, _, severity, fact in graded if severity is None), None):
            return self.passed(right)
        if len({count.value for _, count in said}) > 1 and len({line.value for line, _ in said}) > 1:
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, "the card gives several counts, none of which is the files'")
        line, _, severity, fact = graded[0]
        severity = Severity.NOTE if severity is Severity.NOTE else Severity.WARNING
        fact = evidence.get(PARAMETERS) or fact
        return self.flag([self.finding(severity, f"the card says '{line.quoted}'; {holding(fact)}", fact=line.fact)])

    def _roughly(self, said: list[tuple[Statement, Claim]], evidence: Evidence) -> Decision:
        """Against what depth and width allow, where nothing was counted: both ends are wide."""
        bounds = rough_bounds(evidence)
        if bounds is None:
            return cannot_tell(evidence.why_missing(PARAMETERS))
        low, high = bounds
        if any(low / FAR <= count.value <= high * FAR for _, count in said) or len({c.value for _, c in said}) > 1:
            text = "depth and width give the parameters only roughly"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        line, count = said[0]
        found = high if count.value > high else low
        fact = Fact(PARAMETERS, round(found), Origin.DECLARED, "config.json", how=Derivation.DIMENSIONS)
        if ratio(count.value, found) <= FAR:
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, "depth and width give the parameters only roughly")
        message = f"the card says '{line.quoted}'; {holding(fact)}, roughly by depth and width"
        return self.flag([self.finding(Severity.WARNING, message, fact=line.fact)])


def _meant(line: Statement, counts: tuple[Fact[Any], ...]) -> tuple[Fact[Any], ...]:
    """The counts that a line means, where it says which: active parameters."""
    return tuple(fact for fact in counts if fact.key == ACTIVE_PARAMETERS) if line.kind == ACTIVE else ()


def rough_bounds(evidence: Evidence) -> tuple[float, float] | None:
    """The least and the most parameters of a stack of that depth and width; None for what has more than a stack."""
    layers, width = evidence.value(LAYERS), evidence.value(HIDDEN_SIZE)
    inner = evidence.value(INTERMEDIATE_SIZE)
    kinds = [str(fact.value) for fact in evidence.all(MODEL_TYPE)]
    if not layers or not width or not inner or evidence.get(EXPERTS) or evidence.get(DECODER_LAYERS):
        return None
    if len(kinds) != 1 or not is_known(kinds[0]) or is_composite(kinds[0]):
        return None
    words = 2 * width * (evidence.value(VOCABULARY_SIZE) or 0)
    return layers * (2 * width**2 + 2 * width * inner), layers * (4 * width**2 + 3 * width * inner) + words
