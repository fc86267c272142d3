"""Product lines of language models: which one a name, a base model or a configuration belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import takewhile
from typing import Any

import msgspec

from truename._lazy import once
from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import ADAPTER_BASE, BASE_MODELS, CARD_MENTIONS, MODEL_TYPE, ORIGINAL_NAME, TAGS, Fact, Key
from truename.findings import ReasonKind
from truename.names import claims_of, parse_name
from truename.names.claims import Claim, Claims
from truename.names.elements import Role
from truename.rules.rule import Decision, cannot_tell, does_not_apply
from truename.rules.shared.families import is_known

BASE_KEYS: frozenset[Key[Any]] = frozenset((BASE_MODELS, ADAPTER_BASE))  # what ``declared_bases`` reads
ORIGIN_KEYS: frozenset[Key[Any]] = frozenset((MODEL_TYPE, ORIGINAL_NAME))  # ``origin``; ``declared_origin`` bases too
DISCLOSURE_KEYS: frozenset[Key[Any]] = BASE_KEYS | {TAGS, CARD_MENTIONS}  # ``discloses``


class Line(msgspec.Struct, frozen=True):
    """A product line; the fields are explained in ``tables/product_lines.toml``."""

    key: str
    title: str
    keys: frozenset[str]
    model_types: frozenset[str]
    shared_types: frozenset[str]


@once
def lines() -> tuple[Line, ...]:
    """Every line."""
    return tuple(msgspec.convert({"key": key, **entry}, Line) for key, entry in table("rules/product_lines").items())


@lru_cache(maxsize=4096)
def line_of_family(family: str) -> Line | None:
    """The line of a family key: ``qwen2.5-vl`` and ``qwen`` are both Qwen."""
    plain = family.lower().replace("-", "").replace("_", "")
    head = "".join(takewhile(str.isalpha, plain))
    return next((line for line in lines() if head in line.keys or _brand(family) in line.keys), None)


def _brand(family: str) -> str:
    """``mistral`` of ``mistral-brand``."""
    return "".join(takewhile(str.isalpha, family.lower()))


def line_of_claim(claim: Claim) -> Line | None:
    """The line of a claimed family or brand; None for one that belongs to no line, as BERT does."""
    return line_of_family(str(claim.value))


def judged_by_no_base(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims that a declared base model cannot settle, since they belong to no line."""
    return tuple(claim for claim in claims if line_of_claim(claim) is None)


def lines_of_name(claims: Claims) -> frozenset[str]:
    """The keys of all lines that a name mentions."""
    found = [line_of_claim(claim) for claim in claims.of(Role.FAMILY, Role.BRAND)]
    return frozenset([line.key for line in found if line is not None])


@lru_cache(maxsize=4096)
def line_that_owns(model_type: str) -> Line | None:
    """The line that a configuration's type belongs to and to no other."""
    return next((line for line in lines() if model_type in line.model_types), None)


# Types that models of other lines are converted to, so that programs made for them can load them.
_CONVERTED_TO = frozenset({"llama", "mistral"})


@lru_cache(maxsize=4096)
def line_that_takes(model_type: str) -> Line | None:
    """The line that a configuration's type belongs to, alone or not, where no other line is converted to it."""
    taking = [line for line in lines() if model_type in line.model_types | line.shared_types]
    return taking[0] if len(taking) == 1 and model_type not in _CONVERTED_TO else None


def origin(evidence: Evidence) -> tuple[Line | None, Fact[Any] | None]:
    """The line of the configuration's type, else the one line of the model it was made from, and the fact."""
    if (fact := evidence.get(MODEL_TYPE)) and (line := line_that_owns(str(fact.value))):
        return line, fact
    if (fact := evidence.get(ORIGINAL_NAME)) is not None:
        keys = mentioned(str(fact.value).rstrip("/").rpartition("/")[2])
        if len(keys) == 1:
            return next(line for line in lines() if line.key in keys), fact
    return None, None


