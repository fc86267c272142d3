"""TSK002: the declared head."""

from __future__ import annotations

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import ARCHITECTURES, HEAD_TENSORS, INDEX_MISSING_FILES, IS_ADAPTER, Origin
from truename.findings import Severity
from truename.names.claims import Claims
from truename.rules.rule import CLEAN, Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared.heads import Head, head_of


class HeadAgainstTensors(Rule):
    """The configuration declares a task head whose tensors are not there.

    A library that loads ``BertForSequenceClassification`` from weights without a classifier makes one up from random
    numbers, says so in a line of log, and answers at chance. Language-model heads are left out: where they are
    tied to the embedding, no tensor of their own is stored.
    """

    code, slug, since = "TSK002", "head-against-tensors", "0.1"
    claims = "its head"
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
    clean = (
        Case("bert-sst2", architectures=("BertForSequenceClassification",), head_tensors=("classifier",)),
        Case("pythia-410m", architectures=("GPTNeoXForSequenceClassification",), head_tensors=("score",)),
        Case("roberta-base-squad2", architectures=("RobertaForQuestionAnswering",), head_tensors=("qa_outputs",)),
    )
    undecided = (
        Case("bert-finetuned-sst2", architectures=("BertForSequenceClassification",)),
        Case("llama-7b", architectures=("LlamaForCausalLM",), head_tensors=()),
        Case("someone-sst2", architectures=("OwnModelForSequenceClassification",), head_tensors=()),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        fact = evidence.get(ARCHITECTURES)
        architecture = str(fact.value[0]) if fact is not None and fact.value else ""
        head = head_of(architecture)
        if head is None or not is_regular(architecture, head):
            return cannot_tell("the configuration declares no task head whose tensors are known")
        shown = evidence.get(HEAD_TENSORS, Origin.WEIGHTS)
        if shown is None:
            return cannot_tell(evidence.why_missing(HEAD_TENSORS))
        if evidence.value(INDEX_MISSING_FILES) or evidence.value(IS_ADAPTER):
            return cannot_tell("the head may lie in a file that is not here")
        if any(tensor in head.tensors for tensor in shown.value):
            return CLEAN
        there = f" (there is {', '.join(shown.value)})" if shown.value else ""
        message = f"the configuration declares {architecture}; the weights hold no {head.tensors[0]}{there}"
        return verdict([self.finding(Severity.WARNING, message, fact=shown)])


def is_regular(architecture: str, head: Head) -> bool:
    """Whether a class names the tensors of its head as most do."""
    ending = next(ending for ending in sorted(head.classes, key=len, reverse=True) if architecture.endswith(ending))
    return bool(head.tensors) and architecture.removesuffix(ending) in table("rules/head_classes")["prefixes"]
