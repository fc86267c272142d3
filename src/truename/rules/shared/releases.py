"""Known releases as rules use them: which fit a model, which one a name means, and how they are told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from truename._lazy import once
from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.evidence.known_releases import RELEASE_KEYS, release_values
from truename.facts import ARCHITECTURES, MODEL_TYPE, Fact, Key
from truename.names import parse_name
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.releases import Release, differences, releases_in_use
from truename.rules.shared.families import is_known, squash, type_of_class
from truename.rules.shared.product_lines import line_of_family, mentioned
from truename.rules.shared.release_names import key_of, release_words, words_of
from truename.vocabulary import vocabulary

FIT_KEYS: frozenset[Key[Any]] = RELEASE_KEYS | {MODEL_TYPE}  # what ``fitting`` reads

# Claims behind the name of a release that may make another model of it.
_OTHER_MODEL = frozenset(
    {
        Role.VERSION, Role.CONTEXT, Role.PARAMETERS, Role.MIXTURE, Role.ACTIVE_PARAMETERS, Role.EXPERTS, Role.LAYERS,
        Role.SIZE_WORD, Role.REUSE, Role.FAMILY, Role.BRAND, Role.HIDDEN_SIZE, Role.CHARACTERISTIC, Role.LANGUAGE,
    }
)  # fmt: skip


class Named(msgspec.Struct, frozen=True):
    """The releases of one key that a name means.

    Attributes:
        key: of the releases.
        releases: the model and its copies.
        whole: whether the name says nothing besides.
        sized: whether it gives a size besides, and no more.
    """

    key: str
    releases: tuple[Release, ...]
    whole: bool
    sized: bool = False


def fitting(evidence: Evidence) -> tuple[Release, ...]:
    """The releases of the evidence's structure whose type its own does not exclude."""
    values = release_values(evidence)
    types = [str(fact.value) for fact in evidence.all(MODEL_TYPE)]
    return tuple(release for release in releases_in_use().fitting(values) if goes_with(release, types))


def fitting_in_shape(evidence: Evidence) -> tuple[Release, ...]:
    """Releases of the evidence's shape of which no vocabulary is known; enough beside a name, and not alone."""
    types = [str(fact.value) for fact in evidence.all(MODEL_TYPE)]
    found = releases_in_use().fitting_in_shape(release_values(evidence))
    return tuple(release for release in found if goes_with(release, types))


def goes_with(release: Release, types: Sequence[str]) -> bool:
    """Whether a model of one of these types may be that release.

    A type that nobody knows may be a new name for an old one. Some types have the same tensors under other names.
    """
    known = [squash(t) for t in types if is_known(t)]
    own = {squash(t) for t in types_of(release)}
    if not known or not own:
        return True
    if any(a.startswith(b) or b.startswith(a) for a in known for b in own):
        return True
    alike = _alike()
    return not alike.isdisjoint(known) and not alike.isdisjoint(own)


def types_of(release: Release) -> frozenset[str]:
    """The model types that a release may have: its own, else those of its family."""
    if release.model_type:
        return frozenset((release.model_type,))
    family = vocabulary().families.get(release.family)
    return frozenset() if family is None or family.brand else family.model_types


def is_of_lines(model_type: str, keys: frozenset[str]) -> bool:
    """Whether a known release of these product lines has that type: DeepSeek-R1-Distill-Qwen is a ``qwen2``."""
    return any(r.model_type == model_type and not keys.isdisjoint(mentioned(r.id)) for r in releases_in_use().releases)


@once
def _alike() -> frozenset[str]:
    return frozenset(squash(t) for t in table("rules/releases")["alike"])


def is_rewritten(evidence: Evidence) -> bool:
    """Whether none of the declared types is one that anybody knows, and no class names one either."""
    types = [str(fact.value) for fact in evidence.all(MODEL_TYPE)]
    classes = [str(name) for fact in evidence.all(ARCHITECTURES) for name in fact.value]
    if not types or any(type_of_class(name) is not None for name in classes):
        return False
    return not any(is_known(t) or any(t == r.model_type for r in releases_in_use().releases) for t in types)


def named(claims: Claims) -> Named | None:
    """The releases that a name means: its words are theirs, with nothing behind that makes another model."""
    words = release_words(claims.parsed)
    known = releases_in_use()
    best: tuple[int, int] | None = None
    for start in range(min(len(words), 3)):
        for end in range(len(words), start, -1):
            if known.of_key(key_of(words[start:end])):
                if best is None or end - start > best[1] - best[0]:
                    best = (start, end)
                break
    if best is None:
        return None
    key = key_of(words[best[0] : best[1]])
    rest = (*words[: best[0]], *words[best[1] :])
    extra = _claims_of_words(rest)
    whole, sized = not rest, bool(rest) and extra <= {Role.PARAMETERS}
    # A single word is the name of a release only where it is the whole name.
    if not whole and not sized and (best[1] - best[0] < 2 or not extra.isdisjoint(_OTHER_MODEL)):
        return None
    if not whole and any(any(c.isdigit() for c in word) for word in rest) and not sized:
        return None
    return Named(key, known.of_key(key), whole, sized)


def _claims_of_words(words: Sequence[str]) -> frozenset[Role]:
    if not words:
        return frozenset()
    parsed = parse_name("-".join(words), learned=False)
    return frozenset(element.role for element in parsed.elements)


def rows_apart(named: Named, values: Mapping[str, frozenset[Any]], fields: Iterable[str]) -> tuple[str, ...]:
    """Fields in which the values are those of none of the named releases.

    What one copy of a model is known to have the others have too, so a copy of which less is known hides nothing.
    """
    apart = []
    for field in fields:
        ways = [release for release in named.releases if getattr(release, field) is not None] or named.releases
        if all(differences(release, values, (field,)) for release in ways):
            apart.append(field)
    return tuple(apart)


def said(given: frozenset[Any] | None) -> str:
    """A value of the files as a sentence gives it."""
    if not given:
        return "none"
    value = min(given)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else f"{value}"


def short(releases: Sequence[Release], most: int = 3) -> str:
    """Their ids; of many the first, and how many share the structure."""
    shown = ", ".join(release.id for release in releases[:most])
    return shown if len(releases) <= most else f"{shown} and {len(releases) - most} more"


def strongest(evidence: Evidence, keys: Iterable[Key[Any]]) -> Fact[Any] | None:
    """The first fact of these keys."""
    return next((fact for key in keys if (fact := evidence.get(key)) is not None), None)


def words_of_release(release: Release) -> Sequence[str]:
    """The words of a release's key; of one that no name is held against, those of its id."""
    return release.key.split() or words_of(release.id.rpartition("/")[2])


def family_words(release: Release) -> frozenset[str]:
    """Words by which people name the family of a release, in lower case and without numbers; at least one."""
    first = next((letters for word in words_of_release(release) if len(letters := only_letters(word)) > 2), "")
    line = line_of_family(release.family) if release.family else None
    words = {first, only_letters(release.family), *(() if line is None else line.keys)}
    return frozenset(word for word in words if len(word) > 2)


def only_letters(text: str) -> str:
    """A text in lower case without anything but its letters."""
    return "".join(filter(str.isalpha, text.lower()))


def blocks_of(release: Release) -> int:
    """Roughly the parameters in the blocks of a release."""
    return 12 * (release.layers or 0) * (release.hidden_size or 0) ** 2


def gives_family(claims: Claims) -> bool:
    """Whether a name gives a reader a family or a known brand; a word that every family bears is none."""
    generic = table("rules/generic_words")["families"]
    return any(claim.value not in generic for claim in claims.of(Role.FAMILY, Role.BRAND))
