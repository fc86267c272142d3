"""TOK001: upper and lower case."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import CASED
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, cannot_tell, renamed


class TokenizerCase(Rule):
    """The name says cased or uncased and the tokenizer does the other.

    A cased model tells ``us`` from ``US``; with a tokenizer that lowers its input, a part of its vocabulary is never
    used, and recognition of names suffers. ``bert-base-cased`` and ``bert-base-uncased`` also have vocabularies of
    different size, so the wrong word leads to the wrong embedding table.
    """

    code, slug, since = "TOK001", "tokenizer-case", "0.1"
    topic = "upper and lower case"
    claims = frozenset({Role.CASE})
    needs = frozenset({CASED})
    flagged = (
        Case("bert-base-uncased", expect=Severity.ERROR, cased=True),
        Case("bert-base-cased-finetuned-ner", expect=Severity.ERROR, cased=False),
        Case("distilbert-base-multilingual-cased", expect=Severity.ERROR, cased=False),
    )
    confirmed = (
        Case("bert-base-uncased", cased=False),
        Case("bert-base-cased", cased=True),
        Case("scibert_scivocab_uncased", cased=False),
    )
    undecided = (
        Case("bert-base-uncased"),
        Case("bert-cased-uncased", cased=True),
    )
    not_applicable = (Case("prot_bert", cased=True), Case("llama-7b", cased=True))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        stated = claims.of(Role.CASE)
        if not stated:
            return self.no_claim()
        fact = evidence.get(CASED)
        if fact is None:
            return cannot_tell(evidence.why_missing(CASED))
        if len({claim.value for claim in stated}) > 1:
            return cannot_tell(ReasonKind.AMBIGUOUS_NAME, "the name says both cased and uncased")
        claim = stated[0]
        if (str(claim.value).lower() == "cased") == bool(fact.value):
            return self.confirm(*((one, fact) for one in stated))
        does = "keeps upper case" if fact.value else "lowers its input"
        message = f"the name says {claim.element.text}; the tokenizer {does}"
        suggestion = renamed(claims, claim, "cased" if fact.value else "uncased")
        return self.flag([self.finding(Severity.ERROR, message, claim=claim, fact=fact, suggestion=suggestion)])
