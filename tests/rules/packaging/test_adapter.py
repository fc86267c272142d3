"""PKG001: merged weights, parts that are called adapters, adapters that do not say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.architecture.abstract import AbstractArchitecture, Block, BlockVariant, Layer, Operation
from truename.evidence.evidence import Evidence
from truename.facts import Fact, Origin
from truename.findings import Outcome
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.packaging.adapter import Adapter
from truename.rules.rule import Case

RULE = Adapter()

LORA = [(Role.ADAPTER, "lora", "lora")]
SIZE = [(Role.PARAMETERS, "7b", 7_000_000_000)]
FULL = {"is_adapter": False, "parameters": 6_738_415_616}

TABLE = [
    ("m-7b-lora", LORA, {"is_adapter": True}, "confirmed"),
    ("m-7b-lora", LORA, FULL, "warning"),
    ("m-7b-lora-Merged", LORA, FULL, "does_not_apply"),
    ("m-7b-lora", LORA, {**FULL, "base_model_relation": "merge"}, "confirmed"),
    ("m-7b-lora", LORA, {**FULL, "tags": ("mergekit", "merge")}, "confirmed"),
    ("m-7b-lora", LORA, {**FULL, "tags": ("lora",)}, "cannot_tell"),
    ("sdxl-lora", LORA, {"is_adapter": False, "parameters": 11_600_000}, "cannot_tell"),
    ("t2i-adapter", [(Role.ADAPTER, "adapter", "adapter")], FULL, "cannot_tell"),
    ("m-lora", LORA, {"is_adapter": False}, "cannot_tell"),
    ("m-lora", LORA, {"parameters": 6_738_415_616}, "warning"),
    ("m-lora", LORA, {"parameters": Fact("parameters", 6_738_415_616, Origin.DECLARED)}, "cannot_tell"),
    ("m-7b", SIZE, {"is_adapter": True, "adapter_rank": 16}, "note"),
    ("m-7b", SIZE, FULL, "does_not_apply"),
    ("m-finetuned", [], {"is_adapter": True}, "does_not_apply"),
    ("m-7b-lora", [*SIZE, *LORA], {"is_adapter": True}, "confirmed"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    decision = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in decision.findings), key=lambda s: s.rank, default=None)
    assert (worst or decision.outcome).value == expected, decision


def test_the_note_names_the_base(stated: Callable[..., Claims]) -> None:
    facts = {"is_adapter": True, "adapter_rank": 8, "adapter_base": "fdtn-ai/Foundation-Sec-8B"}
    (finding,) = RULE.check(stated("m-7b", *SIZE), Case("", **facts).evidence()).findings
    assert finding.message == (
        "the name reads like a full model of 7b; "
        "the repository holds an adapter of rank 8 for fdtn-ai/Foundation-Sec-8B"
    )


def test_a_folder_on_somebodys_disk_is_not_shown(stated: Callable[..., Claims]) -> None:
    facts = {"is_adapter": True, "adapter_base": "/root/autodl-tmp/models/qwythos-9b"}
    (finding,) = RULE.check(stated("m-7b", *SIZE), Case("", **facts).evidence()).findings
    assert finding.message.endswith("holds an adapter for qwythos-9b")


def test_layers_of_an_adapter_show(stated: Callable[..., Claims]) -> None:
    layer = Layer("attn.to_q.lora_A", Operation.LINEAR, {"weight": (64, 3072)})
    block = Block("transformer.single_blocks", 38, (BlockVariant(38, (layer,)),))
    facts = [Fact("parameters", 300_000_000, Origin.WEIGHTS)]
    plain, lora = (Evidence.of(facts).facts, AbstractArchitecture((), (block,)))
    assert RULE.check(stated("flux-lora", *LORA), Evidence(plain)).outcome is Outcome.FLAGGED
    (one,) = RULE.check(stated("flux-lora", *LORA), Evidence(plain, {}, lora)).confirmations
    assert one.evidence is not None
    assert one.evidence.value == ("attn.to_q.lora_A weight",)
    assert is_measured(one)


@pytest.mark.parametrize(
    ("facts", "value", "measured"),
    [
        ({"is_adapter": True}, True, True),
        ({"is_adapter": True, "adapter_pairs": 64}, 64, True),
        ({**FULL, "base_model_relation": "merge"}, "merge", False),
        ({**FULL, "tags": ("mergekit",)}, ("mergekit",), False),
    ],
)
def test_what_bears_an_adapter_out(
    stated: Callable[..., Claims], facts: dict[str, Any], value: object, measured: bool
) -> None:
    (one,) = RULE.check(stated("m-7b-lora", *SIZE, *LORA), Case("", **facts).evidence()).confirmations
    assert one.claim is not None
    assert one.claim.text == "lora"
    assert one.evidence is not None
    assert (one.evidence.value, is_measured(one)) == (value, measured)


def test_the_size_does_not_stay_open_with_the_adapter(stated: Callable[..., Claims]) -> None:
    decision = RULE.check(stated("m-7b-lora", *SIZE, *LORA), Case("").evidence())
    assert decision.outcome is Outcome.CANNOT_TELL
    assert [claim.role for claim in decision.about or ()] == [Role.ADAPTER]
