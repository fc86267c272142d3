"""TSK001: the task."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import ARCHITECTURES, HEAD_TENSORS, Origin
from truename.findings import Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import CLEAN, Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared.heads import asked_by, head_of, is_classification, is_generative, serves


class TaskHead(Rule):
    """The name claims a task for which the model has the head of another.

    ``bert-finetuned-squad`` answers questions by pointing at a span of a text, with a head of its own. A model of
    that name whose class is ``BertForSequenceClassification`` gives a label to a text instead and answers nothing.
    Encoders without a head and models that write text do any task, and are never accused. Names are histories:
    ``xlm-roberta-large-squad2-ctkfacts`` learned SQuAD first and something else last, so only what stands last counts.
    """

    code, slug, since = "TSK001", "task-head", "0.1"
    claims = "a task that needs a head of its own"
    flagged = (
        Case("bert-finetuned-squad", expect=Severity.WARNING, architectures=("BertForSequenceClassification",)),
        Case("bert-finetuned-ner", expect=Severity.WARNING, architectures=("BertForSequenceClassification",)),
        Case(
            "distilbert-base-uncased-sst2", expect=Severity.WARNING, architectures=("DistilBertForQuestionAnswering",)
        ),
    )
    clean = (
        Case("bert-finetuned-squad", architectures=("BertForQuestionAnswering",)),
        Case("bert-finetuned-ner", architectures=("BertForTokenClassification",)),
        Case("t5-base-finetuned-squad", architectures=("T5ForConditionalGeneration",)),
        Case("bert-finetuned-squad", architectures=("BertForSequenceClassification",), head_tensors=("qa_outputs",)),
    )
    undecided = (
        Case("xlm-roberta-large-squad2-ctkfacts", architectures=("XLMRobertaForSequenceClassification",)),
        Case("distilbert-base-uncased-ner-agnews", architectures=("DistilBertForSequenceClassification",)),
        Case("llama-7b", architectures=("LlamaForCausalLM",)),
        Case("bert-finetuned-squad"),
        Case("bert-finetuned-squad", architectures=("BertModel",)),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.TASK, Role.DATASET)
        asked = [(claim, head) for claim in stated if (head := asked_by(claim)) is not None]
        if not asked:
            return self.no_claim()
        if (later := _after(claims, asked[-1][0])) is not None:
            earlier = asked[-1][0].element.text
            return cannot_tell(f"{later!r} comes after {earlier!r}, and a model is what it became last")
        fact = evidence.get(ARCHITECTURES)
        if fact is None or not fact.value:
            return cannot_tell(evidence.why_missing(ARCHITECTURES))
        architecture = str(fact.value[0])
        if is_generative(architecture):
            return CLEAN
        if (found := head_of(architecture)) is None:
            return cannot_tell(f"a {architecture} has no task head that could bear the name out or contradict it")
        shown = evidence.get(HEAD_TENSORS, Origin.WEIGHTS)
        if any(serves(found, claim) for claim in stated) or (shown and _show(shown.value, asked[0][1].tensors)):
            return CLEAN
        if found.key == "sequence-classification" and is_classification(claims.name):
            return CLEAN
        for claim, head in asked:
            if head.modality == found.modality:
                message = f"the name says {claim.element.text}; the model is {found.title} ({architecture})"
                return verdict([self.finding(Severity.WARNING, message, claim=claim, fact=fact)])
        return cannot_tell(f"a {architecture} works on another kind of input than the name's words are usually about")


def _after(claims: Claims, last: Claim) -> str | None:
    """A task, a data set or a word of unknown meaning behind the last claim; None where nothing follows."""
    return next(
        (
            element.text
            for element in claims.parsed.claiming
            if element.start >= last.element.end
            and element.role in (Role.TASK, Role.DATASET, Role.OTHER)
            and sum(map(str.isalpha, element.text)) > 2
        ),
        None,
    )


def _show(tensors: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Whether the head tensors show a head that is wanted and not shared with another kind."""
    return any(tensor == name for tensor in tensors for name in wanted if name not in ("classifier", "score"))
