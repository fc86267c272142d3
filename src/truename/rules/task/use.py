"""TSK003: embedding, reranking, reward, instruct."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from truename.evidence.evidence import Evidence
from truename.facts import (
    ARCHITECTURES,
    GGUF_ARCHITECTURE,
    HEAD_TENSORS,
    IS_ADAPTER,
    PARAMETERS,
    POOLING,
    SENTENCE_MODULES,
    Fact,
    Origin,
)
from truename.findings import Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.another import stands_alone, why_of_another
from truename.rules.shared.heads import head_of

# what a word asks for -> what the files may show it to be instead
_ASKED: dict[str, tuple[str, frozenset[str]]] = {
    "feature-extraction": ("embeds", frozenset(("ranks", "scores", "labels", "answers", "writes"))),
    "text-ranking": ("ranks", frozenset(("embeds", "labels", "answers"))),
    "crossencoder": ("ranks", frozenset(("embeds", "labels", "answers"))),
    "reward-modelling": ("scores", frozenset(("embeds", "labels", "answers"))),
    "instruct": ("writes", frozenset(("embeds", "ranks"))),
    "chat": ("writes", frozenset(("embeds", "ranks"))),
}
_SERVED = {"ranks": frozenset(("ranks", "scores")), "scores": frozenset(("scores", "ranks"))}
_UNSEEN = "nothing in the weights of a model that writes text shows whether it follows instructions"
_SAID = {
    "embeds": "gives out vectors", "ranks": "ranks texts", "scores": "gives scores to whole texts",
    "labels": "labels words", "answers": "marks answers in a text", "writes": "writes text",
}  # fmt: skip
_HEADS = {
    "token-classification": "labels", "question-answering": "answers", "sequence-classification": "scores",
}  # fmt: skip
# Embedders keep the name of the chat model that they were made from, beside words of their own.
_OF_VECTORS = (
    r"(?i)embed|(?:^|[^a-z])(?:e5|gte|bge|jina|nomic|stella|sfr|linq|nv|uae|kalm|mxbai|tas|lco|qodo|zeta|gritlm)(?:[^a-z]|$)"
    r"|retriev|sentence|sbert|vec|simcse|colbert|instructor|search|rank|splade|similar|matryoshka|contrast|cross|encoder"
    r"|semantic|cluster|match|dpr|pair"
)


class _Found(msgspec.Struct, frozen=True):
    """What the files show that a model is for, and by which fact."""

    use: str
    fact: Fact[Any]


class Use(Rule):
    """The name claims another use than the model was built for.

    An embedder gives out a vector, a reranker and a reward model a score, an instruct model text: a server that loads
    one as another either refuses or answers nonsense. Sentence-transformers' modules, the pooling of a GGUF file, the
    class and the head in the weights say which it is.

    Decoders that write text also rank and judge, and many embedders keep the class of the decoder that they were made
    from, so an embedding's name is held against one only where the head of words is stored and nothing pools. An
    embedder whose name speaks of vectors in other words may say instruct (e5-mistral-7b-instruct).
    """

    code, slug, since = "TSK003", "use", "0.2"
    topic = "embedding, reranking, reward or chat"
    claims = frozenset({Role.TASK, Role.ALIGNMENT})
    also_judges = frozenset({Role.BRAND})  # cross-encoder
    needs = frozenset({ARCHITECTURES, SENTENCE_MODULES, POOLING})
    reads = frozenset({GGUF_ARCHITECTURE, HEAD_TENSORS, IS_ADAPTER, PARAMETERS})
    flagged = (
        Case(
            "Qwen2.5-7B-Instruct",
            architectures=("Qwen2Model",),
            head_tensors=(),
            sentence_modules=("Transformer", "Pooling"),
            expect=Severity.WARNING,
        ),
        Case("Qwen2.5-7B-Embedding", architectures=("Qwen2ForCausalLM",), head_tensors=("lm_head",)),
        Case("bert-base-reranker", architectures=("BertModel",), sentence_modules=("Transformer", "Pooling")),
        Case("bert-base-embeddings", architectures=("BertForTokenClassification",), head_tensors=("classifier",)),
        Case("bge-small-reranker", pooling="cls"),
    )
    confirmed = (
        Case("Qwen3-Embedding-8B", architectures=("Qwen3ForCausalLM",), sentence_modules=("Transformer", "Pooling")),
        Case("bge-reranker-base", architectures=("XLMRobertaForSequenceClassification",), head_tensors=("classifier",)),
        Case("Llama-3-8B-RM", architectures=("LlamaForSequenceClassification",), head_tensors=("score",)),
        Case("bge-small-reranker", pooling="rank"),
    )
    undecided = (
        Case("Qwen3-Reranker-8B", architectures=("Qwen3ForCausalLM",), head_tensors=("lm_head",)),
        Case("e5-mistral-7b-instruct", architectures=("MistralModel",), sentence_modules=("Transformer", "Pooling")),
        Case("Qwen3-Embedding-8B", architectures=("Qwen3ForCausalLM",), head_tensors=()),
        Case("Qwen3-Embedding-8B-GGUF", gguf_architecture="qwen3"),
        Case("Qwen3-Embedding-8B-lora", is_adapter=True),
        Case("llama-7b-extended-embeddings", architectures=("LlamaForCausalLM",), head_tensors=("lm_head",)),
    )
    not_applicable = (
        Case("llama-7b", architectures=("LlamaForCausalLM",)),
        Case("Qwen2.5-7B-Instruct", architectures=("Qwen2ForCausalLM",), head_tensors=("lm_head",)),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = [claim for claim in claims.of(*self.claims, Role.BRAND) if claim.value in _ASKED]
        if not stated:
            return self.no_claim()
        claim = stated[-1]  # a model is what it became last
        if evidence.value(IS_ADAPTER):
            text = "the files hold an adapter, and its base model decides what it is for"
            return cannot_tell(ReasonKind.ADAPTER, text, about=stated)
        found = found_use(evidence)
        if claim.role is Role.ALIGNMENT and (found is None or found.use == "writes"):
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, _UNSEEN)
        if found is None:
            why = evidence.why_missing(ARCHITECTURES)
            if evidence.get(ARCHITECTURES) is not None:
                why = Reason(ReasonKind.AMBIGUOUS_FILES, "the files do not show what the model is for")
            return cannot_tell(why, about=stated)
        asked, others = _ASKED[claim.value]
        if found.use in _SERVED.get(asked, frozenset((asked,))):
            return self.confirm((claim, found.fact))
        if found.use not in others:
            text = f"the model {_SAID[found.use]}, and may do what the name says besides"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=stated)
        if (reason := _why_open(claims, claim, found, evidence)) is not None:
            return cannot_tell(reason, about=stated)
        shown = found.fact.value if isinstance(found.fact.value, str) else found.fact.value[0]
        shown = "modules of sentence-transformers" if found.fact.key == SENTENCE_MODULES else shown
        message = f"the name says {claim.element.text}; the model {_SAID[found.use]} ({shown})"
        return self.flag([self.finding(Severity.WARNING, message, claim=claim, fact=found.fact)])


def found_use(evidence: Evidence) -> _Found | None:
    """What the files show that the model is for; None where they do not show it."""
    pooling = evidence.get(POOLING)
    if pooling is not None and pooling.value != "none":
        return _Found("ranks" if pooling.value == "rank" else "embeds", pooling)
    fact = evidence.get(ARCHITECTURES)
    architecture = str(fact.value[0]) if fact is not None and fact.value else ""
    head = head_of(architecture)
    shown = evidence.get(HEAD_TENSORS, Origin.WEIGHTS)
    if fact is not None and head is not None:
        use = _HEADS.get(head.key)
        there = shown is None or not head.tensors or not set(head.tensors).isdisjoint(shown.value)
        return _Found(use, fact) if use is not None and there else None
    modules = evidence.get(SENTENCE_MODULES)
    if modules is not None and any("Pooling" in module for module in modules.value):
        return _Found("embeds", modules)
    if fact is not None and architecture.endswith(("ForCausalLM", "LMHeadModel")):
        return _Found("writes", fact)
    return None


def _why_open(claims: Claims, claim: Claim, found: _Found, evidence: Evidence) -> Reason | None:
    """Why a name may be right although the model is for something else."""
    name = claims.name[: claim.element.start] + claims.name[claim.element.end :]
    if claim.role is Role.ALIGNMENT and re.search(_OF_VECTORS, name):
        return Reason(
            ReasonKind.AMBIGUOUS_NAME, "the name speaks of vectors too, and instruct may be of the base model"
        )
    if found.use == "embeds" and "colbert" in name.lower():
        return Reason(ReasonKind.AMBIGUOUS_NAME, "ColBERT ranks by the vectors of words")
    if found.use == "writes":
        shown = evidence.get(HEAD_TENSORS, Origin.WEIGHTS)
        if shown is None or "lm_head" not in shown.value or evidence.get(GGUF_ARCHITECTURE) is not None:
            return Reason(
                ReasonKind.AMBIGUOUS_FILES, "embedders keep the class of the decoder that they were made from"
            )
        if any(e.role is Role.OTHER and e.end == claim.element.start - 1 for e in claims.parsed.claiming):
            return Reason(ReasonKind.AMBIGUOUS_NAME, f"{claim.element.text} may be said of the table of tokens")
    if not stands_alone(claims, claim):
        return Reason(ReasonKind.AMBIGUOUS_NAME, f"{claim.element.text} may be said of something else")
    return why_of_another(claims, claim, evidence)
