"""CFG003: the dtype that the configuration declares, against the one in which the weights are stored."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import COMPUTE_DTYPE, QUANTISATION_METHOD, STORAGE_DTYPES, Fact, Origin
from truename.findings import ReasonKind, Severity
from truename.formats.dtypes import FULL_PRECISION
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.configured import CONFIGURED_KEYS, not_compared, source_of
from truename.rules.shared.unread import undeclared, unmeasured

_STORED_AS = {
    "float64": "F64",
    "double": "F64",
    "float32": "F32",
    "float": "F32",
    "float16": "F16",
    "half": "F16",
    "bfloat16": "BF16",
}


class ConfigDtype(Rule):
    """The configuration declares another dtype than the weights are stored in.

    A loader that is told nothing converts the weights to the declared dtype: a model that is stored in 32 bits and
    declares 16 takes twice the room on disk that it takes in memory, and bfloat16 that is loaded as float16 may
    overflow. Both are frequent and mostly harmless, so this is a note.
    """

    code, slug, since = "CFG003", "config-dtype", "0.1"
    topic = "its dtype"
    needs = frozenset({COMPUTE_DTYPE, STORAGE_DTYPES})
    reads = CONFIGURED_KEYS | {QUANTISATION_METHOD}
    about_files = True
    flagged = (
        Case("llama-7b", compute_dtype="float16", storage_dtypes=("F32",), expect=Severity.NOTE),
        Case("llama-7b", compute_dtype="float16", storage_dtypes=("BF16", "I64"), expect=Severity.NOTE),
    )
    confirmed = (
        Case("llama-7b", compute_dtype="float16", storage_dtypes=("F16",)),
        Case("Falcon-H1", compute_dtype="bfloat16", storage_dtypes=("BF16", "F32")),
    )
    undecided = (
        Case("some-model", compute_dtype="bfloat16", storage_dtypes=("F32", "BF16")),
        Case("llama-7b", compute_dtype="float8_e4m3fn", storage_dtypes=("BF16",)),
        Case("llama-7b", compute_dtype="float16"),
    )
    not_applicable = (
        Case("llama-7b", storage_dtypes=("F16",)),
        Case("llama-7b-GPTQ", compute_dtype="float16", storage_dtypes=("I32", "F16"), quantisation_method="gptq"),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if (other := not_compared(evidence)) is not None:
            return other
        said = evidence.declared(COMPUTE_DTYPE)
        if said is None:
            return undeclared(evidence.why_missing(COMPUTE_DTYPE))
        stored = evidence.get(STORAGE_DTYPES, Origin.WEIGHTS)
        if stored is None or not stored.value:
            return unmeasured(evidence.why_missing(STORAGE_DTYPES))
        if _is_quantised(evidence.get(QUANTISATION_METHOD, Origin.WEIGHTS)) or stored.value[0] not in FULL_PRECISION:
            text = "the weights are quantised, and the declared dtype is that of the computation"
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
        wanted = _STORED_AS.get(said.value)
        if wanted == stored.value[0]:
            return self.passed(stored)
        if wanted is None or wanted in stored.value:
            text = (
                f"{source_of(said)} declares {said.value}, and the weights are stored in {' and '.join(stored.value)}"
            )
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        message = f"{source_of(said)} declares {said.value}; the weights are stored as {stored.value[0]}"
        return self.flag([self.finding(Severity.NOTE, message, fact=stored)])


def _is_quantised(method: Fact[str] | None) -> bool:
    return method is not None and method.value != "none"
