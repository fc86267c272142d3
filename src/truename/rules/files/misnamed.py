"""FIL005: files of another format than their suffix says."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import BYTES_READ, FORMATS, MISNAMED_FILES, Fact, Origin
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply

_PICKLE = "pytorch"
_WORDS = {_PICKLE: "a pickle of PyTorch", "keras": "HDF5 or Keras", "tar": "a tar archive", "numpy": "a NumPy archive"}


def _misnamed(path: str, format: str) -> Fact[str]:
    return Fact(MISNAMED_FILES, format, Origin.FILES, path)


class MisnamedFile(Rule):
    """The first bytes of a weights file are of another format than its suffix says.

    A suffix is a promise. Who takes ``.safetensors`` for safe, and lets such files pass where pickles are refused, must
    not get a pickle: tools that look at the bytes rather than at the name load it, and loading it runs it. A file of
    another format that runs nothing does not load where its suffix is believed, and is a warning.

    Suffixes that several formats share (``.bin``, ``.pt``, ``.ckpt``) promise nothing.
    """

    code, slug, since = "FIL005", "misnamed-file", "0.2"
    topic = "its files"
    needs = frozenset({MISNAMED_FILES, BYTES_READ})
    reads = frozenset({FORMATS})
    about_files = True
    flagged = (
        Case("bert-base-uncased", expect=Severity.ERROR, misnamed_files=_misnamed("model.safetensors", "pytorch")),
        Case("llama-7b", expect=Severity.WARNING, misnamed_files=_misnamed("model.gguf", "safetensors")),
        Case("llama-7b", expect=Severity.WARNING, misnamed_files=_misnamed("a: b.gguf", "safetensors")),
    )
    confirmed = (
        Case("bert-base-uncased", formats=("safetensors",), bytes_read=30_000),
        Case("llama-7b", formats=("pytorch",), bytes_read=90_000),
    )
    undecided = (Case("bert-base-uncased", formats=("safetensors",)), Case("llama-7b", formats=("pytorch",)))
    not_applicable = (Case("llama-7b"), Case("1", model_type="bloom"))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if misnamed := evidence.all(MISNAMED_FILES):
            return self.flag(
                self.finding(
                    Severity.ERROR if fact.value == _PICKLE else Severity.WARNING,
                    f"{fact.file} is {_WORDS.get(fact.value, fact.value)}, whatever its suffix says",
                    fact=fact,
                )
                for fact in misnamed
            )
        formats = evidence.get(FORMATS)
        if evidence.get(BYTES_READ) is not None:
            return self.passed(formats)
        if formats is not None:
            return cannot_tell(ReasonKind.UNREAD_WEIGHTS, "no weights file was read")
        return does_not_apply(ReasonKind.NO_WEIGHTS, "there is no weights file")
