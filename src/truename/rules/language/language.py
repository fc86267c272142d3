"""LNG001: languages."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import LANGUAGES, Fact
from truename.findings import Finding, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import CLEAN, Case, Decision, Rule, cannot_tell, verdict
from truename.rules.shared.languages import MANY, code_of, codes, title

FEW = 3  # a card with more languages often lists those of the base model
TEMPLATES = frozenset({"en"})  # what the card templates of trainers fill in by themselves


class Language(Rule):
    """The name claims a language that the card does not list.

    Registries find models for a language by the card. A German model whose card lists only French is not found
    by those who need it, and is found by those who cannot use it. Trainers fill in English by themselves, and cards
    with many languages often repeat those of the base model: such a difference is only noted.
    """

    code, slug, since = "LNG001", "language", "0.1"
    claims = "a language"
    flagged = (
        Case("bert-base-german-cased", expect=Severity.WARNING, languages=("fr",)),
        Case("gemma-2-9b-it-korean", expect=Severity.NOTE, languages=("en",)),
        Case("opus-mt-en-de", expect=Severity.WARNING, languages=("fr", "es")),
    )
    clean = (
        Case("bert-base-german-cased", languages=("deu",)),
        Case("chinese-lert-large", languages=("zh",)),
        Case("opus-mt-en-de", languages=("en", "de")),
        Case("norwegian-llama", languages=("en", False)),
        Case("bert-base-german-cased", languages=("multilingual",)),
    )
    undecided = (
        Case("llama-7b", languages=("en",)),
        Case("chinese-lert-large"),
        Case("bert-base-german-cased", languages=("code",)),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.LANGUAGE, Role.LANGUAGE_PAIR)
        if not stated:
            return self.no_claim()
        fact = evidence.get(LANGUAGES)
        if fact is None or not fact.value:
            return cannot_tell("the card lists no language")
        listed = codes(fact.value)
        if not listed:
            return cannot_tell("the card lists no human language")
        if MANY & {str(value).lower() for value in fact.value}:
            return CLEAN
        for claim in stated:
            wanted = codes(claim.value) if isinstance(claim.value, (tuple, list)) else codes([claim.value])
            if wanted and not wanted & listed and not wanted & MANY:
                return verdict([self._not_listed(claim, wanted, listed, fact)])
        return CLEAN

    def _not_listed(self, claim: Claim, wanted: frozenset[str], listed: frozenset[str], fact: Fact[Any]) -> Finding:
        short = len(claim.element.text) <= 2 and claim.role is Role.LANGUAGE
        sure = len(listed) <= FEW and listed != TEMPLATES and not short
        found = ", ".join(title(code_of(value)) for value in list(fact.value)[:FEW])
        more = f" and {len(fact.value) - FEW} more" if len(fact.value) > FEW else ""
        message = f"the name says {' and '.join(sorted(map(title, wanted)))}; the card lists {found}{more}"
        return self.finding(Severity.WARNING if sure else Severity.NOTE, message, claim=claim, fact=fact)
