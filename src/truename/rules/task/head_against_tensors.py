"""TSK002: the declared head."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import ARCHITECTURES, HEAD_TENSORS, INDEX_MISSING_FILES, IS_ADAPTER, Origin
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.heads import head_of, is_regular
from truename.rules.shared.unread import undeclared, unmeasured

_ELSEWHERE = "the head may lie in a file that is not here"


class HeadAgainstTensors(Rule):
    """The configuration declares a task head whose tensors are not there.

    A library that loads ``BertForSequenceClassification`` from weights without a classifier makes one up from random
    numbers, says so in a line of log, and answers at chance. Language-model heads are left out: where they are
    tied to the embedding, no tensor of their own is stored.
    """

    code, slug, since = "TSK002", "head-against-tensors", "0.1"
    topic = "its head"
    needs = frozenset({HEAD_TENSORS})
    reads = frozenset({ARCHITECTURES, INDEX_MISSING_FILES, IS_ADAPTER})
    about_files = True
    flagged = (
        Case(
            "bert-finetuned-sst2",
            expect=Severity.WARNING,
            architectures=("BertForSequenceClassification",),
            head_tensors=(),
        ),
        Case(
            "bert-finetuned-squad",
            expect=Severity.WARNING,
            architectures=("BertForQuestionAnswering",),
            head_tensors=("classifier",),
        ),
        Case(
            "pythia-410m",
            expect=Severity.WARNING,
            architectures=("GPTNeoXForSequenceClassification",),
            head_tensors=("lm_head",),
        ),
    )
    confirmed = (
        Case("bert-sst2", architectures=("BertForSequenceClassification",), head_tensors=("classifier",)),
        Case("pythia-410m", architectures=("GPTNeoXForSequenceClassification",), head_tensors=("score",)),
        Case("roberta-base-squad2", architectures=("RobertaForQuestionAnswering",), head_tensors=("qa_outputs",)),
    )
    undecided = (
        Case("bert-finetuned-sst2", architectures=("BertForSequenceClassification",)),
        Case("someone-sst2", architectures=("OwnModelForSequenceClassification",), head_tensors=()),
    )
    not_applicable = (
        Case("llama-7b", architectures=("LlamaForCausalLM",), head_tensors=()),
        Case("bert-finetuned-sst2", head_tensors=("classifier",)),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        fact = evidence.get(ARCHITECTURES)
        if fact is None or not fact.value:
            return undeclared(evidence.why_missing(ARCHITECTURES))
        architecture = str(fact.value[0])
        head = head_of(architecture)
        if head is None:
            text = f"the class {architecture} has no task head of a known kind"
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
        if not is_regular(architecture, head):
            text = f"which tensors the head of {architecture} has is not known"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text)
        shown = evidence.get(HEAD_TENSORS, Origin.WEIGHTS)
        if shown is None:
            return unmeasured(evidence.why_missing(HEAD_TENSORS))
        if evidence.value(IS_ADAPTER):
            return cannot_tell(ReasonKind.ADAPTER, _ELSEWHERE)
        if evidence.value(INDEX_MISSING_FILES):
            return cannot_tell(ReasonKind.UNREAD_WEIGHTS, _ELSEWHERE)
        if any(tensor in head.tensors for tensor in shown.value):
            return self.passed(shown)
        there = f" (there is {', '.join(shown.value)})" if shown.value else ""
        message = f"the configuration declares {architecture}; the weights hold no {head.tensors[0]}{there}"
        return self.flag([self.finding(Severity.WARNING, message, fact=shown)])
