"""TSK001: heads that serve several tasks, other kinds of input, classification of anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.findings import ReasonKind
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.task.task_head import TaskHead

RULE = TaskHead()

SQUAD = [(Role.DATASET, "squad", "squad")]
SQUAD_TASK = [(Role.TASK, "squad", "question-answering")]
QA = [(Role.TASK, "qa", "question-answering")]
NER = [(Role.TASK, "ner", "token-classification")]
SST = [(Role.DATASET, "sst2", "sst2")]
CLASSIFIER = [(Role.TASK, "classifier", "text-classification")]
SENTIMENT = [(Role.TASK, "sentiment", "text-classification")]
ASR = [(Role.TASK, "asr", "automatic-speech-recognition")]

TABLE = [
    ("bert-squad", SQUAD, {"architectures": ("BertForQuestionAnswering",)}, "confirmed"),
    ("bert-squad", SQUAD, {"architectures": ("XLNetForQuestionAnsweringSimple",)}, "confirmed"),
    ("bert-squad", SQUAD, {"architectures": ("BertForSequenceClassification",)}, "warning"),
    ("bert-squad", SQUAD_TASK, {"architectures": ("BertForSequenceClassification",)}, "warning"),
    ("bert-qa", QA, {"architectures": ("BertForSequenceClassification",)}, "confirmed"),
    (
        "bert-squad-qnli",
        [*SQUAD, (Role.DATASET, "qnli", "qnli")],
        {"architectures": ("BertForSequenceClassification",)},
        "confirmed",
    ),
    ("bert-squad", SQUAD, {"architectures": ("BertForMaskedLM",)}, "cannot_tell"),
    ("bert-squad", SQUAD, {"architectures": ("MPNetModel",)}, "cannot_tell"),
    ("bert-squad", SQUAD, {"architectures": ()}, "cannot_tell"),
    ("gpt2-squad", SQUAD, {"architectures": ("GPT2LMHeadModel",)}, "does_not_apply"),
    ("bert-ner", NER, {"architectures": ("BertForSequenceClassification",)}, "warning"),
    ("bert-ner-multilabel", NER, {"architectures": ("BertForSequenceClassification",)}, "cannot_tell"),
    (
        "bert-pii",
        [(Role.TASK, "pii", "token-classification")],
        {"architectures": ("BertForSequenceClassification",)},
        "does_not_apply",
    ),
    ("roberta-squad-classification", SQUAD, {"architectures": ("BertForSequenceClassification",)}, "cannot_tell"),
    ("vit-ner", NER, {"architectures": ("ViTForImageClassification",)}, "cannot_tell"),
    ("bert-sst2", SST, {"architectures": ("BertForTokenClassification",)}, "warning"),
    ("bert-sentiment", SENTIMENT, {"architectures": ("BertForTokenClassification",)}, "confirmed"),
    ("bert-sentiment", SENTIMENT, {"architectures": ("BertForQuestionAnswering",)}, "warning"),
    ("vit-classifier", CLASSIFIER, {"architectures": ("ViTForImageClassification",)}, "does_not_apply"),
    ("w2v-asr", ASR, {"architectures": ("Wav2Vec2ForCTC",)}, "confirmed"),
    ("w2v-asr", ASR, {"architectures": ("Wav2Vec2ForSequenceClassification",)}, "cannot_tell"),
    ("bert-story", [(Role.TASK, "story", "story")], {"architectures": ("BertForQuestionAnswering",)}, "does_not_apply"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    verdict = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in verdict.findings), key=lambda s: s.rank, default=None)
    assert (worst or verdict.outcome).value == expected, verdict


def classes(*names: str) -> dict[str, Any]:
    return {"architectures": names}


@pytest.mark.parametrize(
    ("name", "claims", "facts", "kind"),
    [
        ("bert-squad", SQUAD, {}, ReasonKind.NOT_DECLARED),
        ("bert-squad", SQUAD, classes("BertModel"), ReasonKind.UNKNOWN_TO_TRUENAME),
        ("bert-squad", SQUAD, classes("T5ForConditionalGeneration"), ReasonKind.OTHER_KIND_OF_MODEL),
        ("bert-ner-multilabel", NER, classes("BertForSequenceClassification"), ReasonKind.AMBIGUOUS_NAME),
        ("vit-ner", NER, classes("ViTForImageClassification"), ReasonKind.AMBIGUOUS_NAME),
        (
            "bert-ner",
            NER,
            {**classes("BertForSequenceClassification"), "head_tensors": ("head",)},
            ReasonKind.AMBIGUOUS_FILES,
        ),
        (
            "bert-squad",
            SQUAD,
            {**classes("BertForQuestionAnswering"), "head_tensors": ("classifier",)},
            ReasonKind.NOT_MEASURED,
        ),
        ("bert", [], classes("BertModel"), ReasonKind.NO_CLAIM),
    ],
)
def test_why_nothing_is_decided(
    stated: Callable[..., Claims],
    name: str,
    claims: list[tuple[Role, str, Any]],
    facts: dict[str, Any],
    kind: ReasonKind,
) -> None:
    decision = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    assert decision.reason is not None
    assert decision.reason.kind is kind
    if decision.outcome.value == "cannot_tell":
        assert [claim.element.text for claim in decision.about or ()] == [text for _, text, _ in claims]


@pytest.mark.parametrize(
    ("facts", "value", "measured"),
    [
        (classes("BertForQuestionAnswering"), ("BertForQuestionAnswering",), False),
        ({**classes("BertForQuestionAnswering"), "head_tensors": ("qa_outputs",)}, ("qa_outputs",), True),
        ({**classes("BertForSequenceClassification"), "head_tensors": ("qa_outputs",)}, ("qa_outputs",), True),
        ({"head_tensors": ("qa_outputs",)}, ("qa_outputs",), True),
        (
            {**classes("XLNetForQuestionAnsweringSimple"), "head_tensors": ()},  # its tensors have names of their own
            ("XLNetForQuestionAnsweringSimple",),
            False,
        ),
    ],
)
def test_the_tensors_bear_a_claim_out_before_a_class_does(
    stated: Callable[..., Claims], facts: dict[str, Any], value: tuple[str, ...], measured: bool
) -> None:
    (one,) = RULE.check(stated("bert-squad", *SQUAD), Case("", **facts).evidence()).confirmations
    assert one.claim is not None
    assert one.claim.text == "squad"
    assert one.evidence is not None
    assert (one.evidence.value, is_measured(one)) == (value, measured)


def test_what_stands_last_counts(stated: Callable[..., Claims]) -> None:
    claims = stated("bert-squad-story", *SQUAD, (Role.TASK, "story", "story"))
    decision = RULE.check(claims, Case("", **classes("BertForQuestionAnswering")).evidence())
    assert decision.outcome.value == "cannot_tell"
    assert decision.reason is not None
    assert decision.reason.kind is ReasonKind.AMBIGUOUS_NAME
    assert [claim.element.text for claim in decision.about or ()] == ["squad"]


def test_a_tensor_of_several_heads_proves_none(stated: Callable[..., Claims]) -> None:
    facts = {**classes("BertForSequenceClassification"), "head_tensors": ("classifier",)}
    (one,) = RULE.check(stated("bert-sst2", *SST), Case("", **facts).evidence()).confirmations
    assert not is_measured(one)
