"""Languages by one code each, however a name or a card writes them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from truename.compiled_tables import table
from truename.vocabulary import vocabulary

MANY = frozenset({"multilingual", "multi", "mul", "multiple", "various", "all"})
NO_LANGUAGE = frozenset(
    {"code", "python", "java", "javascript", "sql", "cpp", "c++", "rust", "go", "protein", "dna", ""}
)


def code_of(value: Any) -> str:
    """The code of a language: ``deu``, ``German``, ``de-DE`` and ``de_at`` are all ``de``.

    YAML 1.1 reads a bare ``no`` as false, so false is Norwegian.
    """
    if value is False:
        return "no"
    text = str(value).strip().lower()
    known = table("rules/languages")
    head = text.replace("_", "-").partition("-")[0]
    for word in (text, head):
        if found := known["names"].get(word) or known["codes"].get(word):
            return str(found)
        if (language := vocabulary().languages.get(word)) is not None:
            return str(known["codes"].get(language.code, language.code))
    return head


def codes(values: Iterable[Any]) -> frozenset[str]:
    """The codes of the languages among ``values``; programming languages and the like are left out."""
    return frozenset(code_of(value) for value in values) - NO_LANGUAGE


def title(language: str) -> str:
    """A language's English name, or its code where that is not known."""
    return _titles().get(language, language)


@cache
def _titles() -> dict[str, str]:
    return {language.code: language.name for language in vocabulary().language_list}
