"""REL002: the name of one release over the structure of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from truename.evidence.evidence import Evidence
from truename.evidence.known_releases import FIELDS, release_values
from truename.facts import HIDDEN_SIZE, LAYERS, VOCABULARY_SIZE
from truename.findings import Finding, ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.releases import Release, counted_names, differences
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.counts import COUNT_CONTEXT, COUNT_KEYS, bearing_out, plausible_counts
from truename.rules.shared.families import DRAFT, is_draft
from truename.rules.shared.quantities import ratio
from truename.rules.shared.releases import (
    FIT_KEYS,
    Named,
    blocks_of,
    family_words,
    fitting,
    fitting_in_shape,
    named,
    only_letters,
    rows_apart,
    said,
    short,
)

# Values of which one at least must differ: a fine-tune keeps them, or says in its name that it does not.
TELLING = (
    "layers", "decoder_layers", "hidden_size", "intermediate_size", "key_value_heads", "vocabulary_size", "experts",
    "rope_theta", "rope_scaling", "mel_bins",
)  # fmt: skip
SETTINGS = ("context_length", "rope_factor")  # what people set, and what alone is worth a note
SAME_SIZE = 2.0  # times

_LLAMA3: dict[str, Any] = {
    "layers": 32, "hidden_size": 4096, "intermediate_size": 14_336, "heads": 32, "key_value_heads": 8,
    "vocabulary_size": 128_256, "rope_theta": 500_000.0, "model_type": "llama",
}  # fmt: skip
_LLAMA2: dict[str, Any] = {
    "layers": 32, "hidden_size": 4096, "intermediate_size": 11_008, "heads": 32, "key_value_heads": 32,
    "vocabulary_size": 32_000, "rope_theta": 10_000.0, "model_type": "llama",
}  # fmt: skip
_POINT_ONE: dict[str, Any] = {"rope_scaling": "llama3", "rope_factor": 8.0, "context_length": 131_072}
_TURBO: dict[str, Any] = {
    "layers": 32, "decoder_layers": 4, "hidden_size": 1280, "intermediate_size": 5120, "heads": 20,
    "vocabulary_size": 51_866, "mel_bins": 128, "model_type": "whisper",
}  # fmt: skip


class OtherRelease(Rule):
    """The name is that of one known release, and every value is that of another.

    Llama 3 and 3.1 differ in the scaling of their rotary embeddings, Whisper's turbo in the depth of its decoder, its
    second and third version in mel bins and vocabulary. Who asks for one and gets the other gets another context,
    another speed, another quality. A ``DeepSeek-R1-8B`` that is a distilled Llama confused thousands.

    Only a release whose every known value fits is named, and only where the values are not those of any copy of the
    release in the name. Values that fit no release accuse nobody: the model may be newer than the table. It is a note
    where the whole name merely says less than the other release's (``gemma-2b`` for Gemma 2), and where nothing but the
    context is a sibling's, since people set it.
    """

    code, slug, since = "REL002", "other-release", "0.2"
    topic = "a known release"
    claims = frozenset({Role.FAMILY, Role.BRAND})
    needs_files = True  # what fits is looked up in the files' own evidence
    needs = frozenset({HIDDEN_SIZE, LAYERS, VOCABULARY_SIZE})
    reads = FIT_KEYS | COUNT_KEYS | COUNT_CONTEXT
    flagged = (
        Case("Llama-3.1-8B", expect=Severity.WARNING, context_length=8192, **_LLAMA3),
        Case("Meta-Llama-3-8B-Instruct", expect=Severity.WARNING, **_LLAMA3 | _POINT_ONE),
        Case("whisper-large-v3", expect=Severity.WARNING, **_TURBO),
        Case("whisper-large-v2", expect=Severity.WARNING, **_TURBO | {"decoder_layers": 32}),
        Case("DeepSeek-R1-8B", expect=Severity.WARNING, **_LLAMA3 | _POINT_ONE),
        Case("Llama-2-7b", expect=Severity.NOTE, context_length=32_768, **_LLAMA2),
    )
    confirmed = (
        Case("Llama-3.1-8B-Instruct-mine", **_LLAMA3 | _POINT_ONE),
        Case("whisper-large-v3-turbo", **_TURBO),
        Case("DeepSeek-R1-Distill-Llama-8B", **_LLAMA3 | _POINT_ONE),
    )
    undecided = (
        Case("Llama-3.1-8B-32k", context_length=32_768, **_LLAMA3),
        Case("Llama-3.1-8B", **_LLAMA3 | _POINT_ONE | {"layers": 40}),
        Case("llama-7b", layers=32, hidden_size=4096, heads=32, intermediate_size=11_008, vocabulary_size=55_296),
        Case("Llama-3.1-8B"),
    )
    not_applicable = (Case("Aelan", **_LLAMA3), Case("Llama-3.1-8B-draft", **_LLAMA3))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if not claims.of(Role.FAMILY, Role.BRAND):
            return self.no_claim()
        if is_draft(claims):
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, DRAFT)
        values = release_values(evidence)
        for key, field in ((HIDDEN_SIZE, "hidden_size"), (LAYERS, "layers"), (VOCABULARY_SIZE, "vocabulary_size")):
            if field not in values:
                return cannot_tell(evidence.why_missing(key), about=())  # others judge the family
        meant = named(claims)
        if meant is None:
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, "the name is not that of one known release", about=())
        if not meant.sized:
            apart = rows_apart(meant, values, TELLING)
            if not apart:
                return self._by_settings(claims, evidence, meant, values)
        fits = fitting(evidence) or fitting_in_shape(evidence)
        others = [r for r in fits if not differences(r, values) and r.key != meant.key]
        others = [r for r in others if tells_more_than(meant, r, values)]
        if not meant.sized and is_of_another_size(claims, evidence):  # that is for the rules on sizes
            others = [r for r in others if ratio(blocks_of(r), blocks_of(meant.releases[0])) <= SAME_SIZE]
        if others and tells_apart(meant, others, claims):
            return self.flag([self._found(claims, evidence, meant, others, values, TELLING)])
        if others and meant.whole:  # who says less of the name may mean either
            return self.flag([self._found(claims, evidence, meant, others, values, TELLING, Severity.NOTE)])
        text = "the values are not those of the release in the name, and of no other that is known"
        return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text, about=())

    def _by_settings(
        self, claims: Claims, evidence: Evidence, meant: Named, values: Mapping[str, frozenset[Any]]
    ) -> Decision:
        """A name over its own structure: a note where the context is that of a sibling and of no copy of its own."""
        if meant.whole and (apart := rows_apart(meant, values, SETTINGS)):
            family = meant.releases[0].family
            others = [
                r
                for r in fitting(evidence)
                if r.key != meant.key
                and r.family == family
                and not differences(r, values)
                and all(getattr(r, field) is not None for field in apart)
            ]
            if family and others:
                return self.flag([self._found(claims, evidence, meant, others, values, SETTINGS, Severity.NOTE)])
        return self.passed(evidence.get(HIDDEN_SIZE))

    def _found(
        self,
        claims: Claims,
        evidence: Evidence,
        meant: Named,
        others: Sequence[Release],
        values: Mapping[str, frozenset[Any]],
        fields: Sequence[str],
        severity: Severity = Severity.WARNING,
    ) -> Finding:
        claim = claims.of(Role.FAMILY, Role.BRAND)[0]
        field = rows_apart(meant, values, fields)[0]
        release = meant.releases[0]
        known = {getattr(r, field) for r in meant.releases} - {None}
        expected = " or ".join(sorted(f"{k:,}" if isinstance(k, int) else str(k) for k in known)) or "none"
        what = field.replace("_", " ")
        message = (
            f"the name is that of {release.id}, with {what} {expected}; "
            f"{what} {said(values.get(field))} and every other value are those of {short(others)}"
        )
        return self.finding(severity, message, claim=claim, fact=evidence.get(FIELDS[field]))


def is_of_another_size(claims: Claims, evidence: Evidence) -> bool:
    """Whether the name gives a size, in a number or as a release's whole name, and no count bears it out."""
    counts = plausible_counts(evidence)
    if sizes := claims.of(Role.PARAMETERS):
        return bool(counts) and all(bearing_out(claim, counts) is None for claim in sizes)
    known = counted_names().parameters.get(claims.parsed.model.rpartition("/")[2].lower(), ())
    if claims.of(Role.SIZE_WORD):
        return False
    return bool(known and counts) and all(ratio(fact.value, count) > SAME_SIZE for fact in counts for count in known)


