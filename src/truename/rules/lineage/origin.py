"""BAS005: the model that a configuration was made from, against the name."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.evidence.known_releases import release_values
from truename.facts import ORIGINAL_NAME
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.releases.release import SETTINGS, SHAPE
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.product_lines import claims_of_base
from truename.rules.shared.releases import FIT_KEYS, named, rows_apart

_QWEN: dict[str, Any] = {
    "layers": 28, "hidden_size": 3584, "intermediate_size": 18_944, "heads": 28, "key_value_heads": 4,
    "vocabulary_size": 152_064, "rope_theta": 1_000_000.0, "model_type": "qwen2",
}  # fmt: skip


class Origin(Rule):
    """The configuration was made from another version of the release in the name.

    Qwen2-7B and Qwen2.5-7B have the same structure, so their files do not tell them apart; ``_name_or_path`` in the
    configuration of a ``Qwen2.5-7B-story`` still said ``Qwen/Qwen2-7B-Instruct``.

    Only the published id of a known release counts: a local path or the earlier name of somebody's own checkpoint is
    innocent. Where the values bear the name out and not the origin, the path is stale and accuses nobody.
    """

    code, slug, since = "BAS005", "origin", "0.2"
    topic = "a known release"
    claims = frozenset({Role.FAMILY, Role.BRAND})
    needs_files = True
    needs = frozenset({ORIGINAL_NAME})
    reads = FIT_KEYS
    flagged = (Case("Qwen2.5-7B-story", expect=Severity.WARNING, original_name="Qwen/Qwen2-7B-Instruct", **_QWEN),)
    confirmed = (Case("Qwen2.5-7B-story", original_name="Qwen/Qwen2.5-7B-Instruct", **_QWEN),)
    undecided = (
        Case("Qwen2.5-7B-story", original_name="somebody/Qwen2-7B-Instruct", **_QWEN),
        Case("Qwen2.5-story-teller", original_name="Qwen/Qwen2-7B-Instruct", **_QWEN),
        Case(
            "Llama-3.1-8B-story",
            original_name="meta-llama/Meta-Llama-3-8B",
            layers=32,
            hidden_size=4096,
            intermediate_size=14_336,
            vocabulary_size=128_256,
            rope_theta=500_000.0,
            rope_scaling="llama3",
            rope_factor=8.0,
            context_length=131_072,
        ),
    )
    not_applicable = (
        Case("Aelan", original_name="Qwen/Qwen2-7B-Instruct"),
        Case("Qwen2.5-7B-story", original_name="/data/models/qwen2-7b"),
        Case("Qwen2.5-7B-story"),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if not claims.of(Role.FAMILY, Role.BRAND):
            return self.no_claim()
        fact = evidence.get(ORIGINAL_NAME)
        owner, _, name = str(fact.value if fact else "").strip().partition("/")
        if fact is None or not owner or not name or "/" in name or owner in (".", "~", ".."):
            return does_not_apply(
                ReasonKind.NO_SUCH_FILE, "no configuration says from which published model it was made"
            )
        meant, origin = named(claims), named(claims_of_base(str(fact.value)))
        if meant is None or origin is None or meant.sized or origin.sized:
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, "name and origin are not known releases", about=())
        if meant.key == origin.key:
            return self.passed(fact)
        if not any(str(fact.value).lower() == release.id.lower() for release in origin.releases):
            text = "the origin is a copy, whose name may be anybody's"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text, about=())
        values = release_values(evidence)
        if not differ_in_a_number(meant.key, origin.key):
            text = "the names of origin and model differ in more than a version"
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text, about=())
        if rows_apart(origin, values, (*SHAPE, *SETTINGS)):
            text = "the values are not those of the origin, so it may be stale"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=())
        claim = claims.of(Role.FAMILY, Role.BRAND)[0]
        message = f"the name is that of {meant.releases[0].id}; the configuration was made from {fact.value}"
        return self.flag([self.finding(Severity.WARNING, message, claim=claim, fact=fact)])


def differ_in_a_number(one: str, other: str) -> bool:
    """Whether two keys differ in one number that is not a size: ``qwen 2.5 7b`` and ``qwen 2 7b``."""
    mine, theirs = one.split(), other.split()
    pairs = [(a, b) for a, b in zip(mine, theirs, strict=False) if a != b]
    return len(mine) == len(theirs) and len(pairs) == 1 and all(word.replace(".", "").isdigit() for word in pairs[0])
