"""PKG004: files that hold a part of a model."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import MODEL_PART, Fact, Origin
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared.model_parts import DRAFT, says_draft, with_article

# Words of a name that say which part it is, beside those that the names' grammar knows.
_PARTS = ("proj", "tower", "vision", "visual", "image", "encoder", "vit", "audio", "connector", "adapter", "pretrain")


class ModelPart(Rule):
    """The name reads like that of a whole model, and the files hold a part of one.

    A draft model (EAGLE, Medusa, DFlash, a speculator) guesses tokens ahead for a larger one. It has one layer or a
    few, cannot be run alone, and is named after the model that it serves: ``EAGLE3-LLaMA3.1-Instruct-8B`` is right with
    0.4 B parameters. A projector (mmproj, ``mm_projector.bin``) joins an image encoder to a language model. What such a
    name says of family and size is said of the other model, so no rule holds it against the files.

    Where the name does not say that it is a part, whoever downloads it gets something else than a model: a note.
    """

    code, slug, since = "PKG004", "model-part", "0.2"
    topic = "a part of a model"
    claims = frozenset({Role.DRAFT, Role.SIDECAR, Role.PARAMETERS, Role.MIXTURE})
    needs = frozenset({MODEL_PART})
    expected_with = frozenset({Role.DRAFT})
    flagged = (
        Case("Llama-3.1-8B-Instruct", expect=Severity.NOTE, model_part="draft"),
        Case("Qwen2.5-VL-7B-Instruct", expect=Severity.NOTE, model_part="projector"),
    )
    confirmed = (
        Case("EAGLE3-LLaMA3.1-Instruct-8B", model_part="draft"),
        Case("Qwen3-8B-DFlash-b16", model_part="draft"),
        Case("mmproj-Qwen2.5-VL-7B-Instruct-f16", model_part="projector"),
        Case("llama3-8b-accelerator", model_part=Fact(MODEL_PART, "draft", Origin.DECLARED, "config.json")),
        Case("llava-pretrain-vicuna-7b-v1.3", model_part="projector"),
    )
    undecided = (Case("Llama-3.1-8B-draft"),)
    not_applicable = (Case("Llama-3.1-8B-Instruct"), Case("mmproj-model-f16"), Case("Qwen-VL", model_part="draft"))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        fact = evidence.get(MODEL_PART)
        drafts = claims.of(Role.DRAFT)
        if fact is None:
            if not drafts:
                return self.no_claim()
            text = "no tensor and no configuration shows a draft, and a whole model may serve as one"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text, about=drafts)
        stated = drafts if fact.value == DRAFT else claims.of(Role.SIDECAR)
        if stated:
            return self.confirm(*((claim, fact) for claim in stated))
        if says_draft(claims) if fact.value == DRAFT else any(word in claims.name.lower() for word in _PARTS):
            return self.passed(fact)
        sizes = claims.of(Role.PARAMETERS, Role.MIXTURE)
        if not sizes:
            return self.no_claim()
        message = (
            f"the name reads like a whole model of {sizes[0].element.text}; the files hold {with_article(fact.value)}"
        )
        return self.flag([self.finding(Severity.NOTE, message, claim=sizes[0], fact=fact)])
