"""CTX001: the context length that a name gives (8k, 128k, 1M)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    CONTEXT_LENGTH,
    EXTENDED_CONTEXT_LENGTH,
    IS_ADAPTER,
    MODEL_MAX_LENGTH,
    PARAMETERS,
    ROPE_SCALING,
    VOCABULARY_SIZE,
    Fact,
    Origin,
)
from truename.findings import Reason, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, renamed
from truename.rules.shared.another import why_of_another
from truename.rules.shared.quantities import distance

KEYS = (CONTEXT_LENGTH, EXTENDED_CONTEXT_LENGTH, MODEL_MAX_LENGTH)
UNLIMITED = 10**9  # tokenizers without a limit give 10^30
CLOSE = 0.05  # of a vocabulary that a name rounds
GENEROUS = 1.25
FALSE = 2.0

_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*([km])", re.IGNORECASE)
_MULTIPLES = {"k": (1000, 1024), "m": (10**6, 1000 * 1024, 1024**2)}


class ContextLength(Rule):
    """The name claims a context that the model's positions do not reach.

    The context decides whether a document fits, and the files hold the limit that a server goes by. ``HerculeanSea-7b-
    128k`` allows 8192 tokens, c4ai-command-r-plus promised 128K over a limit of 8192, and Qwen2.5's 128K needs a
    scaling of its 32768 positions that its configuration does not switch on.

    ``8k`` may be 8000 or 8192, and a length below the limit is right (it is the one of training). A scaling of the
    rotary positions counts, and so does the tokenizer's own limit. Models without a limit cannot be told, and neither
    can those whose documents declare more positions than the weights have. A number that is about the size of the
    vocabulary may be that.
    """

    code = "CTX001"
    slug = "context-length"
    since = "0.1"
    topic = "a context length"
    claims = frozenset({Role.CONTEXT})
    needs = frozenset({CONTEXT_LENGTH, EXTENDED_CONTEXT_LENGTH})
    reads = frozenset({MODEL_MAX_LENGTH, ROPE_SCALING, IS_ADAPTER, VOCABULARY_SIZE, PARAMETERS})
    flagged = (
        Case("HerculeanSea-7b-128k", context_length=8192, expect=Severity.ERROR),
        Case("Qwen2.5-7B-Instruct-128k", context_length=32_768, expect=Severity.ERROR),
        Case("llama-7b-16k", context_length=12_288, expect=Severity.WARNING),
        Case("llama-7b-1M-context", context_length=131_072, model_max_length=10**30, expect=Severity.ERROR),
    )
    confirmed = (
        Case("Phi-3-mini-128k-instruct", context_length=131_072),
        Case("Phi-3-mini-4k-instruct", context_length=4096),
        Case("llama-2-7b-32k", context_length=4096, extended_context_length=32_768),
        Case("Qwen2.5-7B-Instruct-1M", context_length=1_010_000),
        Case("llama-3-8b-8k", context_length=131_072),
    )
    undecided = (
        Case("mpt-7b-8k"),
        Case("mpt-7b-8k", model_max_length=2048),
        Case("llama-2-7b-32k-lora", is_adapter=True, context_length=4096),
        Case("llama-2-7b-32k", context_length=4096, rope_scaling="yarn"),
        Case("bert-base-128k-cased", context_length=512, vocabulary_size=128_000),
        Case("gpt2-8k", context_length=Fact(CONTEXT_LENGTH, 1024, Origin.WEIGHTS), model_max_length=8192),
    )
    not_applicable = (Case("llama-2-7b", context_length=4096),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.CONTEXT)
        if not stated:
            return self.no_claim()
        if evidence.value(IS_ADAPTER):
            return cannot_tell(ReasonKind.ADAPTER, "the files hold an adapter, and its base model decides the context")
        lengths = [fact for key in KEYS for fact in evidence.all(key) if _is_length(fact.value)]
        limits = [fact for fact in lengths if fact.key != MODEL_MAX_LENGTH]
        if not limits:
            return cannot_tell(evidence.why_missing(CONTEXT_LENGTH))
        longest = max(lengths, key=lambda fact: fact.value)
        claim = min(stated, key=lambda c: min(readings(c)))
        least = min(readings(claim))
        if least <= longest.value * GENEROUS:
            return self._within(stated, lengths)
        if (reason := _why_of_words(claims, claim, evidence)) or (reason := why_of_another(claims, claim, evidence)):
            return cannot_tell(reason)
        scaling = evidence.value(ROPE_SCALING)
        if scaling not in (None, "default", "none") and evidence.get(EXTENDED_CONTEXT_LENGTH) is None:
            text = f"how far the declared scaling {scaling!r} reaches is not known"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        severity = Severity.ERROR if least >= longest.value * FALSE else Severity.WARNING
        return self.flag(
            [
                self.finding(
                    severity,
                    _message(claim, longest),
                    claim=claim,
                    fact=longest,
                    suggestion=renamed(claims, claim, _short(longest.value, claim.element.text)),
                )
            ]
        )

    def _within(self, stated: Sequence[Claim], lengths: Sequence[Fact[Any]]) -> Decision:
        """Confirm the claims that a limit reaches; a declared one does not reach further than measured positions."""
        measured = [fact for fact in lengths if fact.origin is not Origin.DECLARED]
        right = [(claim, fact) for claim in stated if (fact := _reaching(claim, measured or lengths)) is not None]
        return self.confirm(*right) if right else cannot_tell(_why_open(measured, lengths))


def _why_of_words(claims: Claims, claim: Claim, evidence: Evidence) -> Reason | None:
    """Why the number may count the words of the vocabulary: bert-base-turkish-128k-cased has 128,000 of them.

    A model whose size is a number of parameters is one that writes text, and its thousands are of its context.
    """
    if claims.of(Role.PARAMETERS, Role.MIXTURE, Role.ACTIVE_PARAMETERS):
        return None
    for fact in evidence.all(VOCABULARY_SIZE):
        if any(distance(number, fact.value) <= CLOSE for number in readings(claim)):
            text = f"{claim.element.text} may be the size of the vocabulary ({fact.value:,})"
            return Reason(ReasonKind.AMBIGUOUS_NAME, text)
    return None


def _reaching(claim: Claim, lengths: Sequence[Fact[Any]]) -> Fact[Any] | None:
    """The shortest of the lengths that reach as far as a claim."""
    least = min(readings(claim))
    return min((f for f in lengths if least <= f.value * GENEROUS), key=lambda f: f.value, default=None)


def _why_open(measured: Sequence[Fact[Any]], lengths: Sequence[Fact[Any]]) -> Reason:
    here, there = (max(facts, key=lambda f: f.value) for facts in (measured, lengths))
    text = f"the weights have {here.value:,.0f} positions, and {there.file or 'the configuration'} declares"
    return Reason(ReasonKind.AMBIGUOUS_FILES, f"{text} {there.value:,.0f}")


def readings(claim: Claim) -> Iterator[float]:
    """What the claim may mean, in tokens: 8k is 8000 or 8192."""
    yield claim.value
    if written := _WRITTEN.search(claim.element.text):
        for multiple in _MULTIPLES[written[2].lower()]:
            yield float(written[1]) * multiple


def _is_length(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < UNLIMITED


def _message(claim: Claim, fact: Fact[Any]) -> str:
    where = "the weights have" if fact.origin is Origin.WEIGHTS else f"{fact.file or 'the configuration'} declares"
    return f"the name says {claim.element.text}; {where} {fact.value:,.0f} positions"


def _short(tokens: float, text: str) -> str:
    """A length as names give it, in the case of ``text``: 131072 is 128k."""
    if tokens < 1000:
        return f"{tokens:.0f}"
    multiple = 1024 if tokens % 1024 == 0 or tokens % 1000 else 1000
    short = f"{tokens / multiple:.1f}".removesuffix(".0")
    return short + ("K" if "K" in text or "M" in text else "k")
