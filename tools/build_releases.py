"""Write the tables of ``truename.releases`` from facts about releases that were gathered elsewhere.

usage: build_releases.py FOLDER

FOLDER holds ``releases.jsonl.gz`` (a release a line, with configuration values and their sources), ``conflicts.csv``
(on which values sources disagree), ``timm.csv.gz`` and ``open_clip.csv`` (names with their parameters). The
configurations that an installed transformers gives as its defaults are added, for the checkpoint that it says they are
of, and the releases of ``known_releases.toml``. None of the files is needed afterwards, and nothing of them is kept
but the tables.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from truename.names import parse_name
from truename.names.claims import claims_of
from truename.names.elements import Role
from truename.releases.build import config_values, release_of, table_of, text_of
from truename.releases.release import SETTINGS, Release, ReleaseTable
from truename.releases.table import COUNTS, RELEASES, Counts
from truename.rules.shared.release_names import reading
from truename.rules.shared.releases import only_letters
from truename.vocabulary import vocabulary

KINDS_OF_ID = frozenset({"hf", "hf-guess"})  # a name that somebody may give a model; presets of other libraries are not
# sources that copied a whole configuration: what they do not give is not in it, and its context is its own
WHOLE = ("hf-config-copy", "hf-config-pasted", "derived-from-hf-config")
FIELDS = {
    "layers": "num_hidden_layers",
    "decoder_layers": "num_decoder_layers",
    "hidden_size": "hidden_size",
    "intermediate_size": "intermediate_size",
    "heads": "num_attention_heads",
    "key_value_heads": "num_key_value_heads",
    "head_size": "head_dim",
    "vocabulary_size": "vocab_size",
    "experts": "num_experts",
    "tied": "tie_word_embeddings",
    "rope_theta": "rope_theta",
    "norm_epsilon": "norm_eps",
    "first_token": "bos_token_id",
}
WORDS = RELEASES.parent.parent / "declared" / "release_words.toml"
_CHECKPOINT = re.compile(r"similar configuration to that of the[^\[]*\[([\w.-]+/[\w.-]+)\]", re.S)
_DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")


class Sources:
    """Sources by their number, without the place inside a file."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, source: str) -> int:
        """The number of a source, a new one where it is new."""
        return self.numbers.setdefault(source.partition("#")[0], len(self.numbers))


