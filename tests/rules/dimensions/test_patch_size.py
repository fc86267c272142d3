"""DIM004: patches of the weights and of the config."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from truename.facts import Fact, Origin
from truename.findings import Severity
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


@pytest.mark.parametrize(("value", "expected"), [(16, "clean"), (14, "flagged"), ("16", "cannot_tell")])
def test_patches(stated: Callable[..., Claims], value: object, expected: str) -> None:
    verdict = RULE.check(stated("vit-patch16", SIXTEEN), Case("", patch_size=value).evidence())
    assert verdict.outcome.value == expected
