"""Write ``vocabulary/compiled.json`` from the TOML files; with ``--check`` fail where it differs from what they say."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from truename.vocabulary.vocabulary import (
    COMPILED,
    Family,
    Hints,
    Language,
    Quantisation,
    Reading,
    Task,
    Vocabulary,
    squeeze,
)

FOLDER = COMPILED.parent
FAMILY_FILES = ("families_text", "families_decoder", "families_vision")
# the parts of a word as people may separate them: at its own separators and between digits and letters
BORDERS = re.compile(r"[-_./ ]|(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])")
# a word that is in several lists is read as the first of these says
ORDER = ("families", "model types", "words", "quantisation", "tasks", "datasets", "languages")


def load(name: str) -> dict[str, Any]:
    """One TOML file of the vocabulary."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def extended(types: list[str], known: list[str]) -> frozenset[str]:
    """The types, and every known type that extends one of them: ``clip`` brings ``clip_text_model``."""
    found = set(types)
    for one in types:
        found.update(k for k in known if k.startswith((f"{one}_", f"{one}-")))
    return frozenset(found)


def compile_families(known: list[str]) -> dict[str, Family]:
    """The families of the hand-kept files, then a family for each model type of transformers that has none."""
    families: dict[str, Family] = {}
    taken: dict[str, str] = {}
    for name in FAMILY_FILES:
        content = load(name)
        for entry in content["family"]:
            if entry["key"] in families:
                raise SystemExit(f"{name}.toml: the family {entry['key']} is there twice")
            for alias in entry["aliases"]:
                if taken.setdefault(squeeze(alias), entry["key"]) != entry["key"]:
                    raise SystemExit(f"{name}.toml: the alias {alias!r} is there twice")
            families[entry["key"]] = Family(
                entry["key"],
                entry["title"],
                tuple(entry["aliases"]),
                extended(entry.get("types", []), known),
                bool(entry.get("brand", False)),
                {word: tuple(counts) for word, counts in entry.get("sizes", {}).items()},
                entry.get("modality", content["modality"]),
                entry["source"],
                bool(entry.get("generative", content.get("generative", False))),
                bool(entry.get("context", False)),
                dict(entry.get("variants", {})),
                frozenset(entry.get("related", ())),
            )
    everyday = {word for entry in load("ambiguous")["everyday"] for word in entry["words"]}
    content = load("transformers")
    for key, title, modality, generative in content["families"]:
        if key in families or squeeze(key) in taken:
            continue
        types = extended([key], known)
        source = content["source"]
        families[key] = Family(key, title, (key,), types, False, {}, modality, source, generative, key in everyday, {})
        taken[squeeze(key)] = key
    return families


def compile_tasks() -> tuple[tuple[Task, ...], frozenset[str], frozenset[str]]:
    """The tasks, the task words that are data sets too, and the tasks whose words claim something."""
    entries = load("tasks")["task"]
    datasets = frozenset(word for entry in entries for word in entry.get("dataset_words", ()))
    fields = ("key", "words", "pipeline_tags", "heads", "architectures", "source")
    claiming = frozenset(entry["key"] for entry in entries if entry.get("claims", bool(entry["pipeline_tags"])))
    return tuple(msgspec.convert({f: entry[f] for f in fields}, Task) for entry in entries), datasets, claiming


def compile_languages() -> tuple[tuple[Language, ...], frozenset[str], dict[str, Any]]:
    """The languages, the codes to be cautious with, and the raw generated table."""
    table, extra = load("languages"), load("language_words")
    not_names = {word for entry in extra["not_names"] for word in entry["words"]}
    cautious = frozenset(code for entry in extra["cautious"] for code in entry["codes"])
    words: dict[str, list[str]] = {}
    names: dict[str, str] = {"mul": "Multiple languages"}
    taken: set[str] = set()
    for entry in extra["extra"]:
        words.setdefault(entry["code"], []).extend(entry["words"])
        taken.update(entry["words"])
        if "name" in entry:  # the generated table has the languages of ISO 639-2 by name
            names[entry["code"]] = entry["name"]
    for two, three, bibliographic, name in table["languages"]:
        code = two or three
        names[code] = name
        plain = [] if name.lower() in not_names or " " in name else [name.lower()]
        mine = [w for w in (two, three, bibliographic, *plain) if w and w not in taken]
        words.setdefault(code, [])[:0] = mine
    languages = tuple(Language(code, names[code], tuple(dict.fromkeys(words[code]))) for code in sorted(words))
    return languages, cautious, table


