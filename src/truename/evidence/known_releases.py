"""Which known releases have the structure that the evidence shows. The table is loaded by the first look-up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    CONTEXT_LENGTH,
    DECODER_LAYERS,
    EXPERTS,
    HEAD_SIZE,
    HEADS,
    HIDDEN_SIZE,
    INTERMEDIATE_SIZE,
    IS_ADAPTER,
    KEY_VALUE_HEADS,
    LAYERS,
    MEL_BINS,
    RELEASE_DIFFERS,
    RELEASE_FITS,
    RELEASES_KNOWN,
    ROPE_FACTOR,
    ROPE_SCALING,
    ROPE_THETA,
    TIED_EMBEDDINGS,
    VOCABULARY_SIZE,
    Fact,
    Key,
    Origin,
)
from truename.releases import Release, releases_in_use

MOST_SHOWN = 20  # releases that share one structure

# field of a release -> the fact that it is compared with
FIELDS: dict[str, Key[Any]] = {
    "layers": LAYERS,
    "decoder_layers": DECODER_LAYERS,
    "hidden_size": HIDDEN_SIZE,
    "intermediate_size": INTERMEDIATE_SIZE,
    "heads": HEADS,
    "key_value_heads": KEY_VALUE_HEADS,
    "head_size": HEAD_SIZE,
    "vocabulary_size": VOCABULARY_SIZE,
    "experts": EXPERTS,
    "tied": TIED_EMBEDDINGS,
    "context_length": CONTEXT_LENGTH,
    "rope_theta": ROPE_THETA,
    "rope_scaling": ROPE_SCALING,
    "rope_factor": ROPE_FACTOR,
    "mel_bins": MEL_BINS,
}
RELEASE_KEYS: frozenset[Key[Any]] = frozenset((*FIELDS.values(), IS_ADAPTER))  # what ``release_values`` reads


def release_values(evidence: Evidence) -> Mapping[str, frozenset[Any]]:
    """Every value of the fields of a release that the files give; empty for an adapter.

    A configuration with rotary embeddings that declares no scaling of them has none.
    """
    if evidence.value(IS_ADAPTER):
        return {}
    facts = evidence.facts
    values = {field: frozenset([f.value for f in facts[key]]) for field, key in FIELDS.items() if key in facts}
    if "rope_theta" in values and "rope_scaling" not in values:
        values["rope_scaling"] = frozenset(("none",))
    return values


def release_facts(evidence: Evidence) -> Iterator[Fact[Any]]:
    """The facts on known releases, for those who look at a model without a name."""
    values = release_values(evidence)
    if not {"hidden_size", "layers", "vocabulary_size"} <= values.keys():
        return
    known = releases_in_use()
    origin = Origin.DECLARED if evidence.measured(HIDDEN_SIZE) is None else Origin.WEIGHTS
    if fitting := known.fitting(values):
        how = f"{len(fitting)} known releases share this structure" if len(fitting) > 1 else "no other one does"
        yield Fact(RELEASE_FITS, tuple(r.id for r in fitting[:MOST_SHOWN]), origin, detail=how)
    elif near := known.nearest(values):
        said = tuple(f"{release.id}: {_differing(release, fields, values)}" for release, fields in near[:MOST_SHOWN])
        yield Fact(RELEASE_DIFFERS, said, origin, detail="same width; the values that differ are given for both")
    yield Fact(RELEASES_KNOWN, known.date, Origin.FILES, detail="the newest release of the table")


def _differing(release: Release, fields: tuple[str, ...], values: Mapping[str, frozenset[Any]]) -> str:
    """``layers 28 for 32``: what the model has, and what the release has."""
    return ", ".join(f"{f.replace('_', ' ')} {_said(values.get(f))} for {getattr(release, f)}" for f in fields)


def _said(given: frozenset[Any] | None) -> str:
    return "none" if not given else str(min(given))
