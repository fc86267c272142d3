"""A known release that a document names, against files that have exactly the structure of others."""

from __future__ import annotations

import msgspec

from truename.evidence.evidence import Evidence
from truename.evidence.known_releases import release_values
from truename.releases import Release, differences
from truename.rules.shared.releases import Named, fitting, rows_apart, said, short

# What no training changes. A vocabulary may be extended, and settings are everybody's.
FIXED = ("hidden_size", "layers", "intermediate_size", "experts", "decoder_layers")


class Other(msgspec.Struct, frozen=True):
    """How the files differ from a release.

    Attributes:
        fits: the releases that they are exactly, in what no training changes; none was distilled from the first.
        told: what is there and what was to be, as the end of a sentence.
    """

    fits: tuple[Release, ...]
    told: str


def other_structure(meant: Named, evidence: Evidence) -> Other | None:
    """How the files differ from a release in what no training changes; None where they do not.

    The width and the depth of the files must be known.
    """
    values = release_values(evidence)
    apart = rows_apart(meant, values, FIXED)
    if not apart:
        return None
    fits = tuple(release for release in fitting(evidence) if not differences(release, values, FIXED))
    if any(_is_student(release, meant) for release in fits):
        fits = ()
    known = sorted({f"{v:,}" for r in meant.releases if (v := getattr(r, apart[0])) is not None})
    what = apart[0].replace("_", " ")
    theirs = f"with {what} {' or '.join(known) or 'none'}"
    ours = f"{what} {said(values.get(apart[0]))} and the rest of the structure are those of {short(fits)}"
    return Other(fits, f"{theirs}; {ours}")


def _is_student(release: Release, teacher: Named) -> bool:
    """Whether a release was distilled from another: its name begins with the other's first word."""
    first, key = teacher.key.split()[0], release.key
    return ("distill" in key and first == key.split()[0]) or f"distil{first}" in key.replace(" ", "")
