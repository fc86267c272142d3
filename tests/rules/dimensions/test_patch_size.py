"""DIM004: patches of the weights and of the config."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from confirmations import is_measured
from truename.facts import Fact, Origin
from truename.findings import EvidenceRef, ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.dimensions.patch_size import PatchSize
from truename.rules.rule import Case

RULE = PatchSize()
SIXTEEN = (Role.PATCH_SIZE, "patch16", 16)


@pytest.mark.parametrize(
    ("origin", "severity"), [(Origin.WEIGHTS, Severity.ERROR), (Origin.DECLARED, Severity.WARNING)]
)
def test_a_wrong_patch(stated: Callable[..., Claims], origin: Origin, severity: Severity) -> None:
    fact = Fact("patch_size", 32, origin, "config.json")
    (finding,) = RULE.check(stated("vit-patch16", SIXTEEN), Case("", patch_size=fact).evidence()).findings
    assert finding.severity is severity
    assert finding.suggestion == "vit-patch32"


@pytest.mark.parametrize(("value", "expected"), [(16, "confirmed"), (14, "flagged"), ("16", "cannot_tell")])
def test_patches(stated: Callable[..., Claims], value: object, expected: str) -> None:
    decision = RULE.check(stated("vit-patch16", SIXTEEN), Case("", patch_size=value).evidence())
    assert decision.outcome.value == expected


@pytest.mark.parametrize("origin", [Origin.WEIGHTS, Origin.DECLARED])
def test_what_bears_the_claim_out(stated: Callable[..., Claims], origin: Origin) -> None:
    fact = Fact("patch_size", 16, origin, "config.json")
    (one,) = RULE.check(stated("vit-patch16", SIXTEEN), Case("", patch_size=fact).evidence()).confirmations
    assert one.evidence == EvidenceRef(16, origin, "config.json")
    assert is_measured(one) is (origin is Origin.WEIGHTS)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [({}, ReasonKind.NOT_MEASURED), ({"patch_size": 14, "is_adapter": True}, ReasonKind.ADAPTER)],
)
def test_why_it_cannot_tell(stated: Callable[..., Claims], facts: dict[str, object], kind: ReasonKind) -> None:
    reason = RULE.check(stated("vit-patch16", SIXTEEN), Case("", **facts).evidence()).reason
    assert reason is not None
    assert reason.kind is kind
