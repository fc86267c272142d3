"""GGF002: the encoding of a GGUF file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import GGUF_FILE_TYPE, GGUF_TENSOR_SHARES, GGUF_TENSOR_TYPES, Fact, Origin
from truename.findings import Finding, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared.gguf_files import GgufFile, base_type, encodings_in, gguf_files, is_full

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


class GgufEncoding(Rule):
    """The name of a GGUF file claims another encoding than its tensors have.

    The encoding is what people choose a file by: it decides memory, speed and how much of the model's quality is left.
    A file renamed from ``Q4_K_M`` to ``Q8_0`` takes half the memory that it should, and answers worse.

    Each GGUF file of a folder is judged by its own name. The file says its encoding itself (``general.file_type``), and
    so do the types of its tensors. Every encoding mixes several types, and where a row does not fit a type's blocks
    another stands in for it, so a file is only accused by both, or where no tensor could be of the claimed encoding.
    """

    code, slug, since = "GGF002", "gguf-encoding", "0.2"
    claims = "the encoding of a GGUF file"
    flagged = (
        Case("Llama-3-8B-GGUF", expect=Severity.ERROR, **_gguf("Llama-3-8B-Q8_0.gguf", "Q4_K_M", "Q4_K", "Q6_K")),
        Case("Llama-3-8B-GGUF", expect=Severity.ERROR, **_gguf("Llama-3-8B-Q4_K_M.gguf", "F16", "F16", "F32")),
        Case("Llama-3-8B-F16", expect=Severity.ERROR, **_gguf("Llama-3-8B-F16.gguf", None, "Q4_K", "Q6_K")),
        Case("gpt-oss-20b-GGUF", expect=Severity.ERROR, **_gguf("gpt-oss-20b-F16.gguf", None, "MXFP4", "Q8_0")),
        Case("Llama-3-8B-GGUF", expect=Severity.NOTE, **_gguf("Llama-3-8B-Q8_0.gguf", "F16", "Q8_0", "F32")),
        Case("Llama-3-8B-GGUF", expect=Severity.NOTE, **_gguf("Llama-3-8B-Q4_K_M.gguf", "Q4_K_S", "Q4_K", "Q5_K")),
        Case("Llama-3-8B-Q8_0-GGUF", expect=Severity.ERROR, **_gguf("model.gguf", "Q4_K_M", "Q4_K", "Q6_K")),
    )
    clean = (
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
        Case("Llama-3-8B-GGUF", **_gguf("model.gguf", "Q4_K_M", "Q4_K", "Q6_K")),
        Case("Llama-3-8B-GGUF"),
        Case("Llama-3-8B-GGUF", **_gguf("Llama-3-8B-Q4_K_M-Q8_0.gguf", "Q4_K_M", "Q4_K", "Q8_0")),
        Case("Llama-3-8B-GGUF", **_gguf("Llama-3-8B-UD-IQ2_M.gguf", None, "Q3_K", "Q2_K")),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        files = gguf_files(evidence)
        if not files:
            return cannot_tell("the files hold no GGUF file with a readable header")
        findings: list[Finding] = []
        reasons: list[str] = []
        judged = 0
        for file in files:
            said = encodings_in(file.stem)
            if len(said) > 1:
                reasons.append(f"{file.path} names several encodings")
            elif said:
                judged += 1
                findings += self._judge(said[0], file, reasons, _same_claim(claims, said[0]))
        if not judged and not reasons:
            return self._by_name(claims, files)
        return verdict(findings, "; ".join(reasons[:3]) or None)

    def _by_name(self, claims: Claims, files: tuple[GgufFile, ...]) -> Decision:
        """No file's name speaks of an encoding: the model's own name may. It holds if one of the files bears it out."""
        stated = [c for c in claims.of(Role.QUANTISATION) if len(encodings_in(c.element.text)) == 1]
        if len(stated) != 1:
            return self.no_claim()
        said = encodings_in(stated[0].element.text)[0]
        reasons: list[str] = []
        found = [list(self._judge(said, file, reasons, stated[0])) for file in files]
        return verdict(found[0] if all(found) else (), "; ".join(reasons[:3]) or None)

    def _judge(self, said: str, file: GgufFile, reasons: list[str], claim: Claim | None) -> Iterator[Finding]:
        """Findings of one file against one encoding; where nothing firm can be said, a reason."""
        borne, declared = file.holds(said), file.declared
        here = f"{file.path}: the name says {said}"
        if declared is None:
            if not borne and is_full(said) != is_full(file.dominant):
                message = f"{here}; most of the tensors are {file.dominant}"
                yield self.finding(Severity.ERROR, message, claim=claim, fact=file.types)
            elif not borne:
                reasons.append(f"{file.path} has no file type and a mixture of tensor types ({file.dominant} first)")
            return
        found = str(declared.value)
        if base_type(found) == base_type(said):
            if not borne and is_full(said) != is_full(file.dominant):
                message = f"{here}, and so does general.file_type; most of the tensors are {file.dominant}"
                yield self.finding(Severity.ERROR, message, claim=claim, fact=file.types)
            elif found != said and _exact(found) and _exact(said):
                message = f"{here}; general.file_type says {found}"
                yield self.finding(Severity.NOTE, message, claim=claim, fact=declared)
        elif not borne:
            message = f"{here}; general.file_type says {found} and most of the tensors are {file.dominant}"
            severity = Severity.ERROR if file.holds(found) else Severity.WARNING
            yield self.finding(severity, message, claim=claim, fact=declared)
        elif not file.holds(found):
            message = f"{here}, and so do the tensors ({file.dominant}); general.file_type says {found}"
            yield self.finding(Severity.NOTE, message, fact=declared)
        elif file.dominant == base_type(found):
            message = f"{here}; general.file_type says {found} and most of the tensors are {file.dominant}"
            severity = Severity.WARNING if "UD-" in file.stem.upper() else Severity.ERROR
            yield self.finding(severity, message, claim=claim, fact=declared)
        elif file.dominant != base_type(said):
            reasons.append(f"{file.path} mixes {said} and {found}")


def _same_claim(claims: Claims, said: str) -> Claim | None:
    """The claim of the model's own name that says the same: where a single file is checked, its name is the model's."""
    for claim in claims.of(Role.QUANTISATION, Role.PRECISION):
        if encodings_in(claim.element.text) == (said,):
            return claim
    return None


def _exact(encoding: str) -> bool:
    """Whether the ending is one that llama.cpp itself tells apart: Q4_K_S and Q4_K_M, not Q4_K_L or plain Q4_K."""
    return not encoding.endswith(_FREE) and base_type(encoding) != encoding
