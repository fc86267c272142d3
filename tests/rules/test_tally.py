"""The tally that a study counts claims with is that of the claims themselves."""

from __future__ import annotations

import pytest

from truename.names import claims_of, parse_name
from truename.rules import Case, all_rules
from truename.rules.verdict import Tally, judged_claims, tally_by_documents

CASES = [case for rule in all_rules() for case in (*rule.flagged, *rule.confirmed, *rule.undecided)]
MORE = [Case("llama-llama-7b-7b-8k", model_type="llama", parameters=7_000_000_000), Case("7b"), Case("")]


@pytest.mark.parametrize("case", [*CASES, *MORE], ids=lambda case: case.name)
def test_the_tally_is_that_of_the_judged_claims(case: Case) -> None:
    claims, evidence = claims_of(parse_name(case.name)), case.evidence()
    decisions = [(rule, rule.check(claims, evidence)) for rule in all_rules()]
    assert tally_by_documents(claims, decisions) == Tally.of(judged_claims(claims, decisions, by_documents=True))
