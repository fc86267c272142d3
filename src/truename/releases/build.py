"""Make a table of releases: from facts of other tables, and from a registry's own snapshot or scan."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from truename.atomic_files import write_bytes_atomically
from truename.errors import UsageError
from truename.releases.release import Release, ReleaseTable

# fact of a scan -> field of a release
_FACTS = {
    "model_type": "model_type",
    "layers": "layers",
    "encoder_layers": "layers",
    "decoder_layers": "decoder_layers",
    "hidden_size": "hidden_size",
    "intermediate_size": "intermediate_size",
    "heads": "heads",
    "key_value_heads": "key_value_heads",
    "head_size": "head_size",
    "vocabulary_size": "vocabulary_size",
    "experts": "experts",
    "tied_embeddings": "tied",
    "context_length": "context_length",
    "rope_theta": "rope_theta",
    "rope_scaling": "rope_scaling",
    "rope_factor": "rope_factor",
    "mel_bins": "mel_bins",
    "norm_epsilon": "norm_epsilon",
}
# key of a configuration -> field of a release, the first that is there
_CONFIG: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("model_type", ("model_type",)),
    ("layers", ("num_hidden_layers", "n_layer", "n_layers", "encoder_layers", "num_layers")),
    ("decoder_layers", ("decoder_layers", "num_decoder_layers")),
    ("hidden_size", ("hidden_size", "n_embd", "d_model")),
    ("intermediate_size", ("intermediate_size", "n_inner", "d_ff", "ffn_dim", "encoder_ffn_dim")),
    ("heads", ("num_attention_heads", "n_head", "num_heads", "encoder_attention_heads")),
    ("key_value_heads", ("num_key_value_heads",)),
    ("head_size", ("head_dim", "d_kv")),
    ("vocabulary_size", ("vocab_size",)),
    ("experts", ("num_local_experts", "num_experts", "n_routed_experts")),
    ("tied", ("tie_word_embeddings",)),
    ("context_length", ("max_position_embeddings", "n_positions")),
    ("rope_theta", ("rope_theta",)),
    ("mel_bins", ("num_mel_bins",)),
)

Reading = Callable[[str], tuple[str, str, str]]  # an id -> key, family, version


def release_of(values: Mapping[str, Any], id_: str, reading: Reading, sources: tuple[int, ...]) -> Release | None:
    """A release with those of the values that are of the right kind; None where they give no structure."""
    known = {field: value for field, value in values.items() if _is_kind(field, value)}
    if "hidden_size" not in known or "layers" not in known:
        return None
    key, family, version = reading(id_)
    return Release(id_, key, family, version, sources=sources, **known)


def table_of(releases: Iterable[Release], sources: Iterable[str], date: str) -> ReleaseTable:
    """A table in the order of the ids; of an id given twice the first row holds."""
    by_id: dict[str, Release] = {}
    for release in releases:
        by_id.setdefault(release.id, release)
    return ReleaseTable(date, tuple(sources), tuple(by_id[id_] for id_ in sorted(by_id)))


def write_table(table: ReleaseTable, path: Path) -> None:
    """Write a table as JSON, one release a line."""
    write_bytes_atomically(path, text_of(table).encode())


def text_of(table: ReleaseTable) -> str:
    """A table as JSON, one source and one release a line."""
    head = f'{{"date":{_json(table.date)},"sources":['
    sources = ",\n".join(map(_json, table.sources))
    rows = ",\n".join(map(_json, table.releases))
    return f'{head}\n{sources}\n],"releases":[\n{rows}\n]}}\n'


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def releases_of(source: Path, reading: Reading) -> ReleaseTable:
    """The table of a registry's own models.

    Args:
        source: a folder that ``truename scan`` wrote, or a snapshot: Parquet or JSON lines with a column ``id`` or
            ``name`` and the configuration in ``config``.
        reading: how the name of a model is read.

    Raises:
        UsageError: there is no such file, it is of another form, or none of its models has a structure.
    """
    rows = _rows(source)
    found = [release for id_, values in rows if (release := release_of(values, id_, reading, (0,))) is not None]
    if not found:
        raise UsageError(f"{source}: none of its models declares layers and a width; a snapshot needs ids and configs")
    day = datetime.datetime.fromtimestamp(source.stat().st_mtime, datetime.UTC).date().isoformat()
    return table_of(found, (source.name,), day)


def _rows(source: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Id and values of each model of a scan's folder or of a snapshot."""
    files = sorted(source.rglob("*.parquet")) if source.is_dir() else [source]
    if not source.exists() or not files:
        raise UsageError(f"{source}: there is no scan folder and no snapshot")
    for file in files:
        lines = _lines(file)
        for line in lines:
            id_ = line.get("id") or line.get("name") or line.get("target")
            if not isinstance(id_, str) or not id_:
                continue
            if isinstance(line.get("facts"), list):
                yield id_, _of_facts(line["facts"])
            else:
                config = line.get("config")
                if isinstance(config, (str, bytes)):
                    config = _decoded(config)
                yield id_, config_values(config if isinstance(config, dict) else line)


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    if file.suffix == ".parquet":
        try:
            import pyarrow.parquet as parquet
        except ImportError:
            raise UsageError(f"{file}: reading Parquet needs pyarrow: pip install 'truename[parquet]'") from None
        try:
            for batch in parquet.ParquetFile(file).iter_batches(batch_size=4096):
                yield from batch.to_pylist()
        except (OSError, ValueError) as error:
            raise UsageError(f"{file}: cannot be read as Parquet ({str(error)[:160]})") from None
    elif file.suffix in (".jsonl", ".ndjson"):
        with file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                found = _decoded(line) if line.strip() else None
                if found is not None and not isinstance(found, dict):
                    raise UsageError(f"{file}: line {number} is not a JSON object")
                if isinstance(found, dict):
                    yield found
    else:
        raise UsageError(f"{file}: give a scan's folder, or a snapshot as .parquet or .jsonl")


def _decoded(text: str | bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return ()


def _of_facts(facts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The strongest value of each fact: a scan gives the strongest first."""
    found: dict[str, Any] = {}
    for fact in facts:
        field = _FACTS.get(str(fact.get("key")))
        if field is not None:
            found.setdefault(field, _decoded(fact.get("value") or "null"))
    return found


def config_values(config: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a configuration, of its language model where it nests one."""
    inner = config.get("text_config")
    sections = (inner, config) if isinstance(inner, dict) else (config,)
    found: dict[str, Any] = {}
    for field, keys in _CONFIG:
        value = next((s[k] for s in sections for k in keys if s.get(k) is not None), None)
        if value is not None:
            found[field] = value
    scaling = config.get("rope_scaling")
    if isinstance(scaling, dict):
        found["rope_scaling"] = scaling.get("rope_type", scaling.get("type"))
        found["rope_factor"] = scaling.get("factor")
    elif "rope_theta" in found:
        found["rope_scaling"] = "none"
    return found


def _is_kind(field: str, value: Any) -> bool:
    """Whether a value is of the kind of its field and above zero; numbers below mean that it is not known."""
    if field in ("model_type", "rope_scaling", "released"):
        return isinstance(value, str) and bool(value)
    if field == "tied":
        return isinstance(value, bool)
    if field == "last_tokens":
        return isinstance(value, tuple)
    if field in ("rope_theta", "rope_factor", "norm_epsilon"):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0
    return type(value) is int and (value > 0 or field == "first_token")
