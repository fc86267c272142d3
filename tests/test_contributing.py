"""The worked rule of CONTRIBUTING.md is a rule: its code runs, and its cases say what they should."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from truename.findings import Outcome
from truename.names import claims_of, parse_name
from truename.rules import Rule, all_rules

PAGE = Path(__file__).parent.parent / "CONTRIBUTING.md"


@pytest.fixture(scope="module")
def rule() -> Rule:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    space: dict[str, object] = {"__name__": "worked_example"}
    exec(compile(code, str(PAGE), "exec"), space)
    (made,) = (v() for v in space.values() if isinstance(v, type) and issubclass(v, Rule) and v is not Rule)
    return made


@pytest.mark.parametrize(
    ("cases", "outcome"),
    [
        ("flagged", Outcome.FLAGGED),
        ("confirmed", Outcome.CONFIRMED),
        ("undecided", Outcome.CANNOT_TELL),
        ("not_applicable", Outcome.DOES_NOT_APPLY),
    ],
)
def test_its_cases_hold(rule: Rule, cases: str, outcome: Outcome) -> None:
    for case in getattr(rule, cases):
        assert rule.check(claims_of(parse_name(case.name)), case.evidence()).outcome is outcome


def test_it_takes_no_real_rules_code(rule: Rule) -> None:
    assert rule.code not in {real.code for real in all_rules()}
    assert rule.slug not in {real.slug for real in all_rules()}
