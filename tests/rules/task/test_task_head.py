"""TSK001: heads that serve several tasks, other kinds of input, classification of anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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
    ("bert-squad", SQUAD, {"architectures": ("BertForQuestionAnswering",)}, "clean"),
    ("bert-squad", SQUAD, {"architectures": ("XLNetForQuestionAnsweringSimple",)}, "clean"),
    ("bert-squad", SQUAD, {"architectures": ("BertForSequenceClassification",)}, "warning"),
    ("bert-squad", SQUAD_TASK, {"architectures": ("BertForSequenceClassification",)}, "warning"),
    ("bert-qa", QA, {"architectures": ("BertForSequenceClassification",)}, "clean"),
    (
        "bert-squad-qnli",
        [*SQUAD, (Role.DATASET, "qnli", "qnli")],
        {"architectures": ("BertForSequenceClassification",)},
        "clean",
    ),
    ("bert-squad", SQUAD, {"architectures": ("BertForMaskedLM",)}, "cannot_tell"),
    ("bert-squad", SQUAD, {"architectures": ("MPNetModel",)}, "cannot_tell"),
    ("bert-squad", SQUAD, {"architectures": ()}, "cannot_tell"),
    ("gpt2-squad", SQUAD, {"architectures": ("GPT2LMHeadModel",)}, "clean"),
    ("bert-ner", NER, {"architectures": ("BertForSequenceClassification",)}, "warning"),
    ("bert-ner-multilabel", NER, {"architectures": ("BertForSequenceClassification",)}, "clean"),
    (
        "bert-pii",
        [(Role.TASK, "pii", "token-classification")],
        {"architectures": ("BertForSequenceClassification",)},
        "cannot_tell",
    ),
    ("roberta-squad-classification", SQUAD, {"architectures": ("BertForSequenceClassification",)}, "clean"),
    ("vit-ner", NER, {"architectures": ("ViTForImageClassification",)}, "cannot_tell"),
    ("bert-sst2", SST, {"architectures": ("BertForTokenClassification",)}, "warning"),
    ("bert-sentiment", SENTIMENT, {"architectures": ("BertForTokenClassification",)}, "clean"),
    ("bert-sentiment", SENTIMENT, {"architectures": ("BertForQuestionAnswering",)}, "warning"),
    ("vit-classifier", CLASSIFIER, {"architectures": ("ViTForImageClassification",)}, "cannot_tell"),
    ("w2v-asr", ASR, {"architectures": ("Wav2Vec2ForCTC",)}, "clean"),
    ("w2v-asr", ASR, {"architectures": ("Wav2Vec2ForSequenceClassification",)}, "cannot_tell"),
    ("bert-story", [(Role.TASK, "story", "story")], {"architectures": ("BertForQuestionAnswering",)}, "cannot_tell"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    verdict = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in verdict.findings), key=lambda s: s.rank, default=None)
    assert (worst or verdict.outcome).value == expected, verdict
