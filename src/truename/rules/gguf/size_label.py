"""GGF004: general.size_label of a GGUF file."""

from __future__ import annotations

import re

from truename.evidence.evidence import Evidence
from truename.facts import GGUF_SIZE_LABEL
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared.counts import COUNT_CONTEXT, COUNT_KEYS, holding, shown_by_tensors
from truename.rules.shared.gguf_files import unsaid

_LABEL = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)([KMBTQ])")
_SCALES = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12, "Q": 1e15}
_FACTOR = 2.0


class GgufSizeLabel(Rule):
    """A GGUF file's size label is of another size class than the name.

    ``general.size_label`` is the size that the file's maker, or the converter that counted the tensors, gave it.
    Programs show it beside the model. One that says 70B in a file that is named 8B belongs to another file.

    Only a factor of two counts: labels are rounded, and names leave embeddings out or speak of the parameters in use.
    Where the tensors are as many as the name says, the label is wrong and not the name: a fault of the file.
    """

    code, slug, since = "GGF004", "gguf-size-label", "0.2"
    topic = "a number of parameters"
    claims = frozenset({Role.PARAMETERS})
    needs = frozenset({GGUF_SIZE_LABEL})
    reads = COUNT_KEYS | COUNT_CONTEXT
    flagged = (
        Case("Llama-3.1-8B-Instruct-GGUF", expect=Severity.WARNING, gguf_size_label="70B"),
        Case("Qwen2.5-7B-Instruct-GGUF", expect=Severity.WARNING, gguf_size_label="494M"),
        Case("Qwen2.5-7B-GGUF", expect=Severity.WARNING, gguf_size_label="494M", parameters=494_032_768),
        Case("Llama-3.1-8B-GGUF", expect=Severity.WARNING, gguf_size_label="70B", parameters=8_030_261_312),
    )
    confirmed = (
        Case("Llama-3.1-8B-Instruct-GGUF", gguf_size_label="8B"),
        Case("Llama-2-7B-GGUF", gguf_size_label="6.7B"),
        Case("gemma-2-2b-it-GGUF", gguf_size_label="2.6B"),
    )
    undecided = (
        Case("Llama-3.1-8B-Instruct-GGUF"),
        Case("Qwen3-30B-A3B-GGUF", gguf_size_label="128x1.8B"),
        Case("Llama-3-8B-GGUF", gguf_size_label="large"),
    )
    not_applicable = (
        Case("Mixtral-8x7B-GGUF", gguf_size_label="8x7B"),
        Case("some-model-GGUF", gguf_size_label="7B"),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.PARAMETERS)
        if not stated:
            return self.no_claim()
        fact = evidence.get(GGUF_SIZE_LABEL)
        if fact is None:
            return unsaid(evidence, GGUF_SIZE_LABEL)
        label = _LABEL.fullmatch(str(fact.value).strip().upper())
        if label is None:
            text = f"general.size_label is {str(fact.value)[:40]!r} and not a plain number of parameters"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=())
        if claims.of(Role.ACTIVE_PARAMETERS, Role.MIXTURE):
            text = "the label may be all parameters or those in use, and so may the name's"
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, text, about=())
        size = float(label[1]) * _SCALES[label[2]]
        near = [c for c in stated if 1 / _FACTOR < float(c.value) / max(1.0, size) < _FACTOR]
        if near:
            return self.confirm(*((claim, fact) for claim in near))
        for claim in stated:
            if (count := shown_by_tensors(claim, evidence)) is not None:
                message = f"general.size_label is {fact.value}; {holding(count)}, as the name says"
                return self.flag([self.finding(Severity.WARNING, message, fact=fact, about_files=True)])
        message = f"the name says {stated[0].element.text}; general.size_label is {fact.value}"
        return self.flag([self.finding(Severity.WARNING, message, claim=stated[0], fact=fact)])
