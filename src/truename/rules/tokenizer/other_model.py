"""TOK002: the tokenizer of another model."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import IS_ADAPTER, MODEL_PART, MODEL_TYPE, TOKENIZER_LAST_TOKEN, VOCABULARY_SIZE
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.families import is_composite, is_draft
from truename.rules.shared.measures import found_in, strongest_of
from truename.rules.shared.product_lines import has_line
from truename.rules.shared.unread import undeclared

FAR = 1.25  # times: beyond what people add to a vocabulary
# Further types of models of text alone, which have one vocabulary.
_OF_TEXT = frozenset(
    {
        "gpt2",
        "gpt_neo",
        "gpt_neox",
        "gptj",
        "opt",
        "bert",
        "roberta",
        "xlm-roberta",
        "distilbert",
        "electra",
        "t5",
        "mt5",
    }
)


class TokenizerOfAnother(Rule):
    """The tokenizer's special tokens lie outside of the model's embedding.

    A tokenizer that was copied from another model gives numbers that the embedding has no rows for, and the first such
    token ends the program; the others mean other words. Tokens of Qwen end at 151,668, and a Llama 2 has 32,000 rows.

    A token or a few that were added without rows for them are noted; far beyond the embedding it is another model's
    tokenizer. Only models of text are judged, since others have several vocabularies.
    """

    code, slug, since = "TOK002", "tokenizer-of-another-model", "0.2"
    topic = "its tokenizer"
    about_files = True
    needs = frozenset({TOKENIZER_LAST_TOKEN})
    reads = frozenset({VOCABULARY_SIZE, MODEL_TYPE, IS_ADAPTER, MODEL_PART})
    flagged = (
        Case(
            "Aelan", expect=Severity.WARNING, model_type="llama", tokenizer_last_token=151_668, vocabulary_size=32_000
        ),
        Case("Aelan", expect=Severity.NOTE, model_type="llama", tokenizer_last_token=32_000, vocabulary_size=32_000),
    )
    confirmed = (
        Case("Aelan", model_type="llama", tokenizer_last_token=2, vocabulary_size=32_000),
        Case("Aelan", model_type="qwen2", tokenizer_last_token=151_668, vocabulary_size=152_064),
    )
    undecided = (
        Case("Aelan", model_type="llama", tokenizer_last_token=151_668),
        Case("Aelan", model_type="budgie", tokenizer_last_token=151_668, vocabulary_size=2048),
        Case("Aelan", model_type="musicgen", tokenizer_last_token=32_099, vocabulary_size=2048),
    )
    not_applicable = (
        Case("Aelan", model_type="llama", vocabulary_size=32_000),
        Case("Aelan-lora", is_adapter=True, tokenizer_last_token=151_668, vocabulary_size=32_000),
        Case("Aelan-draft", model_type="llama", tokenizer_last_token=128_009, vocabulary_size=32_000),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        last = evidence.get(TOKENIZER_LAST_TOKEN)
        if last is None:
            return undeclared(evidence.why_missing(TOKENIZER_LAST_TOKEN))
        if evidence.value(IS_ADAPTER) or evidence.get(MODEL_PART) is not None or is_draft(claims):
            text = "an adapter, a draft or another part of a model has the tokenizer of the whole"
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
        rows = strongest_of(evidence, VOCABULARY_SIZE)
        if not rows:
            return cannot_tell(evidence.why_missing(VOCABULARY_SIZE))
        types = [str(fact.value) for fact in evidence.all(MODEL_TYPE)]
        largest = max(rows, key=lambda fact: fact.value)
        if last.value < largest.value:
            return self.passed(largest)
        if len(types) != 1 or is_composite(types[0]) or not (has_line(types[0]) or types[0] in _OF_TEXT):
            text = "the model may have several vocabularies, and which of them the tokenizer is for is not known"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        far = last.value >= largest.value * FAR
        message = (
            f"the tokenizer has a token {last.value:,}; {found_in(largest)} {largest.value:,} rows of the embedding"
        )
        return self.flag([self.finding(Severity.WARNING if far else Severity.NOTE, message, fact=last)])
