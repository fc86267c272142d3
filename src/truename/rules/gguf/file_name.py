"""GGF001: the name of a GGUF file."""

from __future__ import annotations

import re
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import GGUF_TENSOR_TYPES, Fact, Origin
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, does_not_apply
from truename.rules.shared.gguf_files import GGUF_KEYS, encodings_in, gguf_files, no_gguf_file

_SIZE = re.compile(r"(?:\d+x)?(?:\d+\.)?\d+[QTBMKqtbmk]")
_BASE = re.compile(r"[A-Za-z0-9 _.]*[A-Za-z][A-Za-z0-9 _.]*")
SHOWN = 3


def _file(path: str) -> Fact[Any]:
    return Fact(GGUF_TENSOR_TYPES, ("Q4_K",), Origin.WEIGHTS, path)


class GgufFileName(Rule):
    """A GGUF file's name leaves out what GGUF's naming convention asks for.

    The convention is BaseName-SizeLabel-FineTune-Version-Encoding. Programs that list and download single files read
    the model and its size from the file's name alone: one client did not recognise a file until it was renamed.
    Files named ``model.Q4_K_M.gguf`` cannot be told apart once they are in one folder. A missing version means v1.0.

    Source: ggml, docs/gguf.md, section on naming.
    """

    code, slug, since = "GGF001", "gguf-file-name", "0.2"
    topic = "GGUF files"
    needs = frozenset({GGUF_TENSOR_TYPES})
    reads = GGUF_KEYS
    about_files = True
    flagged = (
        Case("Llama-3.2-1B-Instruct-GGUF", expect=Severity.NOTE, gguf_tensor_types=_file("model.Q4_K_M.gguf")),
        Case("llama-2-7b", expect=Severity.NOTE, gguf_tensor_types=_file("ggml-model-f16.gguf")),
    )
    confirmed = (
        Case("Llama-3.2-1B-Instruct-GGUF", gguf_tensor_types=_file("Llama-3.2-1B-Instruct-Q4_K_M.gguf")),
        Case("Mixtral-8x7B-v0.1-GGUF", gguf_tensor_types=_file("mixtral-8x7b-v0.1.Q5_K_M.gguf")),
        Case("Hermes-2-Pro-Llama-3-8B-GGUF", gguf_tensor_types=_file("Hermes-2-Pro-Llama-3-8B-F16.gguf")),
        Case("Grok-1", gguf_tensor_types=_file("Grok-100B-v1.0-Q4_0-00003-of-00009.gguf")),
    )
    undecided = (Case("llama-2-7b", formats=("gguf",)),)
    not_applicable = (Case("llama-2-7b", formats=("safetensors",)), Case("some-model"))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        files = gguf_files(evidence)
        if not files:
            return no_gguf_file(evidence)
        if claims.given and len(files) == 1:
            return does_not_apply(ReasonKind.NO_CLAIM, "the name that was given is judged, and not the file's")
        loose = [file for file in files if not conforms(file.stem)]
        if not loose:
            return self.passed(files[0].types)
        names = ", ".join(file.path for file in loose[:SHOWN])
        more = f" and {len(loose) - SHOWN:,} more" if len(loose) > SHOWN else ""
        verb = "name" if len(loose) > 1 else "names"
        message = f"{names}{more} {verb} no base name and size, as GGUF's naming convention asks (Llama-8B-v1.0-Q4_K_M)"
        return self.flag([self.finding(Severity.NOTE, message, fact=loose[0].types)])


def conforms(stem: str) -> bool:
    """Whether a file's name has a base name and, behind it, a size label; what follows them is free."""
    parts = stem.split("-")
    if parts[0] in ("mmproj", "mtp"):
        parts = parts[1:]
    for index, part in enumerate(parts[1:], 1):
        label = part.partition(".")[0] if encodings_in(part) else part
        if _SIZE.fullmatch(label) or _SIZE.fullmatch(part):
            base = "-".join(parts[:index]).replace("-", " ")
            return _BASE.fullmatch(base) is not None
    return False
