"""NAM003: invented names over known models."""

from __future__ import annotations

from typing import Any

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import MODEL_TYPE, PARAMETERS, Fact
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared.product_lines import (
    DISCLOSURE_KEYS,
    ORIGIN_KEYS,
    declared_origin,
    discloses,
    lines_of_name,
    of_no_line,
    short_base,
    spells,
)
from truename.rules.shared.unread import undeclared
from truename.units import abbreviate_count

# roles that give a reader a hold, even if the family is left out
HOLDS = frozenset(Role) - {
    Role.OTHER, Role.VERSION, Role.SIZE_WORD, Role.CHARACTERISTIC, Role.LANGUAGE, Role.STAGE, Role.DATE, Role.DIGEST,
    Role.STEPS, Role.EPOCHS, Role.SEED, Role.RUN, Role.RANK, Role.UNCENSORED, Role.DATA_COUNT, Role.SHARD,
    Role.QUANTISATION_DETAIL, Role.IMATRIX, Role.SIDECAR, Role.MODALITY, Role.DRAFT,
}  # fmt: skip


class FamilyLeftOut(Rule):
    """The name consists of invented words only, and the files are those of a known model line.

    A Mixtral 8x7B was published as ``dolping``: its card says what it is, but lists, folders and leaderboards show
    the name alone. A brand of one's own is welcome; this note says what stands behind it, and a name that adds the
    family (``dolping-mixtral-8x7b``) is found by those who look for it. ``GPT`` is part of names of every line and
    adds none: a DeepSeek Coder of 33B was published as ``Super-GPT``. The line is that of the configuration's type, of
    the model that the configuration was made from, or of the declared base models where the type bears them out.
    """

    code, slug, since = "NAM003", "family-left-out", "0.1"
    topic = "its family"
    needs = frozenset({MODEL_TYPE})
    reads = ORIGIN_KEYS | DISCLOSURE_KEYS | {PARAMETERS}
    flagged = (
        Case("dolping", expect=Severity.NOTE, model_type="mixtral", card_mentions=("mixtral",)),
        Case("EmotioLocal", expect=Severity.NOTE, model_type="minicpmv", tags=("minicpm-v",)),
        Case("Aelan", expect=Severity.NOTE, model_type="mistral", base_models=("mistralai/Mistral-7B-v0.1",)),
        Case(
            "Super-GPT",
            expect=Severity.NOTE,
            model_type="llama",
            original_name="/home/migel/deepseek-coder-33b-base",
            card_mentions=("deepseek",),
        ),
        Case("my-cat-v2", expect=Severity.NOTE, model_type="gemma3", base_models=("google/gemma-3-4b",)),
    )
    confirmed = (
        Case("gemma_kor", model_type="gemma3"),
        Case("dolping-mixtral", model_type="mixtral"),
        Case("mygemma", model_type="gemma2"),
        Case("Atom-7B", model_type="mixtral"),
        Case("zephyr", model_type="mistral", base_models=("mistralai/Mistral-7B-v0.1",)),
        Case("RUTERGPT13B", model_type="llama", base_models=("meta-llama/Llama-2-13b-chat-hf",)),
    )
    undecided = (
        Case("dolping", model_type="mixtral", card_mentions=()),
        Case("Aelan", model_type="mistral"),
        Case("Aelan", model_type="llama", base_models=("Qwen/Qwen2.5-7B",)),
        Case("Aelan", model_type="llama", base_models=("meta-llama/Llama-2-7b", "mistralai/Mistral-7B-v0.1")),
        Case("chatbot", model_type="somebody"),
    )
    not_applicable = (Case("dolping"), Case("Aelan", model_type="bert"))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        line, fact = declared_origin(evidence)
        if line is None or fact is None:
            declared = evidence.get(MODEL_TYPE)
            if declared is None:
                return undeclared(evidence.why_missing(MODEL_TYPE))
            return self.passed(declared) if holds(claims) else of_no_line(declared)
        if holds(claims) or line.key in lines_of_name(claims) or spells(claims.name, line):
            return self.passed(fact)
        if not discloses(evidence, line):
            text = "the card does not mention the family either, which is another fault"
            return cannot_tell(ReasonKind.NOT_DECLARED, text)
        count = evidence.value(PARAMETERS)
        said = _said(fact)
        word = max((key for key in line.keys if key in said.lower()), key=len, default=line.key)
        suggestion = "-".join(filter(None, (claims.name, word, abbreviate_count(count).lower() if count else None)))
        message = f"the name does not say that this is a model of the {line.title} line ({said})"
        return self.flag([self.finding(Severity.NOTE, message, fact=fact, suggestion=suggestion)])


def holds(claims: Claims) -> bool:
    """Whether a name gives a reader a hold beside its family; a word that every family bears is none."""
    generic = table("rules/generic_words")["families"]
    return any(claim.role in HOLDS and claim.value not in generic for claim in claims.items)


def _said(fact: Fact[Any]) -> str:
    """What gave the line away: a type, or the names of models without somebody's folders."""
    values = fact.value if isinstance(fact.value, tuple) else (fact.value,)
    return ", ".join(short_base(str(value)) for value in values)
