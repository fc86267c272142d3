"""A registry for benchmarks: names resampled from real ones, with metadata in the layout of hub-stats.

Ids are distinct. Of the names without their owners, four in five are new: the beginning of one real name and the end
of another. Of 52,227 real names 89 % are distinct, of 10,000 of them 92 %: the share falls by two points with each
doubling, and would be about 80 % at 2.5 million.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from truename.names import Role, claims_of, parse_name
from truename.vocabulary import vocabulary

NEW = 0.8  # share of names that no real model has
HONEST = 0.97  # of the records whose name claims a family or a size
GROUP = 50_000  # rows of a row group
_START = datetime(2021, 1, 1, tzinfo=UTC)
_SIGNS = "-_."
_TEMPLATE = "{% for message in messages %}{{ message['role'] + ': ' + message['content'] }}{% endfor %}" * 12

LAYOUT = pa.schema(
    [
        ("id", pa.string()),
        ("author", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("pipeline_tag", pa.string()),
        ("library_name", pa.string()),
        ("downloads", pa.int64()),
        ("likes", pa.int64()),
        ("createdAt", pa.timestamp("us", "UTC")),
        ("config", pa.string()),
        (
            "safetensors",
            pa.struct(
                [
                    ("parameters", pa.struct([(t, pa.int64()) for t in ("BF16", "F16", "F32", "I32", "I64", "U8")])),
                    ("total", pa.int64()),
                ]
            ),
        ),
        ("gguf", pa.struct([("architecture", pa.string()), ("total", pa.int64()), ("context_length", pa.int64())])),
        (
            "baseModels",
            pa.struct(
                [
                    ("relation", pa.string()),
                    ("models", pa.list_(pa.struct([("_id", pa.string()), ("id", pa.string())]))),
                ]
            ),
        ),
        ("cardData", pa.string()),
        ("siblings", pa.list_(pa.struct([("rfilename", pa.string())]))),
    ]
)

Record = dict[str, Any]


def real_names(data: Path) -> list[str]:
    """The distinct names of both lists of the reference data."""
    with gzip.open(data / "ptlm-versioning" / "nlp_models.csv.gz", "rt", encoding="utf-8") as file:
        names = [row["model_name"] for row in csv.DictReader(file)]
    with gzip.open(data / "ptm-naming" / "elements.jsonl.gz", "rt", encoding="utf-8") as lines:
        names += [json.loads(line)["name"] for line in lines]
    return list(dict.fromkeys(names))


def write_registry(names: list[str], rows: int, out: Path, seed: int = 7) -> None:
    """Write ``rows`` records; the same seed gives the same bytes, and a longer registry begins as a shorter one."""
    registry = _Registry(names, random.Random(seed))
    with pq.ParquetWriter(out, LAYOUT, compression="zstd") as writer:
        for start in range(0, rows, GROUP):
            records = [registry.record(number) for number in range(start, min(start + GROUP, rows))]
            writer.write_table(pa.Table.from_pylist(records, schema=LAYOUT))


class _Traits:
    """What a real name claims: the metadata of the models made of it follow from that."""

    def __init__(self, name: str) -> None:
        claims = claims_of(parse_name(name))
        families = [f for c in claims.of(Role.FAMILY) if (f := vocabulary().families.get(str(c.value)))]
        types = sorted(families[0].model_types) if families else []
        self.model_type = types[0] if types else None
        sizes = claims.of(Role.PARAMETERS)
        self.size = int(sizes[0].value) if sizes else None
        words = {str(c.value).lower() for c in claims.of(Role.PACKAGING, Role.QUANTISATION)}
        self.gguf = any(word == "gguf" or "_k" in word for word in words)
        self.adapter = bool(claims.of(Role.ADAPTER))
        languages = claims.of(Role.LANGUAGE)
        self.language = str(languages[0].value) if languages else "en"


class _Registry:
    def __init__(self, names: list[str], chance: random.Random) -> None:
        self._chance = chance
        self._owners = sorted({name.partition("/")[0] for name in names if "/" in name})
        self._models = [name.rpartition("/")[2] for name in names]
        self._ids = [name for name in names if "/" in name]
        self._types = sorted({t for family in vocabulary().families.values() for t in family.model_types})
        self._known: dict[str, _Traits] = {}

    def record(self, number: int) -> Record:
        """One model; its owner's number keeps ids distinct."""
        chance = self._chance
        model = chance.choice(self._models)
        if (traits := self._known.get(model)) is None:
            traits = self._known[model] = _Traits(model)
        owner = f"{chance.choice(self._owners)}-{number:x}" if chance.random() < 0.5 else f"user{number:x}"
        name = self._crossed(model) if chance.random() < NEW else model
        honest = chance.random() < HONEST
        model_type = traits.model_type if honest else chance.choice(self._types)
        adapter = traits.adapter
        return {
            "id": f"{owner}/{name}",
            "author": owner,
            "tags": self._tags(traits, model_type),
            "pipeline_tag": chance.choice(("text-generation", "text-classification", "fill-mask", None, None)),
            "library_name": "peft" if adapter else chance.choice(("transformers", "transformers", None)),
            "downloads": int(chance.paretovariate(0.7)) - 1,
            "likes": int(chance.paretovariate(1.2)) - 1,
            "createdAt": _START + timedelta(minutes=chance.randrange(2_500_000)),
            "config": None if adapter or traits.gguf else self._config(model_type),
            "safetensors": None if traits.gguf or chance.random() < 0.4 else self._tensors(traits, honest),
            "gguf": self._gguf(traits, model_type, honest) if traits.gguf else None,
            "baseModels": self._bases() if chance.random() < 0.4 else None,
            "cardData": self._card(traits) if chance.random() < 0.7 else None,
            "siblings": [{"rfilename": path} for path in self._files(traits)],
        }

    def _crossed(self, model: str) -> str:
        """The beginning of one name, the end of another, cut where a sign parts words."""
        other = self._chance.choice(self._models)
        cuts = [i for i, sign in enumerate(model) if sign in _SIGNS] or [len(model)]
        ends = [i for i, sign in enumerate(other) if sign in _SIGNS] or [0]
        end = other[self._chance.choice(ends) :]
        return (model[: self._chance.choice(cuts)] + (end if end[:1] in _SIGNS else f"-{end}")).strip("-_.") or model

    def _config(self, model_type: str | None) -> str | None:
        if model_type is None:
            return None if self._chance.random() < 0.5 else '{"model_type":"own"}'
        config: Record = {"architectures": [f"{model_type.title().replace('-', '')}Model"], "model_type": model_type}
        if (kind := self._chance.random()) < 0.7:
            config["tokenizer_config"] = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": f"<p{int(kind * 20)}>"}
        if kind < 0.15:
            config["tokenizer_config"]["chat_template"] = _TEMPLATE + str(self._chance.randrange(200))
        return json.dumps(config)

    def _tensors(self, traits: _Traits, honest: bool) -> Record:
        size = traits.size or self._chance.choice((66_000_000, 110_000_000, 355_000_000, 7_000_000_000))
        total = int(size * self._chance.uniform(0.95, 1.1) * (1 if honest else 4))
        return {"parameters": {self._chance.choice(("BF16", "F16", "F32")): total}, "total": total}

    def _gguf(self, traits: _Traits, model_type: str | None, honest: bool) -> Record:
        size = (traits.size or 7_000_000_000) * (1 if honest else 3)
        return {"architecture": model_type or "llama", "total": size, "context_length": 4096}

    def _bases(self) -> Record:
        place = int(self._chance.paretovariate(0.6)) - 1  # a few bases have most of the models
        base = {"_id": "0" * 24, "id": self._ids[min(place, len(self._ids) - 1)]}
        return {"relation": self._chance.choice(("finetune", "quantized", "adapter", "merge")), "models": [base]}

    def _card(self, traits: _Traits) -> str:
        return json.dumps({"license": "apache-2.0", "language": [traits.language], "tags": ["generated"]})

    def _tags(self, traits: _Traits, model_type: str | None) -> list[str]:
        known = ["transformers", "safetensors", "region:us", "license:apache-2.0", traits.language]
        return [*known, *([model_type] if model_type else []), *(["lora"] if traits.adapter else [])]

    def _files(self, traits: _Traits) -> Iterator[str]:
        yield from (".gitattributes", "README.md")
        if traits.adapter:
            yield from ("adapter_config.json", "adapter_model.safetensors")
        elif traits.gguf:
            yield "model.Q4_K_M.gguf"
        else:
            yield from ("config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "vocab.json")
