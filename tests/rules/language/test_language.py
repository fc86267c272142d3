"""LNG001: codes and names of one language, templates, pairs, short words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.language.language import Language
from truename.rules.rule import Case

RULE = Language()

GERMAN = [(Role.LANGUAGE, "german", "de")]
NORWEGIAN = [(Role.LANGUAGE, "norwegian", "no")]
CHINESE = [(Role.LANGUAGE, "chinese", "zh")]
DE = [(Role.LANGUAGE, "de", "de")]
PAIR = [(Role.LANGUAGE_PAIR, "en-de", ("en", "de"))]

TABLE = [
    ("m-german", GERMAN, {"languages": ("de",)}, "clean"),
    ("m-german", GERMAN, {"languages": ("ger",)}, "clean"),
    ("m-german", GERMAN, {"languages": ("German",)}, "clean"),
    ("m-german", GERMAN, {"languages": ("de-AT",)}, "clean"),
    ("m-german", GERMAN, {"languages": ("en", "fr", "de")}, "clean"),
    ("m-german", GERMAN, {"languages": ("multilingual",)}, "clean"),
    ("m-german", GERMAN, {"languages": ("fr",)}, "warning"),
    ("m-german", GERMAN, {"languages": ("en", "fr")}, "warning"),
    ("m-german", GERMAN, {"languages": ("en",)}, "note"),
    ("m-german", GERMAN, {"languages": ("en", "fr", "es", "it")}, "note"),
    ("m-german", GERMAN, {"languages": ("code",)}, "cannot_tell"),
    ("m-german", GERMAN, {"languages": ()}, "cannot_tell"),
    ("m-german", GERMAN, {}, "cannot_tell"),
    ("m-de", DE, {"languages": ("fr",)}, "note"),
    ("m-norwegian", NORWEGIAN, {"languages": ("nb", "nn")}, "clean"),
    ("m-norwegian", NORWEGIAN, {"languages": (False,)}, "clean"),
    ("m-chinese", CHINESE, {"languages": ("zht", "en")}, "clean"),
    ("m-chinese", CHINESE, {"languages": ("yue",)}, "clean"),
    ("m-en-de", PAIR, {"languages": ("de",)}, "clean"),
    ("m-en-de", PAIR, {"languages": ("fr", "es")}, "warning"),
    ("m", [], {"languages": ("fr",)}, "cannot_tell"),
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
