"""GGF002: the encoding of a GGUF file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from truename.evidence.evidence import Evidence
from truename.facts import GGUF_FILE_TYPE, GGUF_TENSOR_SHARES, GGUF_TENSOR_TYPES, Fact, Origin
from truename.findings import ClaimSpan, Confirmation, Finding, Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule
from truename.rules.shared.gguf_files import (
    GGUF_KEYS,
    GgufFile,
    base_type,
    encodings_in,
    gguf_files,
    is_full,
    no_gguf_file,
)
from truename.rules.shared.settled import Open, settled

_FREE = ("_L", "_XL", "_XXS")  # endings that quantisers of the community add; llama.cpp has no file type for most


def _gguf(path: str, declared: str | None, *types: str) -> dict[str, Any]:
    """The facts of one file, most bytes first; the first type has seven tenths of them."""
    shares = (0.7, *(round(0.3 / max(1, len(types) - 1), 4) for _ in types[1:]))
    facts: dict[str, Any] = {
        "gguf_tensor_types": Fact(GGUF_TENSOR_TYPES, types, Origin.WEIGHTS, path),
        "gguf_tensor_shares": Fact(GGUF_TENSOR_SHARES, shares, Origin.WEIGHTS, path),
    }
    if declared is not None:
        facts["gguf_file_type"] = Fact(GGUF_FILE_TYPE, declared, Origin.DECLARED, path)
    return facts


class _Judged(msgspec.Struct, frozen=True):
    """What came of one file."""

    findings: tuple[Finding, ...]
    borne: Confirmation | None
    open: Open | None


class GgufEncoding(Rule):
    """The name of a GGUF file claims another encoding than its tensors have.

    The encoding is what people choose a file by: it decides memory, speed and how much of the model's quality is left.
    A file renamed from ``Q4_K_M`` to ``Q8_0`` takes half the memory that it should, and answers worse.

    Each GGUF file of a folder is judged by its own name. The file says its encoding itself (``general.file_type``), and
    so do the types of its tensors. Every encoding mixes several types, and where a row does not fit a type's blocks
    another stands in for it, so a file is only accused by both, or where no tensor could be of the claimed encoding.
    """

    code, slug, since = "GGF002", "gguf-encoding", "0.2"
    topic = "the encoding of a GGUF file"
    needs = frozenset({GGUF_TENSOR_TYPES})
    reads = GGUF_KEYS
    flagged = (
        Case("Llama-3-8B-GGUF", expect=Severity.ERROR, **_gguf("Llama-3-8B-Q8_0.gguf", "Q4_K_M", "Q4_K", "Q6_K")),
        Case("Llama-3-8B-GGUF", expect=Severity.ERROR, **_gguf("Llama-3-8B-Q4_K_M.gguf", "F16", "F16", "F32")),
        Case("Llama-3-8B-F16", expect=Severity.ERROR, **_gguf("Llama-3-8B-F16.gguf", None, "Q4_K", "Q6_K")),
        Case("gpt-oss-20b-GGUF", expect=Severity.ERROR, **_gguf("gpt-oss-20b-F16.gguf", None, "MXFP4", "Q8_0")),
        Case("Llama-3-8B-GGUF", expect=Severity.NOTE, **_gguf("Llama-3-8B-Q8_0.gguf", "F16", "Q8_0", "F32")),
        Case("Llama-3-8B-GGUF", expect=Severity.NOTE, **_gguf("Llama-3-8B-Q4_K_M.gguf", "Q4_K_S", "Q4_K", "Q5_K")),
        Case("Llama-3-8B-F16-GGUF", expect=Severity.ERROR, **_gguf("model.gguf", "Q4_K_M", "Q4_K", "Q6_K")),
        Case("gemma-3-270m-GGUF", expect=Severity.ERROR, **_gguf("gemma-3-270m-Q8_0.gguf", "Q8_0", "Q8_0", "Q5_0")),
        Case("Llama-3-8B-Q8_0-GGUF", expect=Severity.ERROR, **_gguf("model.gguf", "Q4_K_M", "Q4_K", "Q6_K")),
    )
    confirmed = (
        Case("Llama-3-8B-GGUF", **_gguf("Llama-3-8B-Q4_K_M.gguf", "Q4_K_M", "Q4_K", "Q6_K")),
        Case("Qwen2.5-0.5B-GGUF", **_gguf("qwen2.5-0.5b-instruct-q4_k_m.gguf", "Q4_K_M", "Q5_0", "Q8_0", "Q4_K")),
        Case("Qwen3-8B-GGUF", **_gguf("Qwen3-8B-UD-Q4_K_XL.gguf", "Q4_K_M", "Q4_K", "Q5_K", "Q6_K")),
        Case("gpt-oss-20b-GGUF", **_gguf("gpt-oss-20b-F16.gguf", "F16", "MXFP4", "F16")),
        Case("gpt-oss-20b-GGUF", **_gguf("gpt-oss-20b-F16.gguf", None, "MXFP4", "BF16", "F32")),
        Case("Llama-3-8B-GGUF", **_gguf("Llama-3-8B-IQ3_M.gguf", "IQ3_M", "IQ3_S", "Q4_K", "Q6_K")),
        Case("Llama-3-8B-Q4_K_M-GGUF", **_gguf("llama-3-8b-q4_k_m.gguf", "Q4_K_M", "Q4_K", "Q6_K")),
        Case("Llama-3-8B-GGUF", **_gguf("Llama-3-8B-Q4_0_4_4.gguf", "Q4_0", "Q4_0_4_4", "Q6_K")),
    )
    undecided = (
        Case("Llama-3-8B-GGUF", formats=("gguf",)),
        Case("Llama-3-8B-GGUF", **_gguf("Llama-3-8B-Q4_K_M-Q8_0.gguf", "Q4_K_M", "Q4_K", "Q8_0")),
        Case("Llama-3-8B-GGUF", **_gguf("Llama-3-8B-UD-IQ2_M.gguf", None, "Q3_K", "Q2_K")),
        Case("Llama-3-8B-Q4_K_M-GGUF", **_gguf("Llama-3-8B-Q4_K_M.gguf", "Q4_K_M", "Q8_0", "F32")),
    )
    not_applicable = (
        Case("Llama-3-8B-GGUF", **_gguf("model.gguf", "Q4_K_M", "Q4_K", "Q6_K")),
        Case("Llama-3-8B-GGUF"),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        files = gguf_files(evidence)
        if not files:
            return no_gguf_file(evidence, _encoding_claims(claims))
        told = [(file, encodings_in(file.stem)) for file in files]
        if (claims.given and len(files) == 1) or not any(said for _, said in told):
            return self._by_name(claims, files)
        judged: list[_Judged] = []
        for file, said in told:
            if len(said) > 1:
                reason = Reason(ReasonKind.AMBIGUOUS_NAME, f"{file.path} names several encodings")
                judged.append(_Judged((), None, (None, reason)))
            elif said:
                judged.append(self._judge(said[0], file, _same_claim(claims, said[0])))
        findings = [finding for one in judged for finding in one.findings]
        borne = [one.borne for one in judged if one.borne is not None]
        return settled(findings, _once(borne), [one.open for one in judged if one.open is not None])

    def _by_name(self, claims: Claims, files: tuple[GgufFile, ...]) -> Decision:
        """No file's name speaks of an encoding: the model's own name may. It holds if one of the files bears it out."""
        stated = [c for c in claims.of(Role.QUANTISATION) if len(encodings_in(c.element.text)) == 1]
        if not stated and not claims.of(Role.QUANTISATION, Role.BITS):  # F16 beside Q4_K_M is what that was made from
            stated = [c for c in claims.of(Role.PRECISION) if len(encodings_in(c.element.text)) == 1]
        if len(stated) != 1:
            return self.no_claim()
        said = encodings_in(stated[0].element.text)[0]
        judged = [self._judge(said, file, stated[0]) for file in files]
        if is_full(said) and any(is_full(file.dominant) for file in files):  # halves of two kinds are the dtype's rule
            judged = [one for one in judged if one.borne is not None and not one.findings]
            return settled((), [one.borne for one in judged[:1] if one.borne], ()) if judged else self.no_claim()
        borne = [one.borne for one in judged if one.borne is not None]
        if all(one.findings for one in judged):
            return settled(judged[0].findings, borne[:1], ())
        clean = [one.borne for one in judged if one.borne is not None and not one.findings]
        return settled((), clean[:1], () if clean else [one.open for one in judged if one.open is not None])

    def _judge(self, said: str, file: GgufFile, claim: Claim | None) -> _Judged:
        """One file against one encoding: a finding, a confirmation, or why nothing firm can be said."""
        if (lower := file.fewer_bits(said)) is not None:
            kind, share = lower
            message = f"{file.path}: the name says {said}; {share:.0%} of the bytes are of fewer bits ({kind} first)"
            return _Judged((self.finding(Severity.ERROR, message, claim=claim, fact=file.types),), None, None)
        holds, declared = file.holds(said), file.declared
        here = f"{file.path}: the name says {said}"
        borne = self.confirmation(claim, file.types) if holds else None
        if declared is None:
            if holds:
                return _Judged((), borne, None)
            if is_full(said) != is_full(file.dominant):
                message = f"{here}; most of the tensors are {file.dominant}"
                return _Judged((self.finding(Severity.ERROR, message, claim=claim, fact=file.types),), None, None)
            text = f"{file.path} has no file type and a mixture of tensor types ({file.dominant} first)"
            return _Judged((), None, (claim, Reason(ReasonKind.AMBIGUOUS_FILES, text)))
        found = str(declared.value)
        if base_type(found) == base_type(said):
            return self._as_declared(said, file, claim, found)
        if not holds:
            message = f"{here}; general.file_type says {found} and most of the tensors are {file.dominant}"
            severity = Severity.ERROR if file.holds(found) else Severity.WARNING
            return _Judged((self.finding(severity, message, claim=claim, fact=declared),), None, None)
        if not file.holds(found):
            message = f"{here}, and so do the tensors ({file.dominant}); general.file_type says {found}"
            return _Judged((self.finding(Severity.NOTE, message, fact=declared),), borne, None)
        if file.dominant == base_type(found):
            message = f"{here}; general.file_type says {found} and most of the tensors are {file.dominant}"
            severity = Severity.WARNING if "UD-" in file.stem.upper() else Severity.ERROR
            return _Judged((self.finding(severity, message, claim=claim, fact=declared),), None, None)
        if file.dominant != base_type(said):
            reason = Reason(ReasonKind.AMBIGUOUS_FILES, f"{file.path} mixes {said} and {found}")
            return _Judged((), None, (claim, reason))
        return _Judged((), borne, None)

    def _as_declared(self, said: str, file: GgufFile, claim: Claim | None, found: str) -> _Judged:
        """The name and general.file_type say the same type: the tensors decide whether it is so."""
        here = f"{file.path}: the name says {said}"
        holds = file.holds(said)
        if not holds and is_full(said) != is_full(file.dominant):
            message = f"{here}, and so does general.file_type; most of the tensors are {file.dominant}"
            return _Judged((self.finding(Severity.ERROR, message, claim=claim, fact=file.types),), None, None)
        if found != said and _exact(found) and _exact(said):
            message = f"{here}; general.file_type says {found}"
            return _Judged((self.finding(Severity.NOTE, message, claim=claim, fact=file.declared),), None, None)
        if not holds:
            text = f"{file.path} says {found} of itself, and most of its tensors are {file.dominant}"
            return _Judged((), None, (claim, Reason(ReasonKind.AMBIGUOUS_FILES, text)))
        return _Judged((), self.confirmation(claim, file.types), None)


def _once(confirmations: Iterable[Confirmation]) -> list[Confirmation]:
    """One confirmation for each claim; those that concern no claim of the model's name only where there are no others.

    A folder may hold dozens of files.
    """
    first: dict[ClaimSpan | None, Confirmation] = {}
    for one in confirmations:
        first.setdefault(one.claim, one)
    return [one for one in first.values() if one.claim is not None] or list(first.values())


def _encoding_claims(claims: Claims) -> tuple[Claim, ...]:
    return tuple(c for c in claims.of(Role.QUANTISATION) if encodings_in(c.element.text))


def _same_claim(claims: Claims, said: str) -> Claim | None:
    """The claim of the model's own name that says the same: where a single file is checked, its name is the model's."""
    for claim in claims.of(Role.QUANTISATION, Role.PRECISION):
        if encodings_in(claim.element.text) == (said,):
            return claim
    return None


def _exact(encoding: str) -> bool:
    """Whether the ending is one that llama.cpp itself tells apart: Q4_K_S and Q4_K_M, not Q4_K_L or plain Q4_K."""
    return not encoding.endswith(_FREE) and base_type(encoding) != encoding
