"""DIM006: the length of the vectors that a name gives (512d, dim-768)."""

from __future__ import annotations

import re
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    EMBEDDING_SIZE,
    HEAD_SIZE,
    HIDDEN_SIZE,
    IS_ADAPTER,
    OTHER_WIDTHS,
    PARAMETERS,
    Fact,
    Origin,
)
from truename.findings import Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case
from truename.rules.shared.another import why_of_another
from truename.rules.shared.measures import DimensionRule

# vectors that may be cut to any length, or of which the name says that they were
_CUT = r"(?i)matryoshka|(?:^|[^a-z])(?:mrl|trunc(?:ated?)?|pca|cut|quantised|colbert)(?:[^a-z]|$)"


class EmbeddingSize(DimensionRule):
    """The name claims vectors of a length that the model does not give out.

    Whoever stores embeddings lays out a database by their length. It is that of the last dense layer where there is
    one, as in ``distiluse``, whose transformer is 768 wide and whose vectors have 512 values; else it is the hidden
    size. A number that is the width of a projection or of a head is not held against the name, and neither is a shorter
    one where the name says that the vectors may be cut. ``bge-m3-4096d`` names the feed-forward width, which no vector
    has.
    """

    code, slug, since = "DIM006", "embedding-size", "0.2"
    topic = "the length of its vectors"
    claims = frozenset({Role.EMBEDDING_SIZE})
    keys = (EMBEDDING_SIZE, HIDDEN_SIZE)
    needs = frozenset(keys)
    reads = frozenset({IS_ADAPTER, PARAMETERS, HEAD_SIZE, OTHER_WIDTHS})
    flagged = (
        Case("distiluse-multilingual-768d", embedding_size=512, hidden_size=768, expect=Severity.WARNING),
        Case("bge-m3-4096d", hidden_size=1024, expect=Severity.ERROR),
        Case("bge-base-512-dim", hidden_size=768, expect=Severity.WARNING),
        Case("bge-base-1024d", embedding_size=768, hidden_size=768, expect=Severity.ERROR),
    )
    confirmed = (
        Case("distiluse-multilingual-512d", embedding_size=512, hidden_size=768),
        Case("bge-m3-1024d", hidden_size=1024),
        Case("bge-base-dim768", embedding_size=768, hidden_size=768),
    )
    undecided = (
        Case("bge-m3-1024d"),
        Case("bge-base-768d-lora", is_adapter=True, hidden_size=768),
        Case("bge-base-matryoshka-256d", hidden_size=768),
        Case("colbert-128d", hidden_size=768, other_widths=(128, 768)),
    )
    not_applicable = (Case("bert-base-uncased", hidden_size=768),)

    def facts_of(self, evidence: Evidence) -> tuple[Fact[Any], ...]:
        """What a dense layer or the pooling says, unless the pooling only repeats the width that was measured."""
        said = evidence.get(EMBEDDING_SIZE)
        hidden = evidence.get(HIDDEN_SIZE)
        if said is None or (hidden is not None and hidden.value == said.value):
            return () if hidden is None else (hidden,)
        return (said,)

    def why_open(self, claims: Claims, claim: Claim, fact: Fact[Any], evidence: Evidence) -> Reason | None:
        if claim.value < fact.value and re.search(_CUT, claims.name):
            return Reason(ReasonKind.AMBIGUOUS_NAME, "the name says itself that the vectors may be cut")
        if any(claim.value in other.value for other in evidence.all(OTHER_WIDTHS)):
            text = f"{claim.element.text} is a width of a projection or a factor of the model"
            return Reason(ReasonKind.AMBIGUOUS_FILES, text)
        if any(other.value == claim.value for other in evidence.all(HEAD_SIZE)):
            return Reason(ReasonKind.AMBIGUOUS_NAME, f"{claim.element.text} may mean the width of a head")
        return why_of_another(claims, claim, evidence)

    def severity(self, claim: Claim, fact: Fact[Any]) -> Severity:
        """A shorter vector can be made by whoever uses the model, a longer one cannot."""
        declared = fact.origin is Origin.DECLARED
        return Severity.WARNING if declared or claim.value < fact.value else Severity.ERROR

    def message(self, claim: Claim, fact: Fact[Any]) -> str:
        source = f"by {fact.file or 'its modules'} they have" if fact.origin is Origin.DECLARED else "the weights give"
        return f"the name says {claim.element.text}, vectors of {claim.value} values; {source} {fact.value}"
