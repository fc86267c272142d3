"""FIL005: files of another format than their suffix says."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import FORMATS, MISNAMED_FILES
from truename.findings import Severity
from truename.names.claims import Claims
from truename.rules.rule import CLEAN, Case, Decision, Rule, cannot_tell, verdict

_PICKLE = "pytorch"
_WORDS = {_PICKLE: "a pickle of PyTorch", "keras": "HDF5 or Keras", "tar": "a tar archive", "numpy": "a NumPy archive"}


class MisnamedFile(Rule):
    """The first bytes of a weights file are of another format than its suffix says.

    A suffix is a promise. Who takes ``.safetensors`` for safe, and lets such files pass where pickles are refused, must
    not get a pickle: tools that look at the bytes rather than at the name load it, and loading it runs it. A file of
    another format that runs nothing does not load where its suffix is believed, and is a warning.

    Suffixes that several formats share (``.bin``, ``.pt``, ``.ckpt``) promise nothing.
    """

    code, slug, since = "FIL005", "misnamed-file", "0.2"
    claims = "its files"
    flagged = (
        Case("bert-base-uncased", expect=Severity.ERROR, misnamed_files=("model.safetensors: pytorch",)),
        Case("llama-7b", expect=Severity.WARNING, misnamed_files=("model.gguf: safetensors",)),
    )
    clean = (
        Case("bert-base-uncased", formats=("safetensors",)),
        Case("llama-7b", formats=("pytorch",), misnamed_files=()),
    )
    undecided = (Case("llama-7b"), Case("1", model_type="bloom"))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        fact = evidence.get(MISNAMED_FILES)
        if fact is not None and fact.value:
            return verdict(
                self.finding(
                    Severity.ERROR if format == _PICKLE else Severity.WARNING,
                    f"{path} is {_WORDS.get(format, format)}, whatever its suffix says",
                    fact=fact,
                )
                for path, _, format in (str(one).rpartition(": ") for one in fact.value)
            )
        return CLEAN if evidence.get(FORMATS) is not None else cannot_tell("the files hold no weights")