def compile_lists() -> tuple[dict[str, dict[str, str]], dict[str, Reading], dict[str, str]]:
    """The word lists, how each word is read, and the sources of the lists."""
    lists: dict[str, dict[str, str]] = {}
    readings: dict[str, Reading] = {}
    sources: dict[str, str] = {}
    for group in load("words")["group"]:
        words = lists.setdefault(group["list"], {})
        sources[group["list"]] = group["source"]
        for value, forms in group["values"].items():
            for form in forms:
                words[form] = value
                readings.setdefault(squeeze(form), Reading(group["kind"], group["role"], value))
    return lists, readings, sources


class Table:
    """The readings, and where words of several parts may be separated."""

    def __init__(self) -> None:
        self.readings: dict[str, Reading] = {}
        self.prefixes: set[str] = set()
        self.compounds: set[str] = set()

    def add(self, word: str, reading: Reading) -> None:
        """Enter a word, unless an earlier list has it, and the beginnings at which it may be separated."""
        key = squeeze(word)
        if len(key) < 2 or self.readings.setdefault(key, reading) != reading:
            return
        parts = [part for part in BORDERS.split(word.lower()) if part]
        if len(parts) > 1:
            self.compounds.add(key)
        self.prefixes.update("".join(parts[:end]) for end in range(1, len(parts)))


def compile_all() -> Vocabulary:
    """The whole vocabulary."""
    transformers = load("transformers")
    known = sorted({entry[0] for entry in transformers["families"]} | set(transformers["parts"]))
    families = compile_families(known)
    tasks, task_datasets, claiming = compile_tasks()
    languages, cautious, iso = compile_languages()
    lists, list_readings, sources = compile_lists()
    words = load("words")
    quantisation = {entry["word"]: msgspec.convert(entry, Quantisation) for entry in words["quantisation"]}
    datasets = {word: group["source"] for group in load("datasets")["dataset_group"] for word in group["words"]}

    table = Table()
    task_words = {word for task in tasks for word in task.words}
    for family in families.values():
        role = "brand" if family.brand else "family"
        for alias in family.aliases:
            if family.everyday and alias in task_words:
                continue  # rag is a task far more often than the model
            value = squeeze(alias) if family.brand and family.key not in ("granite", "deepseek") else family.key
            table.add(alias, Reading("A", role, value, not family.everyday))
    for words_of_list in lists.values():
        for form in words_of_list:
            table.add(form, list_readings[squeeze(form)])
    for word, entry in quantisation.items():
        table.add(word, Reading("O", "quantisation", entry.method))
    for task in tasks:
        for word in (task.key, *task.words):
            kind = "D" if word in task_datasets else "T"
            value = task.key if task.key in claiming else word
            table.add(word, Reading(kind, "task", value, task.key in claiming))
    for word in datasets:
        table.add(word, Reading("D", "dataset", word))
    for language in languages:
        for word in language.words:
            if len(word) > 3 or word in cautious or len(word) == 2:
                table.add(word, Reading("L", "language", language.code, word not in cautious))
    return Vocabulary(
        families,
        tasks,
        languages,
        datasets,
        quantisation,
        lists,
        table.readings,
        frozenset(table.prefixes),
        frozenset(table.compounds),
        cautious,
        iso["codes3"],
        iso["families"],
        frozenset(known) | frozenset(t for family in families.values() for t in family.model_types),
        msgspec.convert(words["hints"], Hints),
        sources,
    )


def rendered() -> bytes:
    """The JSON file: the same bytes for the same words."""
    return msgspec.json.format(msgspec.json.encode(compile_all(), order="deterministic"), indent=0) + b"\n"


def main(argv: list[str]) -> int:
    """Write the file, or check it."""
    new = rendered()
    if "--check" in argv:
        if COMPILED.read_bytes() != new:
            print(
                f"{COMPILED.name} is not what the TOML files say: run python tools/compile_vocabulary.py",
                file=sys.stderr,
            )
            return 1
        return 0
    Path(COMPILED).write_bytes(new)
    print(f"wrote {COMPILED.name}: {len(new):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
