"""GGF004: general.size_label of a GGUF file."""

from __future__ import annotations

import re

from truename.evidence.evidence import Evidence
from truename.facts import GGUF_SIZE_LABEL
from truename.findings import Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, verdict

_LABEL = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)([KMBTQ])")
_SCALES = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12, "Q": 1e15}
_FACTOR = 2.0


class GgufSizeLabel(Rule):
    """A GGUF file's size label is of another size class than the name.

    ``general.size_label`` is the size that the file's maker, or the converter that counted the tensors, gave it.
    Programs show it beside the model. One that says 70B in a file that is named 8B belongs to another file.

    Only a factor of two counts: labels are rounded, and names leave embeddings out or speak of the parameters in use.
    """

    code, slug, since = "GGF004", "gguf-size-label", "0.2"
    claims = "a number of parameters"
    flagged = (
        Case("Llama-3.1-8B-Instruct-GGUF", expect=Severity.WARNING, gguf_size_label="70B"),
        Case("Qwen2.5-7B-Instruct-GGUF", expect=Severity.WARNING, gguf_size_label="494M"),
    )
    clean = (
        Case("Llama-3.1-8B-Instruct-GGUF", gguf_size_label="8B"),
        Case("Llama-2-7B-GGUF", gguf_size_label="6.7B"),
        Case("gemma-2-2b-it-GGUF", gguf_size_label="2.6B"),
    )
    undecided = (
        Case("Llama-3.1-8B-Instruct-GGUF"),
        Case("Mixtral-8x7B-GGUF", gguf_size_label="8x7B"),
        Case("some-model-GGUF", gguf_size_label="7B"),
        Case("Qwen3-30B-A3B-GGUF", gguf_size_label="128x1.8B"),
        Case("Llama-3-8B-GGUF", gguf_size_label="large"),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        fact = evidence.get(GGUF_SIZE_LABEL)
        if fact is None:
            return cannot_tell(evidence.why_missing(GGUF_SIZE_LABEL))
        stated = claims.of(Role.PARAMETERS)
        if not stated:
            return self.no_claim()
        label = _LABEL.fullmatch(str(fact.value).strip().upper())
        if label is None or claims.of(Role.ACTIVE_PARAMETERS, Role.MIXTURE):
            return cannot_tell(
                f"the label {str(fact.value)[:40]!r} is no plain number of parameters, or the name is not"
            )
        size = float(label[1]) * _SCALES[label[2]]
        if any(1 / _FACTOR < float(claim.value) / max(1.0, size) < _FACTOR for claim in stated):
            return verdict(())
        message = f"the name says {stated[0].element.text}; general.size_label is {fact.value}"
        return verdict([self.finding(Severity.WARNING, message, claim=stated[0], fact=fact)])