def tells_more_than(meant: Named, other: Release, values: Mapping[str, frozenset[Any]]) -> bool:
    """Whether the other release has a known value where the named ones are apart from the files."""
    apart = rows_apart(meant, values, TELLING)
    return bool(apart) and all(
        getattr(other, field) is not None or field in ("decoder_layers", "experts") for field in apart
    )


def tells_apart(meant: Named, others: Sequence[Release], claims: Claims) -> bool:
    """Whether the name says something that none of the other releases is called too.

    Behind a release's whole name stands its own model; behind a part of a longer name may stand a variant that nobody
    told the table of, so there only another version of the same name is one.
    """
    if meant.sized:
        return is_other_family(meant, others, claims)
    own = meant.key.split()
    if not meant.whole:
        return all(is_other_version(own, other.key.split()) for other in others)
    return not any(says_more(own, other.key.split()) for other in others)


def is_other_family(meant: Named, others: Sequence[Release], claims: Claims) -> bool:
    """Whether a size stands behind the name of a release that has another, over models of families that it omits.

    A model that was distilled from the named one is called after it, and is not of its family.
    """
    spelled = only_letters(claims.name)
    kin = frozenset[str]().union(*map(family_words, meant.releases))
    born = [release for release in others if "distill" not in release.key]
    words = frozenset[str]().union(*map(family_words, born))
    return bool(born) and kin.isdisjoint(words) and not any(word in spelled for word in words)


def is_other_version(own: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two names are one but for a number that is not a size: ``llama 3 8b`` and ``llama 3.1 8b``."""
    differing = [(a, b) for a, b in zip(own, other, strict=False) if a != b]
    return (
        len(own) == len(other) and len(differing) == 1 and all(word.replace(".", "").isdigit() for word in differing[0])
    )


def says_more(own: Sequence[str], other: Sequence[str]) -> bool:
    """Whether another name only adds a version, as ``llama 2 7b`` does to ``llama 7b``."""
    more = [word for word in other if word not in own]
    return set(own) <= set(other) and all(word.replace(".", "").isdigit() for word in more)
