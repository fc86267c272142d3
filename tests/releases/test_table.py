"""The table of releases: its look-ups, and that it knows itself."""

from __future__ import annotations

import msgspec
import pytest

from truename.evidence import Evidence
from truename.evidence.known_releases import FIELDS, release_facts, release_values
from truename.facts import MODEL_TYPE, Fact, Origin
from truename.findings import Severity
from truename.names import claims_of, parse_name
from truename.releases import Release, ReleaseTable, counted_names, differences, known_releases, standing_in
from truename.rules import all_rules

QWEN3_8B = {
    "layers": {36}, "hidden_size": {4096}, "intermediate_size": {12_288}, "heads": {32}, "key_value_heads": {8},
    "vocabulary_size": {151_936},
}  # fmt: skip


def evidence_of(release: Release) -> Evidence:
    facts = [
        Fact(key, value, Origin.DECLARED, "config.json")
        for field, key in FIELDS.items()
        if (value := getattr(release, field)) is not None and value != "none"
        # without a known scaling the base of the rotary embeddings would mean that there is none
        if field != "rope_theta" or release.rope_scaling is not None
    ]
    if release.model_type is not None:
        facts.append(Fact(MODEL_TYPE, release.model_type, Origin.DECLARED, "config.json"))
    return Evidence.of(facts)


def test_the_table_is_whole() -> None:
    table = known_releases()
    assert len(table.releases) > 700
    assert len({release.id for release in table.releases}) == len(table.releases)
    assert table.date > "2026"
    assert all(release.sources and max(release.sources) < len(table.sources) for release in table.releases)
    assert sum(not release.key for release in table.releases) < 100
    numbers = ("layers", "hidden_size", "vocabulary_size", "heads", "key_value_heads", "intermediate_size")
    assert all((getattr(release, field) or 1) > 0 for release in table.releases for field in numbers)


def test_counts_are_positive_and_their_names_plain() -> None:
    counts = counted_names()
    assert counts.parameters["gpt2"] == (124_439_808,)
    assert all(counts and min(counts) > 0 for counts in counts.parameters.values())
    assert all(name == name.lower() and "/" not in name for name in counts.parameters)


@pytest.mark.parametrize("release", known_releases().releases, ids=lambda release: release.id)
def test_no_release_is_taken_for_another(release: Release) -> None:
    claims, evidence = claims_of(parse_name(release.id)), evidence_of(release)
    for rule in all_rules():
        if rule.code.startswith(("REL", "SIZ", "DIM", "CTX")):
            found = [f for f in rule.check(claims, evidence).findings if f.severity is not Severity.NOTE]
            assert not found, found


def test_what_fits_is_equal_in_every_known_value() -> None:
    ids = {release.id for release in known_releases().fitting(QWEN3_8B)}
    assert {"Qwen/Qwen3-8B", "Qwen/Qwen3-8B-Base"} <= ids
    assert not known_releases().fitting({**QWEN3_8B, "intermediate_size": {12_287}})
    assert not known_releases().fitting({**QWEN3_8B, "experts": {8}})  # no source gives it experts
    assert not known_releases().fitting({"hidden_size": {4096}, "layers": {36}})


def test_what_differs_in_one_value_or_two_is_the_nearest() -> None:
    near = dict(known_releases().nearest({**QWEN3_8B, "vocabulary_size": {152_000}, "layers": {30}}))
    assert near
    assert {len(fields) for fields in near.values()} == {2}
    assert near[next(release for release in near if release.id == "Qwen/Qwen3-8B")] == ("layers", "vocabulary_size")
    assert not known_releases().nearest(
        {**QWEN3_8B, "layers": {3}, "vocabulary_size": {7}, "heads": {5}, "experts": {2}}
    )


def test_two_values_of_one_field_are_both_looked_up() -> None:
    padded = {**QWEN3_8B, "vocabulary_size": {152_064, 151_936}}
    assert known_releases().fitting(padded) == known_releases().fitting(QWEN3_8B)


def test_a_few_rows_of_padding_are_no_other_context() -> None:
    release = Release("a/b", layers=1, hidden_size=1, context_length=514)
    assert not differences(release, {"context_length": {512}})
    assert differences(release, {"context_length": {1024}}) == ("context_length",)


def test_facts_name_what_fits_or_what_is_near() -> None:
    release = next(release for release in known_releases().releases if release.id == "Qwen/Qwen3-8B")
    facts = {fact.key: fact.value for fact in release_facts(evidence_of(release))}
    assert "Qwen/Qwen3-8B" in facts["release_fits"]
    assert facts["releases_known"] == known_releases().date
    one = ReleaseTable("2026-01-01", ("a source",), (release,))
    pruned = evidence_of(msgspec.structs.replace(release, layers=30))
    with standing_in(one):
        facts = {fact.key: fact.value for fact in release_facts(pruned)}
    assert facts == {"release_differs": ("Qwen/Qwen3-8B: layers 30 for 36",), "releases_known": "2026-01-01"}


def test_a_configuration_with_a_base_and_no_scaling_has_none() -> None:
    values = release_values(Evidence.of([Fact(FIELDS["rope_theta"], 10_000.0, Origin.DECLARED)]))
    assert values["rope_scaling"] == {"none"}
    assert release_values(Evidence.of([Fact(FIELDS["layers"], 2, Origin.DECLARED)])).keys() == {"layers"}
