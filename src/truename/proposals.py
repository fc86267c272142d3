"""Names for a model that its files bear out: the author's own, mended, and one in each convention."""

from __future__ import annotations

import msgspec

from truename.api import judge
from truename.evidence import gather
from truename.findings import JudgedClaim, ModelReport, Outcome, Severity
from truename.names import parse_name
from truename.sources import Target, open_source
from truename.suggest import STYLES, suggest_name

OWN = "own"  # the author's own words, with what is wrong mended
MOST_MENDS = 8  # of one name: each mends one claim, and no name makes many more


class Proposal(msgspec.Struct, frozen=True):
    """A name, and what a check would say of it.

    Attributes:
        style: ``own`` for the author's words, else the convention: hub, gguf or timm.
        name: the proposed name.
        confirmed: its claims that the files bear out.
        open: its claims that the files do not settle.
    """

    style: str
    name: str
    confirmed: tuple[JudgedClaim, ...]
    open: tuple[JudgedClaim, ...]


def propose_names(target: Target, *, name: str | None = None) -> tuple[Proposal, ...]:
    """Names that no finding at warning or error would contradict.

    Args:
        target: a folder's path, a model's id on the Hub (``owner/name@revision``), an address, or a source.
        name: the claimed name; without it the source's own.

    Returns:
        The author's own name first, mended where it has to be and only there; then a name in each convention in which
        the files show enough for one. Nothing that is still contradicted is proposed.

    Raises:
        TargetError: there is no model at the target.
        UsageError: the target is empty.
    """
    source = open_source(target)
    evidence = gather(source)

    def report(wanted: str) -> ModelReport:
        return judge(parse_name(wanted), evidence, target=source.target, given=True)

    proposals: dict[str, Proposal] = {}
    wanted = source.name if name is None else name
    for _ in range(MOST_MENDS):
        judged = report(wanted)
        if (mended := _mended(judged)) is None:
            break
        wanted = mended
    own = report(wanted)
    if _holds(own):
        proposals[own.name] = _proposal(OWN, own)
    for style in STYLES:
        proposed = suggest_name(evidence, style)
        if proposed is not None and proposed not in proposals and _holds(judged := report(proposed)):
            proposals[proposed] = _proposal(style, judged)
    return tuple(proposals.values())


def _mended(judged: ModelReport) -> str | None:
    """The name without the first of its faults that can be mended."""
    serious = (one for one in judged.findings if one.severity is not Severity.NOTE)
    return next((one.suggestion for one in serious if one.suggestion not in (None, judged.name)), None)


def _holds(judged: ModelReport) -> bool:
    """Whether nothing of the name is contradicted."""
    return not any(one.claim is not None and one.severity is not Severity.NOTE for one in judged.findings)


def _proposal(style: str, judged: ModelReport) -> Proposal:
    return Proposal(
        style,
        judged.name,
        tuple(claim for claim in judged.claims if claim.outcome is Outcome.CONFIRMED),
        tuple(claim for claim in judged.claims if claim.outcome is Outcome.CANNOT_TELL),
    )
