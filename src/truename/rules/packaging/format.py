"""PKG002: file formats."""

from __future__ import annotations

from typing import Any

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import FORMATS, LIBRARY_NAME, TAGS, Fact, Origin
from truename.findings import Finding, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared import storage


class PackagingFormat(Rule):
    """The name claims a file format that is not among the files.

    GGUF, ONNX and MLX each run on engines that read nothing else. A repository named ``...-ONNX`` that holds only
    safetensors cannot be used for what its name promises. MLX is itself stored as safetensors, and unquantised
    MLX weights, as in a repository named ``qwen3-mlx``, look like any others: those are never accused.
    """

    code, slug, since = "PKG002", "packaging-format", "0.1"
    claims = "a file format"
    flagged = (
        Case("all-MiniLM-L6-v2-ONNX", expect=Severity.ERROR, formats=("safetensors",)),
        Case("Llama-3.2-1B-Instruct-GGUF", expect=Severity.ERROR, formats=("safetensors",)),
        Case("Pygmalion-7b-Merged-Safetensors", expect=Severity.ERROR, formats=("pytorch",)),
    )
    clean = (
        Case("all-MiniLM-L6-v2-ONNX", formats=("onnx", "safetensors")),
        Case("Llama-3.2-1B-Instruct-GGUF", formats=("gguf",)),
        Case("qwen3-mlx", formats=("safetensors",), library_name="mlx"),
        Case("Pygmalion-7b-Merged-Safetensors", formats=("safetensors",)),
    )
    undecided = (
        Case("llama-7b", formats=("safetensors",)),
        Case("all-MiniLM-L6-v2-ONNX"),
        Case("qwen3-mlx", formats=("safetensors",)),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.PACKAGING)
        if not stated:
            return self.no_claim()
        fact = evidence.get(FORMATS, Origin.WEIGHTS, Origin.FILES)
        if fact is None or not fact.value:
            return cannot_tell(evidence.why_missing(FORMATS))
        findings: list[Finding] = []
        open_questions: list[str] = []
        for claim in stated:
            self._judge(claim, fact, evidence, findings, open_questions)
        return verdict(findings, "; ".join(open_questions) or None)

    def _judge(
        self, claim: Claim, fact: Fact[Any], evidence: Evidence, findings: list[Finding], open_questions: list[str]
    ) -> None:
        word = str(claim.value).lower()
        known = table("rules/packaging").get(word)
        if word in fact.value or (known and any(form in fact.value for form in known["formats"])):
            return
        method = storage.method_fact(evidence)
        if (method and storage.method(method) == word) or (word == "mlx" and is_mlx(evidence)):
            return
        if known is None or not known["seen"]:
            open_questions.append(f"{claim.element.text} cannot always be told from the files")
            return
        message = f"the name says {claim.element.text}; the weights are {' and '.join(fact.value)} files"
        findings.append(self.finding(Severity.ERROR, message, claim=claim, fact=fact))


def is_mlx(evidence: Evidence) -> bool:
    """Whether the card says MLX."""
    tags = [str(tag).lower() for tag in evidence.value(TAGS, ()) or ()]
    return "mlx" in (str(evidence.value(LIBRARY_NAME, "")).lower(), *tags)
