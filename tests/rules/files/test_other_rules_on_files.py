"""FIL004, FIL005 and FIL006: how each of them ends, and by what."""

from __future__ import annotations

from typing import Any

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import MISNAMED_FILES, Fact, Origin
from truename.findings import Outcome, ReasonKind, Severity
from truename.names import claims_of, parse_name
from truename.rules.files.adapter_configuration import AdapterConfiguration
from truename.rules.files.formats_differ import FormatsDiffer
from truename.rules.files.misnamed import MisnamedFile
from truename.rules.rule import Case, Decision, Rule

READ = {"formats": ("safetensors", "pytorch"), "formats_read": ("pytorch_model.bin",)}
RANKS = {"adapter_ranks": (8,), "adapter_modules": ("q_proj",)}


def decide(rule: Rule, **facts: Any) -> Decision:
    case = Case("llama-7b-lora", **facts)
    return rule.check(claims_of(parse_name(case.name)), case.evidence())


@pytest.mark.parametrize(
    ("rule", "facts", "outcome", "kind"),
    [
        (FormatsDiffer(), {}, Outcome.DOES_NOT_APPLY, ReasonKind.NO_SUCH_FILE),
        (FormatsDiffer(), {"formats": ("safetensors",)}, Outcome.DOES_NOT_APPLY, ReasonKind.NO_SUCH_FILE),
        (FormatsDiffer(), {"formats": ("safetensors", "flax")}, Outcome.CANNOT_TELL, ReasonKind.UNREAD_WEIGHTS),
        (FormatsDiffer(), READ, Outcome.CANNOT_TELL, ReasonKind.AMBIGUOUS_FILES),
        (FormatsDiffer(), {**READ, "formats_agree": ("pytorch_model.bin",)}, Outcome.CONFIRMED, None),
        (MisnamedFile(), {}, Outcome.DOES_NOT_APPLY, ReasonKind.NO_WEIGHTS),
        (MisnamedFile(), {"formats": ("safetensors",)}, Outcome.CANNOT_TELL, ReasonKind.UNREAD_WEIGHTS),
        (MisnamedFile(), {"formats": ("safetensors",), "bytes_read": 10}, Outcome.CONFIRMED, None),
        (AdapterConfiguration(), {}, Outcome.DOES_NOT_APPLY, ReasonKind.OTHER_KIND_OF_MODEL),
        (AdapterConfiguration(), {"is_adapter": True}, Outcome.CANNOT_TELL, ReasonKind.NOT_MEASURED),
        (AdapterConfiguration(), {"adapter_rank": 8}, Outcome.CANNOT_TELL, ReasonKind.NOT_MEASURED),
        (AdapterConfiguration(), RANKS, Outcome.DOES_NOT_APPLY, ReasonKind.NO_SUCH_FILE),
        (AdapterConfiguration(), {**RANKS, "adapter_alpha": 16}, Outcome.CANNOT_TELL, ReasonKind.NOT_DECLARED),
        (AdapterConfiguration(), {**RANKS, "adapter_rank": 8}, Outcome.CONFIRMED, None),
    ],
)
def test_outcomes(rule: Rule, facts: dict[str, Any], outcome: Outcome, kind: ReasonKind | None) -> None:
    decision = decide(rule, **facts)
    assert decision.outcome is outcome
    assert (decision.reason.kind if decision.reason else None) is kind
    assert bool(decision.confirmations) is (outcome is Outcome.CONFIRMED)


def test_an_adapter_is_borne_out_by_its_tensors() -> None:
    (one,) = decide(AdapterConfiguration(), **RANKS, adapter_rank=8).confirmations
    assert is_measured(one)
    assert one.evidence is not None
    assert one.evidence.value == (8,)


def test_every_misnamed_file_has_its_own_evidence() -> None:
    facts = [
        Fact(MISNAMED_FILES, "safetensors", Origin.FILES, "odd: name.gguf"),
        Fact(MISNAMED_FILES, "pytorch", Origin.FILES, "model.safetensors"),
    ]
    found = MisnamedFile().check(claims_of(parse_name("m")), Evidence.of(facts)).findings
    assert [(f.severity, f.message) for f in found] == [
        (Severity.WARNING, "odd: name.gguf is safetensors, whatever its suffix says"),
        (Severity.ERROR, "model.safetensors is a pickle of PyTorch, whatever its suffix says"),
    ]
    assert [f.evidence and (f.evidence.value, f.evidence.file) for f in found] == [
        ("safetensors", "odd: name.gguf"),
        ("pytorch", "model.safetensors"),
    ]
