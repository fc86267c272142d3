from __future__ import annotations

import pytest

from truename.cli import main
from truename.cli.rule_page import known_rules, rule_page
from truename.rules import Rule


def test_rules_lists_each_rule_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [rule.code for rule in known_rules()]


@pytest.mark.parametrize("rule", known_rules(), ids=lambda rule: rule.code)
def test_every_rule_has_a_page(rule: Rule, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", rule.code.lower()]) == 0
    page = capsys.readouterr().out
    assert page == rule_page(rule)
    assert page.startswith(f"# {rule.code} {rule.slug}\n")
    headings = [line for line in page.splitlines() if line.startswith("## ")]
    assert headings == [
        *(["## Why"] if "## Why" in headings else []),
        "## Flagged",
        "## Confirmed",
        *(["## Cannot tell"] if rule.undecided else []),
        *(["## Does not apply"] if rule.not_applicable else []),
        "## If a finding is wrong",
    ]


def test_a_rule_is_found_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    rule = known_rules()[0]
    assert main(["rule", rule.slug]) == 0
    assert rule.code in capsys.readouterr().out


def test_a_near_miss_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "SIZ00"]) == 2
    assert "did you mean SIZ001?" in capsys.readouterr().err
