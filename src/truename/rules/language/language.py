"""LNG001: languages."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import LANGUAGES, Fact
from truename.findings import Finding, ReasonKind, Severity
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell
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
    topic = "a language"
    claims = frozenset({Role.LANGUAGE, Role.LANGUAGE_PAIR})
    needs = frozenset({LANGUAGES})
    flagged = (
        Case("bert-base-german-cased", expect=Severity.WARNING, languages=("fr",)),
        Case("gemma-2-9b-it-korean", expect=Severity.NOTE, languages=("en",)),
        Case("opus-mt-en-de", expect=Severity.WARNING, languages=("fr", "es")),
    )
    confirmed = (
        Case("bert-base-german-cased", languages=("deu",)),
        Case("chinese-lert-large", languages=("zh",)),
        Case("opus-mt-en-de", languages=("en", "de")),
        Case("norwegian-llama", languages=("en", False)),
        Case("distilbert-base-multilingual-cased", languages=("multilingual",)),
    )
    undecided = (
        Case("chinese-lert-large"),
        Case("bert-base-german-cased", languages=("code",)),
        Case("bert-base-german-cased", languages=("multilingual",)),
        Case("opus-mt-en-de", languages=("de",)),
    )
    not_applicable = (Case("llama-7b", languages=("en",)),)

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.LANGUAGE, Role.LANGUAGE_PAIR)
        if not stated:
            return self.no_claim()
        fact = evidence.get(LANGUAGES)
        if fact is None:
            return cannot_tell(evidence.why_missing(LANGUAGES))
        if not fact.value:
            return cannot_tell(ReasonKind.NOT_DECLARED, "the card lists no language")
        listed = codes(fact.value)
        if not listed:
            return cannot_tell(ReasonKind.NOT_DECLARED, "the card lists no human language")
        many = bool(MANY & {str(value).lower() for value in fact.value})
        wanted = [(claim, names) for claim in stated if (names := codes_of(claim))]
        confirmed = self.confirm(*((claim, fact) for claim, names in wanted if _lists(names, listed, many)))
        open_ = [(claim, names) for claim, names in wanted if not _lists(names, listed, many)]
        for claim, names in open_:
            if not many and not names & (listed | MANY):
                return self.flag([self._not_listed(claim, names, listed, fact)], confirmed.confirmations)
        if open_:
            text = "the card says that there are many languages, and not which"
            if not many:
                text = "the card lists only a part of the languages that the name claims"
            return cannot_tell(ReasonKind.NOT_DECLARED, text, about=[claim for claim, _ in open_])
        return confirmed if wanted else self.no_claim()

    def _not_listed(self, claim: Claim, wanted: frozenset[str], listed: frozenset[str], fact: Fact[Any]) -> Finding:
        short = len(claim.element.text) <= 2 and claim.role is Role.LANGUAGE
        sure = len(listed) <= FEW and listed != TEMPLATES and not short
        found = ", ".join(title(code_of(value)) for value in list(fact.value)[:FEW])
        more = f" and {len(fact.value) - FEW} more" if len(fact.value) > FEW else ""
        message = f"the name says {' and '.join(sorted(map(title, wanted)))}; the card lists {found}{more}"
        return self.finding(Severity.WARNING if sure else Severity.NOTE, message, claim=claim, fact=fact)


def codes_of(claim: Claim) -> frozenset[str]:
    """The codes of the languages that a claim names: two for a pair, none for a programming language."""
    return codes(claim.value if isinstance(claim.value, (tuple, list)) else [claim.value])


def _lists(wanted: frozenset[str], listed: frozenset[str], many: bool) -> bool:
    """Whether a card lists all that a claim names; 'multilingual' is borne out by any two."""
    return wanted <= listed or (bool(wanted & MANY) and (many or len(listed) > 1))
