"""What tells the name of one release from those of its siblings, as a key; ``releases`` stores it for each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from truename.names.claims import claims_of
from truename.names.elements import Element, Role
from truename.names.parse import ParsedName, parse_name

# Copies of one model: instructed or not, in another format, of other precision.
_COPIES = frozenset(
    {
        Role.ALIGNMENT, Role.QUANTISATION, Role.BITS, Role.PRECISION, Role.PACKAGING, Role.TRAINING, Role.REUSE,
        Role.ADAPTER,
    }
)  # fmt: skip
_COPY_WORDS = frozenset({"hf", "meta", "instruct", "chat", "it", "pt", "preview", "deduped", "think", "thinking"})
_PLAIN = frozenset({"finetuned", "pretrained"})
_DIGITS = re.compile(r"(?<=\d)_(?=\d)")


def words_of(text: str) -> tuple[str, ...]:
    """``Llama-3.1-8B`` as ``llama``, ``3.1``, ``8b``: numbers stand alone behind words of three letters and more."""
    low = _DIGITS.sub(".", text.lower()).replace("-", " ").replace("_", " ")
    found: list[str] = []
    for part in low.split():
        letters = "".join(takewhile(str.isalpha, part))
        rest = part[len(letters) :]
        if len(letters) > 2 and rest[:1].isdigit():
            found += [letters, rest]
        elif letters == "v" and rest[:1].isdigit():
            found.append(rest)
        else:
            found.append(part)
    return tuple(found)


def release_words(parsed: ParsedName) -> tuple[str, ...]:
    """The words of a name without those that copies of one model differ in; ``distilled`` makes another model."""
    text = parsed.model.rpartition("/")[2]
    start = len(parsed.name) - len(text) if parsed.name.endswith(text) else 0
    keep = [*text]
    for element in parsed.elements:
        if element.role in _COPIES and not _makes_another(element):
            for at in range(max(element.start - start, 0), min(element.end - start, len(keep))):
                keep[at] = " "
    words = words_of("".join(keep))
    sized = any(element.role in (Role.PARAMETERS, Role.MIXTURE) for element in parsed.elements)
    return tuple(word for word in words if word not in _COPY_WORDS and not (word == "base" and sized))


def _makes_another(element: Element) -> bool:
    return element.role is Role.REUSE and element.value not in _PLAIN


def key_of(words: Sequence[str]) -> str:
    """Words as a key."""
    return " ".join(words)


def reading(id_: str) -> tuple[str, str, str]:
    """Key, family and version of a release, by its name."""
    parsed = parse_name(id_, learned=False)
    claims = claims_of(parsed)
    family = next((str(c.value) for c in claims.of(Role.FAMILY, Role.BRAND)), "")
    version = next((str(c.value) for c in claims.of(Role.VERSION)), "")
    return key_of(release_words(parsed)), family, version
