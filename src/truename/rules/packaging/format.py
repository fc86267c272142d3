"""PKG002: file formats."""

from __future__ import annotations

from typing import Any

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import FORMATS, LIBRARY_NAME, QUANTISATION_METHOD, TAGS, Fact, Origin
from truename.findings import Confirmation, Finding, Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared import storage
from truename.rules.shared.settled import settled

_NOT_OF_MLX = frozenset({"gptq", "awq", "bitsandbytes", "exl2", "compressed-tensors", "nvfp4", "fp8"})  # layouts


class PackagingFormat(Rule):
    """The name claims a file format that is not among the files.

    GGUF, ONNX and MLX each run on engines that read nothing else. A repository named ``...-ONNX`` that holds only
    safetensors cannot be used for what its name promises. MLX is itself stored as safetensors, and unquantised
    MLX weights, as in a repository named ``qwen3-mlx``, look like any others: those are never accused.
    """

    code, slug, since = "PKG002", "packaging-format", "0.1"
    topic = "a file format"
    claims = frozenset({Role.PACKAGING})
    needs = frozenset({FORMATS})
    reads = frozenset({QUANTISATION_METHOD, LIBRARY_NAME, TAGS})
    flagged = (
        Case("all-MiniLM-L6-v2-ONNX", expect=Severity.ERROR, formats=("safetensors",)),
        Case("Llama-3.2-1B-Instruct-GGUF", expect=Severity.ERROR, formats=("safetensors",)),
        Case("qwen3-8b-mlx", expect=Severity.ERROR, formats=("safetensors",), quantisation_method="gptq"),
        Case("Pygmalion-7b-Merged-Safetensors", expect=Severity.ERROR, formats=("pytorch",)),
    )
    confirmed = (
        Case("all-MiniLM-L6-v2-ONNX", formats=("onnx", "safetensors")),
        Case("Llama-3.2-1B-Instruct-GGUF", formats=("gguf",)),
        Case("qwen3-mlx", formats=("safetensors",), library_name="mlx"),
        Case("Pygmalion-7b-Merged-Safetensors", formats=("safetensors",)),
    )
    undecided = (
        Case("all-MiniLM-L6-v2-ONNX"),
        Case("qwen3-mlx", formats=("safetensors",)),
    )
    not_applicable = (Case("llama-7b", formats=("safetensors",)),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.PACKAGING)
        if not stated:
            return self.no_claim()
        fact = evidence.get(FORMATS, Origin.WEIGHTS, Origin.FILES)
        if fact is None or not fact.value:
            return cannot_tell(evidence.why_missing(FORMATS))
        judged = [(claim, self._judge(claim, fact, evidence)) for claim in stated]
        return settled(
            [found for _, found in judged if isinstance(found, Finding)],
            [found for _, found in judged if isinstance(found, Confirmation)],
            [(claim, found) for claim, found in judged if isinstance(found, Reason)],
        )

    def _judge(self, claim: Claim, fact: Fact[Any], evidence: Evidence) -> Finding | Confirmation | Reason:
        """One claim: a finding, what bears it out, or why it cannot be told."""
        word = str(claim.value).lower()
        known = table("rules/packaging").get(word)
        if word in fact.value or (known and any(form in fact.value for form in known["formats"])):
            return self.confirmation(claim, fact)
        method = storage.method_fact(evidence)
        if method is not None and storage.method(method) == word:
            return self.confirmation(claim, method)
        if word == "mlx" and (said := mlx_fact(evidence)) is not None:
            return self.confirmation(claim, said)
        measured = method is not None and method.origin is not Origin.DECLARED
        if word == "mlx" and method is not None and measured and storage.method(method) in _NOT_OF_MLX:
            message = f"the name says {claim.element.text}; the weights are packed by {method.value}"
            return self.finding(Severity.ERROR, message, claim=claim, fact=method)
        if known is None:
            return Reason(ReasonKind.UNKNOWN_TO_TRUENAME, f"how {claim.element.text} is stored is not known here")
        if not known["seen"]:
            text = f"{claim.element.text} cannot always be told from the files"
            return Reason(ReasonKind.AMBIGUOUS_FILES, text)
        message = f"the name says {claim.element.text}; the weights are {' and '.join(fact.value)} files"
        return self.finding(Severity.ERROR, message, claim=claim, fact=fact)


def mlx_fact(evidence: Evidence) -> Fact[Any] | None:
    """The statement of the card that the model is one of MLX, or None."""
    library, tags = evidence.get(LIBRARY_NAME), evidence.get(TAGS)
    if library is not None and str(library.value).lower() == "mlx":
        return library
    return tags if tags is not None and "mlx" in (str(tag).lower() for tag in tags.value or ()) else None
