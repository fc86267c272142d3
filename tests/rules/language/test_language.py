"""LNG001: codes and names of one language, templates, pairs, short words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from confirmations import is_measured
from truename.evidence.evidence import Evidence
from truename.facts import LANGUAGES
from truename.findings import Reason, ReasonKind
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.language.language import Language
from truename.rules.rule import Case

RULE = Language()

GERMAN = [(Role.LANGUAGE, "german", "de")]
NORWEGIAN = [(Role.LANGUAGE, "norwegian", "no")]
CHINESE = [(Role.LANGUAGE, "chinese", "zh")]
DE = [(Role.LANGUAGE, "de", "de")]
MULTI = [(Role.LANGUAGE, "multi", "multilingual")]
PAIR = [(Role.LANGUAGE_PAIR, "en-de", ("en", "de"))]

TABLE = [
    ("m-german", GERMAN, {"languages": ("de",)}, "confirmed"),
    ("m-german", GERMAN, {"languages": ("ger",)}, "confirmed"),
    ("m-german", GERMAN, {"languages": ("German",)}, "confirmed"),
    ("m-german", GERMAN, {"languages": ("de-AT",)}, "confirmed"),
    ("m-german", GERMAN, {"languages": ("en", "fr", "de")}, "confirmed"),
    ("m-german", GERMAN, {"languages": ("multilingual",)}, "cannot_tell"),
    ("m-german", GERMAN, {"languages": ("multilingual", "de")}, "confirmed"),
    ("m-multi", MULTI, {"languages": ("multilingual",)}, "confirmed"),
    ("m-multi", MULTI, {"languages": ("en", "fr")}, "confirmed"),
    ("m-multi", MULTI, {"languages": ("en",)}, "cannot_tell"),
    ("m-german", GERMAN, {"languages": ("fr",)}, "warning"),
    ("m-german", GERMAN, {"languages": ("en", "fr")}, "warning"),
    ("m-german", GERMAN, {"languages": ("en",)}, "note"),
    ("m-german", GERMAN, {"languages": ("en", "fr", "es", "it")}, "note"),
    ("m-german", GERMAN, {"languages": ("code",)}, "cannot_tell"),
    ("m-german", GERMAN, {"languages": ()}, "cannot_tell"),
    ("m-german", GERMAN, {}, "cannot_tell"),
    ("m-de", DE, {"languages": ("fr",)}, "note"),
    ("m-norwegian", NORWEGIAN, {"languages": ("nb", "nn")}, "confirmed"),
    ("m-norwegian", NORWEGIAN, {"languages": (False,)}, "confirmed"),
    ("m-chinese", CHINESE, {"languages": ("zht", "en")}, "confirmed"),
    ("m-chinese", CHINESE, {"languages": ("yue",)}, "confirmed"),
    ("m-en-de", PAIR, {"languages": ("de",)}, "cannot_tell"),
    ("m-en-de", PAIR, {"languages": ("de", "en")}, "confirmed"),
    ("m-en-de", PAIR, {"languages": ("fr", "es")}, "warning"),
    ("m", [], {"languages": ("fr",)}, "does_not_apply"),
    ("m-code", [(Role.LANGUAGE, "code", "code")], {"languages": ("fr",)}, "does_not_apply"),
]


@pytest.mark.parametrize(("name", "claims", "facts", "expected"), TABLE)
def test_table(
    stated: Callable[..., Claims], name: str, claims: list[tuple[Role, str, Any]], facts: dict[str, Any], expected: str
) -> None:
    verdict = RULE.check(stated(name, *claims), Case("", **facts).evidence())
    worst = min((f.severity for f in verdict.findings), key=lambda s: s.rank, default=None)
    assert (worst or verdict.outcome).value == expected, verdict


def test_the_message_names_languages(stated: Callable[..., Claims]) -> None:
    (finding,) = RULE.check(stated("m-german", *GERMAN), Case("", languages=("fr", "zul")).evidence()).findings
    assert finding.message == "the name says German; the card lists French, Zulu"


@pytest.mark.parametrize("languages", [(), ("code",), ("multilingual",)])
def test_a_card_that_does_not_say_it(stated: Callable[..., Claims], languages: tuple[str, ...]) -> None:
    reason = RULE.check(stated("m-german", *GERMAN), Case("", languages=languages).evidence()).reason
    assert reason is not None
    assert reason.kind is ReasonKind.NOT_DECLARED


def test_a_broken_card_is_the_reason(stated: Callable[..., Claims]) -> None:
    broken = Reason(ReasonKind.UNREAD_FILE, "README.md: has front matter that no line '---' ends")
    decision = RULE.check(stated("m-german", *GERMAN), Evidence.of([], {LANGUAGES: broken}))
    assert (decision.outcome.value, decision.reason) == ("cannot_tell", broken)


def test_each_claim_has_its_own_outcome(stated: Callable[..., Claims]) -> None:
    claims = stated("m-german-chinese", *GERMAN, *CHINESE)
    decision = RULE.check(claims, Case("", languages=("de", "fr")).evidence())
    assert [f.claim.text for f in decision.findings if f.claim] == ["chinese"]
    assert [c.claim.text for c in decision.confirmations if c.claim] == ["german"]
    half = stated("m-en-de-german", *GERMAN, *PAIR)
    decision = RULE.check(half, Case("", languages=("de",)).evidence())
    assert [claim.element.text for claim in decision.about or ()] == ["en-de"]


def test_a_confirmation_is_only_declared(stated: Callable[..., Claims]) -> None:
    (one,) = RULE.check(stated("m-german", *GERMAN), Case("", languages=("de",)).evidence()).confirmations
    assert one.claim is not None
    assert one.claim.text == "german"
    assert one.evidence is not None
    assert (one.evidence.value, is_measured(one)) == (("de",), False)
