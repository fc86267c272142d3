"""FIL001: files that break their format."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import UNREADABLE_FILES
from truename.findings import Severity
from truename.names.claims import Claims
from truename.rules.rule import CLEAN, Case, Decision, Rule, cannot_tell, verdict


class UnreadableFile(Rule):
    """A file of the model breaks its format.

    What cannot be read cannot be checked, and will most likely not load: an upload that was cut short leaves a
    safetensors file whose header promises more bytes than there are, and a pointer left in place of the file
    by Git LFS is a few lines of text under the name of the weights.
    """

    code, slug, since = "FIL001", "unreadable-file", "0.1"
    claims = "its files"
    flagged = (
        Case("llama-7b", expect=Severity.ERROR, unreadable_files=("model.safetensors: the header is cut short",)),
        Case("bert-base-uncased", expect=Severity.ERROR, unreadable_files=("config.json: not a JSON object",)),
        Case("1", expect=Severity.ERROR, unreadable_files=("a.safetensors: too short", "config.json: not JSON")),
    )
    clean = (
        Case("llama-7b", unreadable_files=()),
        Case("bert-base-uncased", tensors=199),
        Case("bloom", model_type="bloom"),
    )
    undecided = (Case("llama-7b"), Case("bert-base-uncased"), Case("1"))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        fact = evidence.get(UNREADABLE_FILES)
        if fact is not None and fact.value:
            return verdict(self.finding(Severity.ERROR, str(problem), fact=fact) for problem in fact.value)
        return CLEAN if evidence.facts else cannot_tell("no file was read")