def records(folder: Path) -> Iterator[dict[str, Any]]:
    """Every release of releases.jsonl.gz that bears a name of its own."""
    with gzip.open(folder / "releases.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if record["id_kind"] in KINDS_OF_ID and " " not in record["id"]:
                yield record


def disputed(folder: Path) -> dict[str, set[str]]:
    """Id -> the values on which sources disagree."""
    found: dict[str, set[str]] = {}
    with (folder / "conflicts.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["id"], set()).add(row["field"])
    return found


def values_of(record: Mapping[str, Any], doubtful: set[str]) -> dict[str, Any]:
    """The values of one record; what is disputed, zero or below is left out."""
    doubtful = doubtful | set(record.get("conflicts", ()))
    values = {f: record[k] for f, k in FIELDS.items() if k in record and k not in doubtful}
    if record.get("moe_intermediate_size") and "intermediate_size" not in doubtful | values.keys():
        values["intermediate_size"] = record["moe_intermediate_size"]
    values["model_type"] = record.get("text_model_type") or record.get("model_type")
    values["released"] = record.get("release_date")
    last = record.get("eos_token_id")
    if "eos_token_id" not in doubtful and last is not None:
        values["last_tokens"] = tuple(last) if isinstance(last, list) else (last,)
    if record["source_kinds"][0] in WHOLE:
        if "max_position_embeddings" not in doubtful:
            values["context_length"] = record.get("max_position_embeddings")
        values |= scaling_of(record.get("rope_scaling") or record.get("rope_parameters"), "rope_theta" in values)
    return values


def scaling_of(scaling: Any, rotary: bool) -> dict[str, Any]:
    """Kind and factor of a scaling; none where a configuration with rotary embeddings gives no scaling."""
    if isinstance(scaling, dict):
        kind = scaling.get("rope_type", scaling.get("type"))
        kind = {"su": "longrope", "default": "none", "mrope": "none"}.get(str(kind), kind)
        return {"rope_scaling": kind, "rope_factor": scaling.get("factor")} if isinstance(kind, str) else {}
    return {"rope_scaling": "none"} if rotary else {}


def gathered(folder: Path, sources: Sources) -> Iterator[Release]:
    """The releases whose configuration is known."""
    doubtful = disputed(folder)
    for record in records(folder):
        if record["level"] == "config":
            numbers = tuple(dict.fromkeys(map(sources.number, record["sources"])))
            release = release_of(values_of(record, doubtful.get(record["id"], set())), record["id"], reading, numbers)
            if release is not None:
                yield release


def known() -> dict[str, Any]:
    """``known_releases.toml``."""
    return tomllib.loads(Path(__file__).with_name("known_releases.toml").read_text(encoding="utf-8"))


def written_down(sources: Sources) -> Iterator[Release]:
    """The releases of ``known_releases.toml``."""
    for family in known()["family"]:
        number = sources.number(family["source"])
        shared = family.get("values", {})
        for id_, own in family["releases"].items():
            release = release_of({**shared, **own}, id_, reading, (number,))
            if release is None:
                raise ValueError(f"{id_} has no structure")
            yield release


def of_transformers(sources: Sources) -> Iterator[Release]:
    """The defaults of transformers' configurations, which it says are those of one checkpoint; nothing without it."""
    try:
        import transformers
        from huggingface_hub.errors import StrictDataclassError
        from transformers.models.auto.configuration_auto import CONFIG_MAPPING
    except ImportError:
        print("transformers is not installed: its defaults are left out", file=sys.stderr)
        return
    number = sources.number(f"huggingface/transformers@v{transformers.__version__}")
    found: dict[tuple[Any, ...], list[Release]] = {}
    for kind in CONFIG_MAPPING:
        try:
            config = CONFIG_MAPPING[kind]
            checkpoint = _CHECKPOINT.search(config.__doc__ or "")
            values = config().to_dict() if checkpoint else {}
        except (ImportError, AttributeError, KeyError, TypeError, ValueError, StrictDataclassError) as error:
            print(f"{kind}: {str(error)[:80]}", file=sys.stderr)
            continue
        if checkpoint is None or "vocab_size" not in values or "text_config" in values:
            continue  # a vision model has no structure that could be looked up, and nested defaults are another model's
        shape = {k: v for k, v in config_values(values).items() if k not in (*SETTINGS, "tied")}
        release = release_of(shape, checkpoint[1], reading, (number,))
        if release is not None:
            core = (release.layers, release.hidden_size, release.vocabulary_size)
            found.setdefault(core, []).append(release)
    # Defaults that several classes share are a template's, and no model's.
    # They have no key: "similar to" a checkpoint is not enough to hold against a name that is the checkpoint's.
    alone = (releases[0] for releases in found.values() if len(releases) == 1)
    yield from (msgspec.structs.replace(release, key="") for release in alone if is_as_named(release))


def is_as_named(release: Release) -> bool:
    """Whether the size in a release's name is that of its blocks; without one, whether it does not write text."""
    sizes = claims_of(parse_name(release.id, learned=False)).of(Role.PARAMETERS)
    if not sizes:
        family = vocabulary().families.get(release.family)
        return family is not None and not family.generative
    width, words = release.hidden_size or 0, release.vocabulary_size or 0
    rough = 12 * (release.layers or 0) * width**2 + words * width
    return 0.5 <= rough / sizes[0].value <= 2 and not release.experts


def counts(folder: Path) -> Counts:
    """Names with the parameters that sources give for them."""
    sources, found, days = Sources(), dict[str, set[int]](), set[str]()
    for record in records(folder):
        days.update(_DATE.findall(str(record.get("release_date"))))
        count, nominal = record.get("params_total"), record.get("params_nominal_billions")
        if not count and isinstance(nominal, (int, float)) and "gguf" not in record["id"].lower():
            count = round(nominal * 1e9)  # of GGUF copies it is the smallest model's of a collection
        if isinstance(count, int) and count > 0:
            found.setdefault(record["id"].rpartition("/")[2].lower(), set()).add(count)
            sources.number(record["sources"][0])
    with gzip.open(folder / "timm.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if count := millions(row["param_count_millions"]):
                found.setdefault(row["architecture"].lower(), set()).add(count)
                sources.number(row["source"])
    with (folder / "open_clip.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for column in ("mparams", "image_mparams"):
                if count := millions(row[column]):
                    found.setdefault(row["name"].lower(), set()).add(count)
                    sources.number(row["source"])
    for name, count in known()["parameters"].items():
        found[name] = {count}
    named = {name: tuple(sorted(found[name])) for name in sorted(found)}
    return Counts(max(days), tuple(sources.numbers), named)


def millions(text: str) -> int:
    """A count in millions as a whole number, 0 where there is none."""
    return round(float(text) * 1e6) if text else 0


def main(folder: Path) -> None:
    """Write both tables."""
    counted = counts(folder)
    sources = Sources()
    rows = [*written_down(sources), *gathered(folder, sources), *of_transformers(sources)]
    table: ReleaseTable = table_of(rows, (), counted.date)
    table = ReleaseTable(table.date, tuple(sources.numbers), table.releases)
    RELEASES.write_text(text_of(table), encoding="utf-8")
    COUNTS.write_text(counts_text(counted), encoding="utf-8")
    WORDS.write_text(words_text(table), encoding="utf-8")
    print(f"{len(table.releases)} releases of {len(table.sources)} sources, {len(counted.parameters)} counted names")


def words_text(table: ReleaseTable) -> str:
    """The words that begin names of releases and that the vocabulary does not know as anything."""
    first = {
        next((only_letters(w) for w in release.key.split() if len(only_letters(w)) > 2), "")
        for release in table.releases
    }
    known = vocabulary().readings
    words = sorted(word for word in first if word and word not in known)
    head = "# Written by tools/build_releases.py: words that begin names of known releases; a card may mention them."
    return f"{head}\nwords = [\n" + "".join(f'    "{word}",\n' for word in words) + "]\n"


def counts_text(counted: Counts) -> str:
    """The counts as JSON, one source and one name a line."""

    def json_of(value: object) -> str:
        return msgspec.json.encode(value).decode()

    sources = ",\n".join(map(json_of, counted.sources))
    names = ",\n".join(f"{json_of(name)}:{json_of(counts)}" for name, counts in counted.parameters.items())
    return f'{{"date":{json_of(counted.date)},"sources":[\n{sources}\n],"parameters":{{\n{names}\n}}}}\n'


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {Path(sys.argv[0]).name} FOLDER")
    main(Path(sys.argv[1]))
