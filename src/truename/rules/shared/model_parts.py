"""Files that hold a part of a model: when a name then speaks of the model that the part belongs to."""

from __future__ import annotations

import re

from truename._lazy import once
from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import MODEL_PART, Fact
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.shared.families import is_draft

DRAFT = "draft"
_WORDS = re.compile(r"[\W_]+")


def part_named_after_another(claims: Claims, evidence: Evidence) -> Fact[str] | None:
    """The part that the files hold, where the name's words on family and size are those of another model.

    A draft says in its name that it is one: under the plain name of the model that it serves it is not that model. A
    projector and a tower are published beside a model or for it, under whatever name.
    """
    fact = evidence.get(MODEL_PART)
    if fact is None or (fact.value == DRAFT and not says_draft(claims)):
        return None
    return fact


def says_draft(claims: Claims) -> bool:
    """Whether a name says that its model is a draft, in a word that means it where the files hold one."""
    return is_draft(claims) or not _beside().isdisjoint(_WORDS.split(claims.parsed.model.lower()))


def with_article(part: str) -> str:
    """A part as a sentence gives it: ``a draft model``, ``an audio tower``."""
    noun = "draft model" if part == DRAFT else part
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def is_draft_of_another(claims: Claims) -> bool:
    """Whether a name says draft beside a family or a brand: ``Llama-3.1-8B-draft``; an ``Eagle-7B`` is a name."""
    return is_draft(claims) and bool(claims.of(Role.FAMILY, Role.BRAND))


@once
def _beside() -> frozenset[str]:
    return frozenset(table("rules/drafts")["beside"])
