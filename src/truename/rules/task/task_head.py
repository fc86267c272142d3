"""TSK001: the task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import ARCHITECTURES, HEAD_TENSORS, IS_ADAPTER, POOLING, SENTENCE_MODULES, Fact, Origin
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.heads import (
    Head,
    asked_by,
    head_of,
    is_bare,
    is_classification,
    is_generative,
    is_masked,
    is_of_one_head,
    is_regular,
    named_head,
    plain,
    serves,
)

# what may say that the model became something else after its task was named
_OPEN = frozenset((
    Role.TASK, Role.DATASET, Role.OTHER, Role.MODALITY, Role.DRAFT, Role.MERGE, Role.UNCENSORED, Role.STAGE,
))  # fmt: skip


class TaskHead(Rule):
    """The name claims a task for which the model has the head of another.

    ``bert-finetuned-squad`` answers questions by pointing at a span of a text, with a head of its own. A model of
    that name whose class is ``BertForSequenceClassification`` gives a label to a text instead and answers nothing.
    Models that write text do any task, and are accused only of a word that names the head itself. An encoder without a
    head is accused of the tasks that no vector of a whole text can do. Names are histories:
    ``xlm-roberta-large-squad2-ctkfacts`` learned SQuAD first and something else last, so only what stands last counts.
    """

    code, slug, since = "TSK001", "task-head", "0.1"
    topic = "a task that needs a head of its own"
    claims = frozenset({Role.TASK, Role.DATASET})
    needs = frozenset({ARCHITECTURES, HEAD_TENSORS, POOLING})
    reads = frozenset({IS_ADAPTER, SENTENCE_MODULES})
    flagged = (
        Case("bert-finetuned-squad", expect=Severity.WARNING, architectures=("BertForSequenceClassification",)),
        Case("bert-finetuned-ner", expect=Severity.WARNING, architectures=("BertForSequenceClassification",)),
        Case("bert-base-ner", expect=Severity.WARNING, architectures=("BertModel",), head_tensors=()),
        Case(
            "bert-squad2",
            expect=Severity.WARNING,
            architectures=("BertForMaskedLM",),
            head_tensors=("cls.predictions",),
        ),
        Case(
            "Qwen2.5-7B-SequenceClassification",
            expect=Severity.WARNING,
            architectures=("Qwen2ForCausalLM",),
            head_tensors=("lm_head",),
        ),
        Case("bert-small-ner", expect=Severity.WARNING, pooling="mean"),
        Case(
            "distilbert-base-uncased-sst2", expect=Severity.WARNING, architectures=("DistilBertForQuestionAnswering",)
        ),
    )
    confirmed = (
        Case("bert-finetuned-squad", architectures=("BertForQuestionAnswering",)),
        Case("bert-finetuned-ner", architectures=("BertForTokenClassification",)),
        Case("bert-finetuned-squad", architectures=("BertForSequenceClassification",), head_tensors=("qa_outputs",)),
    )
    undecided = (
        Case("xlm-roberta-large-squad2-ctkfacts", architectures=("XLMRobertaForSequenceClassification",)),
        Case("distilbert-base-uncased-ner-agnews", architectures=("DistilBertForSequenceClassification",)),
        Case("bert-finetuned-squad"),
        Case("bert-finetuned-squad", architectures=("BertModel",)),
        Case("bert-finetuned-imdb", architectures=("BertForMaskedLM",), head_tensors=("cls.predictions",)),
        Case("bert-sst2", architectures=("BertModel",), head_tensors=(), sentence_modules=("Transformer", "Pooling")),
        Case("bert-finetuned-squad", architectures=("BertForQuestionAnswering",), head_tensors=()),
    )
    not_applicable = (
        Case("llama-7b", architectures=("LlamaForCausalLM",)),
        Case("t5-base-finetuned-squad", architectures=("T5ForConditionalGeneration",)),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.TASK, Role.DATASET)
        asked = [(claim, head) for claim in stated if (head := asked_by(claim)) is not None]
        if not asked:
            return self.no_claim()
        open_ = [claim for claim, _ in asked]
        if (later := _after(claims, asked[-1][0])) is not None:
            earlier = asked[-1][0].element.text
            text = f"{later!r} comes after {earlier!r}, and a model is what it became last"
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text, about=open_)
        fact = evidence.get(ARCHITECTURES)
        shown = evidence.get(HEAD_TENSORS, Origin.WEIGHTS)
        wanted = asked[0][1].tensors
        if shown is not None and any(is_of_one_head(tensor) for tensor in shown.value if tensor in wanted):
            return self.confirm((asked[0][0], shown))
        if fact is None or not fact.value:
            if (pooled := evidence.get(POOLING)) is not None and (firm := _firm(asked)):
                message = f"the name says {firm[0].element.text}; the file gives out vectors (pooling {pooled.value})"
                return self.flag([self.finding(Severity.WARNING, message, claim=firm[0], fact=pooled)])
            return cannot_tell(evidence.why_missing(ARCHITECTURES), about=open_)
        architecture = str(fact.value[0])
        if is_generative(architecture):
            if (claim := _named_over_writer(asked, architecture, shown)) is not None:
                message = f"the name says {claim.element.text}; the model writes text ({architecture})"
                return self.flag([self.finding(Severity.WARNING, message, claim=claim, fact=fact)])
            text = f"a {architecture} writes text, and does any task without a head of its own"
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
        if (found := head_of(architecture)) is None:
            if (claim := _without_head(asked, architecture, shown, evidence)) is not None:
                message = f"the name says {claim.element.text}; the model has no head for it ({architecture})"
                return self.flag([self.finding(Severity.WARNING, message, claim=claim, fact=fact)])
            text = f"a {architecture} has no task head that could bear the name out or contradict it"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text, about=open_)
        if served := [claim for claim in stated if serves(found, claim)]:
            if _is_missing(architecture, found, shown):
                text = f"the configuration declares {architecture}, and the weights show no such head"
                return cannot_tell(ReasonKind.NOT_MEASURED, text, about=served)
            return self.confirm(*((claim, fact) for claim in served))
        if shown is not None and _show(shown.value, wanted):
            text = f"the head tensors ({', '.join(shown.value)}) may be those of several tasks"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=open_)
        unnamed = [claim for claim, head in asked if named_head(claim.element.text) != head]
        if found.key == "sequence-classification" and unnamed and is_classification(claims.name):
            text = "the name also speaks of classes, and the model is a sequence classifier"
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text, about=open_)
        for claim, head in asked:
            if head.modality == found.modality:
                message = f"the name says {claim.element.text}; the model is {found.title} ({architecture})"
                return self.flag([self.finding(Severity.WARNING, message, claim=claim, fact=fact)])
        text = f"a {architecture} works on another kind of input than the name's words are usually about"
        return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text, about=open_)


def _firm(asked: Sequence[tuple[Claim, Head]]) -> list[Claim]:
    """The claims that an encoder without a head cannot bear out: of words and spans, not of whole texts.

    Texts are also classed by their vectors (SetFit), and questions are answered by finding texts.
    """
    return [
        claim
        for claim, head in asked
        if head.key == "token-classification" or (head.key == "question-answering" and is_firm(claim, head))
    ]


def _named_over_writer(asked: Sequence[tuple[Claim, Head]], architecture: str, shown: Fact[Any] | None) -> Claim | None:
    """A claim that names the head itself, over a decoder whose only head is that of words."""
    if shown is None or not architecture.endswith(("ForCausalLM", "LMHeadModel")):
        return None
    for claim, head in asked:
        word = plain(claim.element.text)
        if word.endswith("classification") and word != "textclassification" and named_head(claim.element.text) == head:
            return None if set(head.tensors) & set(shown.value) else claim
    return None


def _without_head(
    asked: Sequence[tuple[Claim, Head]], architecture: str, shown: Fact[Any] | None, evidence: Evidence
) -> Claim | None:
    """A claim that asks for a head, over weights that were read and have none but that of pre-training."""
    if shown is None or evidence.value(IS_ADAPTER):
        return None
    if any(set(head.tensors) & set(shown.value) for _, head in asked):
        return None
    if is_bare(architecture):
        if evidence.get(SENTENCE_MODULES) is not None or shown.value:
            return next(iter(_firm(asked)), None)
        return next((claim for claim, head in asked if is_firm(claim, head)), None)
    if is_masked(architecture):
        return next((claim for claim, head in asked if is_firm(claim, head)), None)
    return None


def is_firm(claim: Claim, head: Head) -> bool:
    """Whether a claim is of the task itself: data sets of whole texts are also what masked words are learned on.

    ``distilbert-base-uncased-finetuned-imdb`` fills in words of film reviews; SQuAD has nothing to fill in.
    """
    text = plain(claim.element.text)
    if head.key == "question-answering":
        return "squad" in text or named_head(claim.element.text) == head or text == "questionanswering"
    return head.key == "token-classification" or named_head(claim.element.text) == head


def _after(claims: Claims, last: Claim) -> str | None:
    """A task, a data set or a word of unknown meaning behind the last claim; None where nothing follows."""
    return next(
        (
            element.text
            for element in claims.parsed.claiming
            if element.start >= last.element.end and element.role in _OPEN and sum(map(str.isalpha, element.text)) > 2
        ),
        None,
    )


def _show(tensors: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Whether the head tensors show a head that is wanted and not shared with another kind."""
    return any(tensor == name for tensor in tensors for name in wanted if name not in ("classifier", "score"))


def _is_missing(architecture: str, head: Head, shown: Fact[Any] | None) -> bool:
    """Whether the weights hold none of the tensors of a declared head, so that its class proves nothing."""
    return shown is not None and is_regular(architecture, head) and not set(head.tensors) & set(shown.value)
