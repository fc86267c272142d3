"""CFG005: the declared context against the table of learned positions."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import CONTEXT_LENGTH, HEAD_TENSORS, STORAGE_DTYPES, Fact, Origin
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.configured import (
    CONFIGURED_KEYS,
    both,
    has_declared_structure,
    is_composed,
    not_compared,
    source_of,
)
from truename.rules.shared.unread import undeclared, unmeasured

RESERVED = 8  # rows that families keep for padding, and that configurations count or leave out


def _positions(weights: int, config: int) -> list[Any]:
    return [
        Fact(CONTEXT_LENGTH, weights, Origin.WEIGHTS),
        Fact(CONTEXT_LENGTH, config, Origin.DECLARED, "config.json"),
    ]


class LearnedPositions(Rule):
    """The configuration declares more positions than the table of learned positions has rows.

    A model with learned positions cannot attend to a position that the table has no row for, whatever the
    configuration says: a loader refuses the table for its shape, or the first long text ends in an index error.

    Models with rotary positions have no such table, and the rule does not concern them.
    """

    code, slug, since = "CFG005", "learned-positions", "0.1"
    topic = "its positions"
    needs = frozenset({CONTEXT_LENGTH})
    reads = CONFIGURED_KEYS | {HEAD_TENSORS}
    about_files = True
    flagged = (
        Case(
            "gpt2-8k",
            context_length=_positions(1024, 8192),
            model_type="gpt2",
            tensor_model_types=("gpt2",),
            expect=Severity.ERROR,
        ),
    )
    confirmed = (
        Case("bert-base", context_length=_positions(512, 512), model_type="bert", tensor_model_types=("bert",)),
        Case("clap", context_length=_positions(512, 514), model_type="clap"),
        Case("gpt2", context_length=_positions(1024, 512), model_type="gpt2"),
    )
    undecided = (
        Case("own-model", context_length=_positions(512, 8192), model_type="own"),
        Case("llava", context_length=_positions(77, 4096), model_type="llava", tensor_model_types=("llava",)),
        Case("bert-base", context_length=_positions(512, 512)[1], missing_shards=("pytorch_model-00002-of-00002.bin",)),
    )
    not_applicable = (
        Case("bert-base", context_length=_positions(512, 512)[0]),
        Case("llama-7b", context_length=_positions(512, 512)[1], head_tensors=("lm_head",)),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if (other := not_compared(evidence)) is not None:
            return other
        if evidence.declared(CONTEXT_LENGTH) is None:
            return undeclared(evidence.why_missing(CONTEXT_LENGTH))
        if (pair := both(evidence, CONTEXT_LENGTH)) is None:
            if evidence.get(HEAD_TENSORS, Origin.WEIGHTS) is not None:  # the tensors were read
                return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, "the weights show no table of learned positions")
            return unmeasured(evidence.why_missing(STORAGE_DTYPES))
        said, rows = pair
        if said.value <= rows.value + RESERVED:
            return self.passed(rows)
        if is_composed(evidence) or not has_declared_structure(evidence):
            text = f"the table of {rows.value:,} positions may not be that of the declared {said.value:,}"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        message = f"{source_of(said)} declares {said.value:,} positions; the table of the weights has {rows.value:,}"
        return self.flag([self.finding(Severity.ERROR, message, fact=rows)])
