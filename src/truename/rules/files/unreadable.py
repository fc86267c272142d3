"""FIL001: files that break their format."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import BYTES_READ, FORMATS, TENSORS, UNREADABLE_FILES
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply


class UnreadableFile(Rule):
    """A file of the model breaks its format.

    What cannot be read cannot be checked, and will most likely not load: an upload that was cut short leaves a
    safetensors file whose header promises more bytes than there are, and a pointer left in place of the file
    by Git LFS is a few lines of text under the name of the weights.
    """

    code, slug, since = "FIL001", "unreadable-file", "0.1"
    topic = "its files"
    needs = frozenset({UNREADABLE_FILES, BYTES_READ, TENSORS})
    reads = frozenset({FORMATS})
    about_files = True
    flagged = (
        Case("llama-7b", expect=Severity.ERROR, unreadable_files="model.safetensors: the header is cut short"),
        Case("bert-base-uncased", expect=Severity.ERROR, unreadable_files="config.json: not a JSON object"),
        Case("1", expect=Severity.ERROR, unreadable_files=["a.safetensors: too short", "config.json: not JSON"]),
    )
    confirmed = (
        Case("bert-base-uncased", tensors=199),
        Case("bloom", model_type="bloom", formats=("safetensors",), bytes_read=30_000),
    )
    undecided = (Case("llama-7b", formats=("mlmodel",)),)
    not_applicable = (
        Case("llama-7b"),
        Case("bert-base-uncased"),
        Case("1"),
        Case("bloom", model_type="bloom"),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if broken := evidence.all(UNREADABLE_FILES):
            return self.flag(self.finding(Severity.ERROR, fact.value, fact=fact) for fact in broken)
        if (read := evidence.get(BYTES_READ) or evidence.get(TENSORS)) is not None:
            return self.passed(read)
        if evidence.get(FORMATS) is not None:
            return cannot_tell(ReasonKind.UNREAD_WEIGHTS, "no weights file was read")
        return does_not_apply(ReasonKind.NO_WEIGHTS, "there is no weights file, and no document is broken")
