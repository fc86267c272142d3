"""PKG001: merged weights, parts that are called adapters, adapters that do not say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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
    ("m-7b-lora", LORA, {"is_adapter": True}, "clean"),
    ("m-7b-lora", LORA, FULL, "warning"),
    ("m-7b-lora-Merged", LORA, FULL, "clean"),
    ("m-7b-lora", LORA, {**FULL, "base_model_relation": "merge"}, "clean"),
    ("m-7b-lora", LORA, {**FULL, "tags": ("mergekit", "merge")}, "clean"),
    ("m-7b-lora", LORA, {**FULL, "tags": ("lora",)}, "cannot_tell"),
    ("sdxl-lora", LORA, {"is_adapter": False, "parameters": 11_600_000}, "cannot_tell"),
    ("t2i-adapter", [(Role.ADAPTER, "adapter", "adapter")], FULL, "cannot_tell"),
    ("m-lora", LORA, {"is_adapter": False}, "cannot_tell"),
    ("m-lora", LORA, {"parameters": 6_738_415_616}, "warning"),
    ("m-lora", LORA, {"parameters": Fact("parameters", 6_738_415_616, Origin.DECLARED)}, "cannot_tell"),
    ("m-7b", SIZE, {"is_adapter": True, "adapter_rank": 16}, "note"),
    ("m-7b", SIZE, FULL, "cannot_tell"),
    ("m-finetuned", [], {"is_adapter": True}, "clean"),
    ("m-7b-lora", [*SIZE, *LORA], {"is_adapter": True}, "clean"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    verdict = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in verdict.findings), key=lambda s: s.rank, default=None)
    assert (worst or verdict.outcome).value == expected, verdict


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
    assert RULE.check(stated("flux-lora", *LORA), Evidence(plain, {}, lora)).outcome is Outcome.CLEAN
