"""MOD001: vision, sound or speech that a name claims."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    ALL_INPUTS_SEEN,
    GGUF_ARCHITECTURE,
    IS_ADAPTER,
    MODALITIES,
    MODEL_TYPE,
    PARAMETERS,
    VOCABULARY_SIZE,
    Fact,
)
from truename.findings import Finding, Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.releases import releases_in_use
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.another import stands_alone, why_of_another
from truename.rules.shared.families import is_composite
from truename.rules.shared.settled import settled
from truename.vocabulary import vocabulary

SEEING, HEARING, BOTH = frozenset(("vision",)), frozenset(("audio",)), frozenset(("vision", "audio"))
# what a word asks for: any one of these inputs bears it out
_WORDS: dict[str, frozenset[str]] = {
    "vision": SEEING, "video": SEEING, "audio": HEARING, "omni": BOTH, "multimodal": BOTH,
    "image-text-to-text": SEEING, "visual-question-answering": SEEING,
    "text-to-speech": HEARING, "automatic-speech-recognition": HEARING,
}  # fmt: skip
_COMPOUND_WORDS = {
    "vl": SEEING, "vlm": SEEING, "vision": SEEING, "omni": BOTH, "audio": HEARING, "asr": HEARING, "tts": HEARING,
    "speech": HEARING,
}  # fmt: skip


class Inputs(Rule):
    """The name claims eyes or ears that the weights do not have.

    ``Qwen2.5-VL-7B`` reads images, ``Qwen2.5-7B`` does not; who builds on the first and gets the second finds out when
    an image is ignored or refused. A model that sees or hears holds an encoder for what it sees or hears, and that
    encoder shows in its tensors.

    Only a word that stands as the model's own, beside its family, its size or at the end, is judged: ``asr-noise`` and
    ``multimodal-behaviors`` are about something else. Weights with a part whose input is not known are not judged, and
    neither are GGUF files, whose encoders are kept in another file, adapters and drafts. Speech may also be spoken in
    tokens of a longer vocabulary, so for sound the vocabulary must be as long as that of a known release.
    """

    code, slug, since = "MOD001", "inputs", "0.2"
    topic = "what the model takes in"
    claims = frozenset({Role.MODALITY, Role.TASK, Role.FAMILY})
    needs = frozenset({MODALITIES, ALL_INPUTS_SEEN})
    reads = frozenset({GGUF_ARCHITECTURE, IS_ADAPTER, MODEL_TYPE, PARAMETERS, VOCABULARY_SIZE})
    flagged = (
        Case("Llama-3-8B-Vision", modalities=("text",), all_inputs_seen=True, expect=Severity.WARNING),
        Case("Qwen2.5-VL-7B-Instruct", modalities=("text",), all_inputs_seen=True, expect=Severity.WARNING),
        Case("Qwen2.5-7B-TTS", modalities=("text",), all_inputs_seen=True, vocabulary_size=152_064),
        Case("whisper-small-VL", modalities=("text", "audio"), all_inputs_seen=True, expect=Severity.WARNING),
    )
    confirmed = (
        Case("Llama-3-8B-Vision", modalities=("text", "vision")),
        Case("Qwen2.5-VL-7B-Instruct", modalities=("text", "vision"), all_inputs_seen=True),
        Case("Qwen2.5-Omni-7B", modalities=("text", "vision", "audio")),
        Case("whisper-small-asr", modalities=("text", "audio")),
    )
    undecided = (
        Case("Llama-3-8B-Vision"),
        Case("Llama-3-8B-Vision", modalities=("text",)),
        Case("Llama-3-8B-Vision-lora", is_adapter=True),
        Case("Llama-3-8B-Vision-GGUF", modalities=("text",), all_inputs_seen=True, gguf_architecture="llama"),
        Case("Llama-2-13b-cls-multimodal-behaviors", modalities=("text",), all_inputs_seen=True),
        Case("Qwen2.5-7B-TTS", modalities=("text",), all_inputs_seen=True),
    )
    not_applicable = (Case("llama-7b", modalities=("text",), all_inputs_seen=True),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        asked = [(claim, wanted) for claim in claims.of(*self.claims) if (wanted := wanted_by(claim)) is not None]
        if not asked:
            return self.no_claim()
        stated = [claim for claim, _ in asked]
        if evidence.value(IS_ADAPTER):
            text = "the files hold an adapter, and its base model decides what it takes in"
            return cannot_tell(ReasonKind.ADAPTER, text, about=stated)
        shown = evidence.measured(MODALITIES)
        if shown is None:
            why = evidence.why_missing(MODALITIES)
            return does_not_apply(why) if why.kind is ReasonKind.NO_WEIGHTS else cannot_tell(why, about=stated)
        findings, borne, open_ = [], [], []
        for claim, wanted in asked:
            if not wanted.isdisjoint(shown.value):
                borne.append(self.confirmation(claim, shown))
            elif isinstance(found := self._judge(claims, claim, wanted, shown, evidence), Finding):
                findings.append(found)
            else:
                open_.append((claim, found))
        return settled(findings[:1], borne, open_)

    def _judge(
        self, claims: Claims, claim: Claim, wanted: frozenset[str], shown: Fact[Any], evidence: Evidence
    ) -> Finding | Reason:
        """A claim of which nothing is seen: a finding where all that there is was seen, else why it stays open."""
        if not evidence.value(ALL_INPUTS_SEEN):
            return Reason(ReasonKind.AMBIGUOUS_FILES, "the weights have parts of which the input is not known")
        if evidence.get(GGUF_ARCHITECTURE) is not None:
            return Reason(ReasonKind.AMBIGUOUS_FILES, "the encoder of a GGUF model is kept in a file of its own")
        if declares(evidence, wanted, shown):
            return Reason(ReasonKind.AMBIGUOUS_FILES, "the configuration is that of a model of several models")
        if not stands_alone(claims, claim):
            return Reason(ReasonKind.AMBIGUOUS_NAME, f"{claim.element.text} may be said of something else")
        if reason := why_of_another(claims, claim, evidence):
            return reason
        if wanted == HEARING and "vision" not in shown.value and not is_of_text(evidence.value(VOCABULARY_SIZE)):
            return Reason(ReasonKind.AMBIGUOUS_FILES, "speech may be spoken in tokens of the vocabulary")
        held = " and ".join(shown.value)
        message = f"the name says {claim.element.text}; the weights take in {held}, and nothing else"
        return self.finding(Severity.WARNING, message, claim=claim, fact=shown)


def wanted_by(claim: Claim) -> frozenset[str] | None:
    """The inputs of which one bears a claim out; None where it asks for none."""
    if claim.role is not Role.FAMILY:
        return _WORDS.get(str(claim.value))
    family = vocabulary().families.get(claim.value)
    if family is None or family.brand or family.modality not in ("multimodal", "text", "audio"):
        return None
    return in_compound(claim.element.text)


def in_compound(text: str) -> frozenset[str] | None:
    """The inputs that a word in the name of a family asks for: those of ``VL`` in ``Qwen2.5-VL`` and ``qwen2_vl``."""
    for word in text.lower().replace("_", "-").split("-"):
        for known, inputs in _COMPOUND_WORDS.items():
            if word == known or (word.endswith(known) and word[-len(known) - 1].isdigit()):
                return inputs
    return None


def is_of_text(words: int | None) -> bool:
    """Whether a known release has a vocabulary of just so many words, so that none were added for sounds."""
    return words is not None and any(release.vocabulary_size == words for release in releases_in_use().releases)


def declares(evidence: Evidence, wanted: frozenset[str], shown: Fact[Any]) -> bool:
    """Whether the configuration's own types tell of an input that is not in the weights."""
    for fact in evidence.all(MODEL_TYPE):
        said = in_compound(str(fact.value))
        if said is not None and not wanted.isdisjoint(said):
            return True
        if is_composite(str(fact.value)) and set(shown.value) <= {"text"}:
            return True
    return False
