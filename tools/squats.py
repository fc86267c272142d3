"""Names made to imitate known ones, by kind, and how many of them are found: ``python tools/squats.py``.

Each kind changes the owner or a word of the name of every release of ``truename/names/known_names.json`` once, with a
fixed seed; sizes, versions and formats stay. What comes out as another known name, or as a word that names of models
have, is not an imitation and is left out. Prints a table of kinds.
"""

from __future__ import annotations

import argparse
import random
import re
import string
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from known_names import ids_of
from train_names import DEFAULT
from truename.names import parse_name
from truename.names.lexicon import lexicon, squeeze
from truename.names.look_alikes import known_names, look_alikes

SEED = 20
_WORD = re.compile(r"[A-Za-z]{4,}")
_LOOKS = {"l": "I1", "I": "l1", "i": "1", "1": "lI", "o": "0", "O": "0", "0": "oO"}

Change = Callable[[str, random.Random], str]


def inserted(word: str, draw: random.Random) -> str:
    """A letter more."""
    at = draw.randrange(1, len(word) + 1)
    return word[:at] + draw.choice(string.ascii_lowercase) + word[at:]


def deleted(word: str, draw: random.Random) -> str:
    """A letter less."""
    at = draw.randrange(len(word))
    return word[:at] + word[at + 1 :]


def replaced(word: str, draw: random.Random) -> str:
    """Another letter."""
    at = draw.randrange(len(word))
    return word[:at] + draw.choice(string.ascii_lowercase) + word[at + 1 :]


def swapped(word: str, draw: random.Random) -> str:
    """Two neighbours swapped."""
    at = draw.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def doubled(word: str, draw: random.Random) -> str:
    """A letter twice."""
    at = draw.randrange(len(word))
    return word[:at] + word[at] + word[at:]


def disguised(signs: str) -> Change:
    """One of some signs as another that looks like it."""

    def change(word: str, draw: random.Random) -> str:
        places = [i for i, c in enumerate(word) if c in signs]
        if not places:
            return word
        at = draw.choice(places)
        return word[:at] + draw.choice(_LOOKS[word[at]]) + word[at + 1 :]

    return change


def unhyphened(word: str, draw: random.Random) -> str:
    """A hyphen between two words left out."""
    places = [m.end() - 1 for m in re.finditer(r"(?<![A-Za-z0-9])[A-Za-z]{3,}[-_](?=[A-Za-z]{4})", word)]
    formats = {e.start for e in parse_name(word, learned=False).elements if str(e.kind) == "O" and e.value is not None}
    places = [at for at in places if at + 1 not in formats]
    at = draw.choice(places) if places else len(word)
    return word[:at] + word[at + 1 :]


def pretending(word: str, draw: random.Random) -> str:
    """A word added that makes believe."""
    return f"{word}-{draw.choice(['hf', 'official', 'org', 'team'])}"


CHANGES: dict[str, Change] = {
    "a letter more": inserted, "a letter less": deleted, "another letter": replaced, "letters swapped": swapped,
    "a letter doubled": doubled, "l, I and 1": disguised("lIi1"), "o and 0": disguised("oO0"),
    "a hyphen less": unhyphened,
}  # fmt: skip
OF_OWNERS: dict[str, Change] = {**CHANGES, "-hf and the like": pretending}


def squats(ids: list[str]) -> Iterator[tuple[str, str, str]]:
    """Kind, the imitation and what it imitates."""
    known = known_names()
    owners, names = {o.lower() for o in known.owners}, {n.name.lower() for n in known.names}
    for one in ids:
        owner, _, name = one.partition("/")
        for kind, change in OF_OWNERS.items():
            other = change(owner, random.Random(f"{SEED} {kind} {one}"))
            if len(owner) >= 4 and other.lower() != owner.lower() and other.lower() not in owners:
                yield f"owner: {kind}", f"{other}/{name}", one
        for kind, change in CHANGES.items():
            draw = random.Random(f"{SEED} {kind} {one}")
            made = change(name, draw) if change is unhyphened else _in_a_word(name, change, draw)
            if made and made.lower() not in names and made.lower() != name.lower() and not _is_of_words(made, name):
                yield f"name: {kind}", f"someone/{made}", one


def _in_a_word(name: str, change: Change, draw: random.Random) -> str | None:
    """A name with a change in one of its words, no size and no format."""
    sizes = lexicon().words.size_words
    words = [m for m in _WORD.finditer(name) if m[0].lower() not in sizes]
    formats = {e.text for e in parse_name(name, learned=False).elements if str(e.kind) == "O" and e.value is not None}
    words = [m for m in words if not any(m[0] in text for text in formats)]
    if not words:
        return None
    found = draw.choice(words)
    return name[: found.start()] + change(found[0], draw) + name[found.end() :]


def _is_of_words(other: str, name: str) -> bool:
    """Whether all that is new in a name is a word that names of models have."""
    new = set(re.findall(r"[a-z]+", other.lower())) - set(re.findall(r"[a-z]+", name.lower()))
    return all(squeeze(word) in lexicon().readings for word in new)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(DEFAULT))
    parser.add_argument("--missed", type=int, default=0, help="imitations of each kind to print that are not found")
    arguments = parser.parse_args()
    ids = ids_of(arguments.data)
    made: dict[str, int] = {}
    found: dict[str, int] = {}
    missed: dict[str, list[str]] = {}
    for kind, other, one in squats(ids):
        made[kind] = made.get(kind, 0) + 1
        if look_alikes(parse_name(other)):
            found[kind] = found.get(kind, 0) + 1
        else:
            missed.setdefault(kind, []).append(f"{other} of {one}")
    for kind, total in made.items():
        print(f"| {kind} | {total:,} | {found.get(kind, 0) / total:.1%} |")
        for line in missed.get(kind, [])[: arguments.missed]:
            print(f"    {line}")
    alarms = [one for one in ids if look_alikes(parse_name(one))]
    print(f"{len(ids):,} known releases, {len(alarms)} of them taken for imitations")
    return 0


if __name__ == "__main__":
    sys.exit(main())
