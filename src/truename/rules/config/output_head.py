"""CFG004: an untied language model without an output head."""

from __future__ import annotations

import re
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    ARCHITECTURES,
    BARE_MODEL,
    HEAD_TENSORS,
    INDEX_MISSING_TENSORS,
    LIBRARY_NAME,
    OUTPUT_ROWS,
    PIPELINE_TAG,
    QUANTISATION_METHOD,
    TAGS,
    TIED_EMBEDDINGS,
    VOCABULARY_SIZE,
    Fact,
    Origin,
)
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.configured import CONFIGURED_KEYS, has_declared_structure, not_compared, source_of
from truename.rules.shared.unread import undeclared, unmeasured

PADDING = 1024  # rows that writers add to the one matrix and not to the other

# words of models that give vectors or scores and need no head of words, whatever class they declare
_VECTORS = re.compile(r"embed|sentence|feature-extraction|similarity|retriev|rank|reward|encoder|2vec", re.IGNORECASE)


def _llama(**facts: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "model_type": "llama",
        "tensor_model_types": ("llama",),
        "architectures": ("LlamaForCausalLM",),
        "vocabulary_size": 32_000,
        "head_tensors": (),
        "bare_model": False,
        "quantisation_method": "none",
        "tied_embeddings": False,
    }
    return given | facts


class OutputHead(Rule):
    """The configuration does not tie the output head to the embedding, and no tensor is the head.

    A language model needs a matrix from its width to its vocabulary. Where ``tie_word_embeddings`` is false and
    ``lm_head`` is not stored, a loader fills it with random numbers: the model loads and writes noise. It happens where
    a tied model is saved and its configuration is rewritten, or where a head is lost in a conversion. A head of another
    number of rows than the embedding is not this model's either: a loader refuses it, or cuts the words that it misses.

    Models that give vectors often keep the class of their base and leave its head out; where the tensors are stored
    without the class of a task, or name or card speak of vectors or scores, the rule cannot tell.
    """

    code, slug, since = "CFG004", "output-head", "0.1"
    topic = "its output head"
    needs = frozenset({TIED_EMBEDDINGS, HEAD_TENSORS})
    reads = CONFIGURED_KEYS | {
        BARE_MODEL,
        INDEX_MISSING_TENSORS,
        LIBRARY_NAME,
        OUTPUT_ROWS,
        PIPELINE_TAG,
        QUANTISATION_METHOD,
        TAGS,
        VOCABULARY_SIZE,
    }
    about_files = True
    flagged = (
        Case("llama-3.2-1b-tuned", expect=Severity.ERROR, **_llama()),
        Case("llama-7b", expect=Severity.ERROR, **_llama(head_tensors=("lm_head",), output_rows=128_256)),
        Case("llama-7b", expect=Severity.ERROR, **_llama(head_tensors=("lm_head",), output_rows=2)),
    )
    confirmed = (
        Case("llama-7b", **_llama(head_tensors=("lm_head",))),
        Case("llama-7b", **_llama(head_tensors=("lm_head",), output_rows=32_000)),
        Case("llama-7b", **_llama(head_tensors=("lm_head",), output_rows=32_064)),
    )
    undecided = (
        Case("Qwen3-Embedding-8B", **_llama(bare_model=True)),
        Case("gte-large", **_llama(tags=("sentence-transformers",))),
        Case("llama-embed-8b", **_llama()),
        Case("own-model", **_llama(model_type="own", tensor_model_types=())),
        Case("llama-7b", **_llama(index_missing_tensors=("lm_head.weight",))),
        Case("llama-7b-4bit", **_llama(quantisation_method="bitsandbytes")),
    )
    not_applicable = (
        Case("llama-3.2-1b", **_llama(tied_embeddings=True)),
        Case("llama-7b", head_tensors=()),
        Case("llama-classifier", **_llama(architectures=("LlamaForSequenceClassification",))),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if (other := not_compared(evidence)) is not None:
            return other
        tie = evidence.declared(TIED_EMBEDDINGS)
        if tie is None:
            return undeclared(evidence.why_missing(TIED_EMBEDDINGS))
        classes = evidence.value(ARCHITECTURES, ()) or ()
        if tie.value or not classes or not classes[0].endswith("ForCausalLM"):
            text = "the configuration declares no language model with an output head of its own"
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
        heads = evidence.get(HEAD_TENSORS, Origin.WEIGHTS)
        if heads is None:
            return unmeasured(evidence.why_missing(HEAD_TENSORS))
        if heads.value:
            return self._rows(heads, evidence)
        if evidence.value(INDEX_MISSING_TENSORS) or not _is_whole(evidence) or _gives_vectors(claims, evidence):
            text = "no tensor is an output head, and whether the model needs one is not known"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        declared = f"{source_of(tie)} declares {classes[0]} and tie_word_embeddings false"
        message = f"{declared}; no tensor is the output head (lm_head)"
        return self.flag([self.finding(Severity.ERROR, message, fact=tie)])

    def _rows(self, heads: Fact[tuple[str, ...]], evidence: Evidence) -> Decision:
        """A head that is there: as many rows as the embedding, but for padding."""
        rows, words = evidence.get(OUTPUT_ROWS, Origin.WEIGHTS), evidence.get(VOCABULARY_SIZE, Origin.WEIGHTS)
        if rows is None or words is None or abs(rows.value - words.value) <= PADDING or not _is_whole(evidence):
            return self.passed(heads)
        message = f"the output head has {rows.value:,} rows; the token embedding has {words.value:,}"
        return self.flag([self.finding(Severity.ERROR, message, fact=rows)])


def _is_whole(evidence: Evidence) -> bool:
    """Whether the tensors are those of a language model of the declared type, stored in full precision as its class."""
    return (
        evidence.get(VOCABULARY_SIZE, Origin.WEIGHTS) is not None
        and evidence.value(BARE_MODEL) is False
        and evidence.value(QUANTISATION_METHOD) == "none"
        and has_declared_structure(evidence)
    )


def _gives_vectors(claims: Claims, evidence: Evidence) -> bool:
    """Whether the name or the card speaks of a model that gives vectors or scores."""
    said = (evidence.value(PIPELINE_TAG), evidence.value(LIBRARY_NAME), *(evidence.value(TAGS) or ()))
    return any(_VECTORS.search(word) for word in (claims.name, *filter(None, said)))
