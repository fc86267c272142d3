"""BAS001: the base model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import ADAPTER_BASE, BASE_MODEL_RELATION, BASE_MODELS, IS_ADAPTER, MODEL_TYPE, Fact
from truename.findings import Finding, Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.product_lines import (
    BASE_KEYS,
    base_of_line,
    bears_out,
    claims_of_base,
    declared_bases,
    line_of_claim,
    lines_of_name,
    titles,
)
from truename.rules.shared.quantities import ratio
from truename.rules.shared.resized import only_size

SAME_SIZE = 1.25  # an adapter or a packed copy has its base's size, up to rounding: 7B and 8B are not the same
RESIZED = ("prune", "reap", "merge", "upscal", "distil", "draft", "eagle", "slerp", "franken", "depth")


class BaseModel(Rule):
    """The name speaks of another base model than the card or the adapter does.

    A base model decides licence, tokenizer and prompt format. ``peiyi9979/mistral-7b-sft`` was built on Llama, and
    ``Llama-3-Instruct-8B-SimPO-ExPO`` declared a Mistral as its base. Names with several families, merges where one
    base agrees, and bases whose family is not known accuse nobody; where the configuration bears the name out, the
    card is at fault and the difference is only noted.
    """

    code, slug, since = "BAS001", "base-model", "0.1"
    topic = "a base model"
    claims = frozenset({Role.FAMILY, Role.BRAND})
    also_judges = frozenset((Role.PARAMETERS,))
    needs = BASE_KEYS
    reads = frozenset({BASE_MODEL_RELATION, IS_ADAPTER, MODEL_TYPE})
    flagged = (
        Case("mistral-7b-sft", expect=Severity.WARNING, base_models=("meta-llama/Llama-2-7b-hf",), model_type="llama"),
        Case(
            "Llama-3-Instruct-8B-SimPO-ExPO",
            expect=Severity.NOTE,
            base_models=("mistralai/Mistral-7B-v0.1",),
            model_type="llama",
        ),
        Case("gemma-7b-alpaca-qlora", expect=Severity.WARNING, is_adapter=True, adapter_base="Qwen/Qwen2-7B"),
        Case("Llama-2-13b-lora", expect=Severity.WARNING, is_adapter=True, adapter_base="meta-llama/Llama-2-7b-hf"),
    )
    confirmed = (
        Case("MythTrans-llama31-8B", is_adapter=True, adapter_base="unsloth/meta-llama-3.1-8b-bnb-4bit"),
        Case("deepcogito-cogito-v1-preview-qwen-14B", base_models=("Qwen/Qwen2.5-14B",)),
        Case("DeepSeek-R1-Distill-Qwen-7B", base_models=("Qwen/Qwen2.5-Math-7B",)),
        Case("Qwen3.5-25B-REAP-A3B-Coding", base_models=("Qwen/Qwen3.5-35B-A3B",)),
    )
    undecided = (
        Case("mistral-7b-lora", is_adapter=True),
        Case("Llama-3-8B-Story", base_models=("somebody/story-teller",)),
    )
    not_applicable = (Case("Aelan", base_models=("mistralai/Mistral-7B-v0.1",)), Case("mistral-7b-sft"))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        named = lines_of_name(claims)
        if not named:
            return self.no_claim()
        bases = declared_bases(evidence)
        if not bases:
            why = _why_no_base(evidence)
            if why.kind is ReasonKind.NOT_DECLARED and not evidence.value(IS_ADAPTER):
                return does_not_apply(ReasonKind.NO_SUCH_FILE, why.text)
            return self._open(claims, evidence, why)
        parsed = [claims_of_base(base) for base in bases]
        of_bases = [lines_of_name(base) for base in parsed]
        fact: Fact[Any] | None = evidence.get(ADAPTER_BASE) or evidence.get(BASE_MODELS)
        if not all(of_bases) and not any(named & keys for keys in of_bases):
            text = f"the family of the base model is not known ({', '.join(bases[:3])})"
            return self._open(claims, evidence, Reason(ReasonKind.UNKNOWN_TO_TRUENAME, text))
        if any(named & keys for keys in of_bases):
            borne_out = self.confirm(*_borne_out(claims, evidence))
            resized = tuple(self._size(claims, parsed, fact, evidence))
            return self.flag(resized, borne_out.confirmations) if resized else borne_out
        return self.flag([self._other_line(claims, named, bases, of_bases, fact, evidence)])

    def _open(self, claims: Claims, evidence: Evidence, reason: Reason) -> Decision:
        """Of an adapter the base model alone can bear the name out; of a whole model its own files can."""
        stated = claims.of(Role.FAMILY, Role.BRAND) if evidence.value(IS_ADAPTER) else ()
        return cannot_tell(reason, about=[claim for claim in stated if line_of_claim(claim) is not None])

    def _other_line(
        self,
        claims: Claims,
        named: frozenset[str],
        bases: tuple[str, ...],
        of_bases: list[frozenset[str]],
        fact: Fact[Any] | None,
        evidence: Evidence,
    ) -> Finding:
        claim = next(c for c in claims.of(Role.FAMILY, Role.BRAND) if line_of_claim(c) is not None)
        severity = Severity.NOTE if bears_out(str(evidence.value(MODEL_TYPE)), named) else Severity.WARNING
        who = "the adapter is for" if evidence.value(IS_ADAPTER) else "the card names as its base"
        others = frozenset[str]().union(*of_bases)
        message = f"the name says {titles(named)}; {who} {', '.join(bases[:3])} ({titles(others)})"
        return self.finding(severity, message, claim=claim, fact=fact)

    def _size(
        self, claims: Claims, parsed: list[Claims], fact: Fact[Any] | None, evidence: Evidence
    ) -> Iterator[Finding]:
        """An adapter and a packed copy have the size of their base; other children may be cut or grown."""
        relation = str(evidence.value(BASE_MODEL_RELATION, "")).lower()
        if len(parsed) != 1 or not (evidence.value(IS_ADAPTER) or relation in ("adapter", "quantized")):
            return
        size, base = only_size(claims), only_size(parsed[0])
        if size is None or base is None or ratio(size.value, base.value) <= SAME_SIZE:
            return
        if any(word in claims.name.lower() for word in RESIZED):
            return
        message = f"the name says {size.element.text}; its base model is {parsed[0].name} ({base.element.text})"
        yield self.finding(Severity.WARNING, message, claim=size, fact=fact)


def _why_no_base(evidence: Evidence) -> Reason:
    why = evidence.why_missing(BASE_MODELS)
    if why.kind is ReasonKind.UNREAD_FILE:
        return why
    return Reason(ReasonKind.NOT_DECLARED, "no base model is declared")


def _borne_out(claims: Claims, evidence: Evidence) -> Iterator[tuple[Claim, Fact[Any]]]:
    """Each claimed family of whose line a base model is, with the fact that names this base."""
    for claim in claims.of(Role.FAMILY, Role.BRAND):
        line = line_of_claim(claim)
        if line is not None and (fact := base_of_line(evidence, line.key)) is not None:
            yield claim, fact
