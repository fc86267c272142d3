"""The gate of rules by claims and facts hides no finding, and no clean end of a rule whose claim the name makes."""

from __future__ import annotations

import csv

import pytest

from truename.evidence.evidence import Evidence
from truename.facts import BASE_MODEL_RELATION, TAGS
from truename.findings import Outcome
from truename.names import Claims, Role, claims_of, parse_name
from truename.rules import Case, all_rules
from truename.study.registry.checks import checks, checks_for, judge_record
from truename.study.registry.metadata import METADATA_KEYS

from reference import reference

CASES = [case for rule in all_rules() for case in (*rule.flagged, *rule.confirmed, *rule.undecided)]


def roles_of(claims: Claims) -> frozenset[Role]:
    return frozenset(claim.role for claim in claims.items)


def same(claims: Claims, evidence: Evidence) -> None:
    roles = roles_of(claims)
    judged = judge_record(claims, roles, evidence)
    ended = {rule.code: rule.check(claims, evidence).outcome for rule in checks()}

    def codes(outcome: Outcome) -> set[str]:
        return {code for code, found in ended.items() if found is outcome}

    assert {f.code for f in judged.findings} == codes(Outcome.FLAGGED)
    assert set(judged.confirmed) <= codes(Outcome.CONFIRMED)
    unclaimed = {rule.code for rule in checks()} - {rule.code for rule in checks_for(roles)}
    assert codes(Outcome.CONFIRMED) - set(judged.confirmed) <= unclaimed
    assert set(judged.cannot_tell) <= codes(Outcome.CANNOT_TELL)
    flagged = {f.code for f in judged.findings}
    assert len(flagged) + len(judged.confirmed) + len(judged.cannot_tell) + judged.does_not_apply == len(checks())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gated_as_ungated(case: Case) -> None:
    facts = [fact for fact in case.facts if fact.key in METADATA_KEYS or fact.key in (BASE_MODEL_RELATION, TAGS)]
    same(claims_of(parse_name(case.name)), Evidence.of(facts))


def test_real_names_with_their_types() -> None:
    import gzip

    path = reference("ptm-naming", "architectures.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[::9]
    for row in rows:
        case = Case(row["name"], model_type=row["model_type"], stored_parameters=110_000_000, languages=("de",))
        same(claims_of(parse_name(row["name"])), case.evidence())


def test_only_rules_whose_claim_the_name_makes() -> None:
    codes = {rule.code for rule in checks_for(frozenset([Role.CONTEXT]))}
    assert codes == {"CTX001", "NAM001", "NAM003", "NAM004", "NAM005"}


def test_a_claim_without_its_fact_cannot_be_told() -> None:
    claims = claims_of(parse_name("llama-7b-AWQ"))
    judged = judge_record(claims, roles_of(claims), Evidence.of(()))
    assert set(judged.cannot_tell) >= {"ARC001", "SIZ001", "QNT001"}
    assert "CTX001" not in judged.cannot_tell
    assert not judged.findings


@pytest.mark.parametrize(("name", "missed"), [("llama-7b", False), ("llama-7b-GGUF", True)])
def test_a_model_that_is_no_gguf_file_lacks_no_gguf_fact(name: str, missed: bool) -> None:
    claims = claims_of(parse_name(name))
    judged = judge_record(claims, roles_of(claims), Evidence.of(()))
    assert ("GGF005" in judged.cannot_tell) is missed