def declared_origin(evidence: Evidence) -> tuple[Line | None, Fact[Any] | None]:
    """As ``origin``, else the one line of the declared base models, where the configuration's type bears it out."""
    line, fact = origin(evidence)
    if line is not None:
        return line, fact
    if not (bases := declared_bases(evidence)):
        return None, None
    of_bases = [mentioned(base) for base in bases]
    keys = frozenset[str]().union(*of_bases)
    if len(keys) == 1 and all(of_bases) and bears_out(str(evidence.value(MODEL_TYPE)), keys):
        return next(line for line in lines() if line.key in keys), evidence.get(BASE_MODELS)
    return None, None


@lru_cache(maxsize=4096)
def mentioned(name: str) -> frozenset[str]:
    """The lines that the name of another model mentions.

    None beside an architecture of no line: ``stablelm-zephyr-3b`` is a StableLM, whatever Zephyr was before.
    """
    claims = claims_of_base(name)
    if any(line_of_claim(claim) is None for claim in claims.of(Role.FAMILY)):
        return frozenset()
    return lines_of_name(claims)


@lru_cache(maxsize=4096)
def claims_of_base(name: str) -> Claims:
    """What the name of another model claims; many models have the same few bases."""
    return claims_of(parse_name(name, learned=False))


def spells(text: str, line: Line) -> bool:
    """Whether a text contains one of the line's words, joined to others or not."""
    plain = "".join(c for c in text.lower() if c.isalpha())
    return any(key in plain for key in line.keys)


def discloses(evidence: Evidence, line: Line) -> bool:
    """Whether the card names the line: by its base models, its tags or its text."""
    if any(line.key in mentioned(base) for base in declared_bases(evidence)):
        return True
    if any(spells(str(tag), line) for tag in evidence.value(TAGS, ()) or ()):
        return True
    return any(line_of_family(str(family)) == line for family in evidence.value(CARD_MENTIONS, ()))


def bears_out(model_type: str, keys: Iterable[str]) -> bool:
    """Whether a configuration's type belongs, alone or with others, to one of these lines."""
    return any(model_type in line.model_types | line.shared_types for line in lines() if line.key in keys)


def has_line(model_type: str) -> bool:
    """Whether a configuration's type belongs, alone or with others, to any line."""
    return any(model_type in line.model_types | line.shared_types for line in lines())


def of_no_line(model_type: Fact[Any]) -> Decision:
    """How a rule on product lines ends for a configuration that belongs to no line alone."""
    declared = str(model_type.value)
    if has_line(declared):
        return cannot_tell(ReasonKind.AMBIGUOUS_FILES, "the configuration does not belong to one known family alone")
    if is_known(declared):
        return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, f"model_type {declared!r} belongs to no product line")
    return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, f"model_type {declared!r} belongs to no family that is known")


def titles(keys: Iterable[str]) -> str:
    """The lines' titles as a sentence gives them."""
    return " and ".join(sorted(line.title for line in lines() if line.key in keys))


def base_of_line(evidence: Evidence, key: str) -> Fact[Any] | None:
    """The fact that names a base model of that line, the adapter's own word first."""
    for fact in (*evidence.all(ADAPTER_BASE), *evidence.all(BASE_MODELS)):
        bases = fact.value if isinstance(fact.value, tuple | list) else (fact.value,)
        if any(key in mentioned(short_base(str(base))) for base in bases if base):
            return fact
    return None


def declared_bases(evidence: Evidence) -> tuple[str, ...]:
    """Names of the base models that the card and the adapter's configuration give, without local folders."""
    declared, adapted = evidence.all(BASE_MODELS), evidence.all(ADAPTER_BASE)
    if not declared and not adapted:
        return ()
    bases = [base for fact in declared for base in fact.value]
    bases += [str(fact.value) for fact in adapted]
    return tuple(dict.fromkeys([short_base(str(base)) for base in bases if base]))


@lru_cache(maxsize=4096)
def short_base(base: str) -> str:
    """``owner/name`` as it is, of a path on somebody's disk the last part."""
    parts = [part for part in base.replace("\\", "/").split("/") if part]
    local = base.startswith(("/", ".", "~")) or len(parts) > 2
    return "/".join(parts[-1:] if local else parts)
