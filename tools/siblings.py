"""What tells the releases of one family apart, and whether a rule says so: for ``rule_rates.py``.

Each ordered pair of releases of one family whose names differ is judged: the name of the first over the values of the
second. What no copy of a model is known to have separates it; where nothing does, no rule can. A second part holds
header-only files under the true name: what is not quiet there is a false alarm.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from truename import check
from truename.architecture import declared_measures
from truename.architecture.layouts import layout_of
from truename.architecture.model_config import Settings
from truename.declared import Declared, Document
from truename.evidence import Evidence
from truename.evidence.known_releases import FIELDS
from truename.facts import MODEL_TYPE, Fact, Origin
from truename.findings import Severity
from truename.names import claims_of, parse_name
from truename.names.elements import Role
from truename.releases import SHAPE, Release, ReleaseTable, standing_in
from truename.rules import Decision, Rule
from truename.rules.release.other_release import TELLING
from truename.rules.shared.releases import Named, rows_apart
from truename.testing import layout_tensors, write_header_only
from truename.vocabulary import vocabulary

JUDGING = ("REL002", "SIZ001", "SIZ002", "SIZ003", "SIZ004", "SIZ005", "DIM001", "DIM002", "CTX001", "ARC001")
NOTHING = "nothing"
WEAKER = ("rope_theta", "rope_scaling", "rope_factor", "mel_bins", "context_length")

_KEYS = {  # field of a release -> key of a configuration
    "model_type": "model_type", "layers": "num_hidden_layers", "decoder_layers": "decoder_layers",
    "hidden_size": "hidden_size", "intermediate_size": "intermediate_size", "heads": "num_attention_heads",
    "key_value_heads": "num_key_value_heads", "head_size": "head_dim", "vocabulary_size": "vocab_size",
    "experts": "num_experts", "tied": "tie_word_embeddings", "context_length": "max_position_embeddings",
    "rope_theta": "rope_theta", "norm_epsilon": "rms_norm_eps", "mel_bins": "num_mel_bins",
}  # fmt: skip
_T5 = {  # where T5 has keys of its own
    "hidden_size": "d_model", "intermediate_size": "d_ff", "heads": "num_heads", "head_size": "d_kv",
    "layers": "num_layers", "decoder_layers": "num_decoder_layers",
}  # fmt: skip
STORED = (Role.QUANTISATION, Role.BITS, Role.PRECISION, Role.PACKAGING)  # what header-only files cannot show


class Pair(msgspec.Struct, frozen=True):
    """The name of one release over the values of another.

    Attributes:
        separates: the first value that tells them apart, or ``nothing``.
        strength: shape-bearing, weaker or none.
        code: of the rule that flagged it, empty where none did.
        note: whether it was no more than a note.
    """

    separates: str
    strength: str
    code: str = ""
    note: bool = False


def completed(release: Release, copies: Iterable[Release]) -> Release:
    """A release with what is known of its copies where they agree, as its files would show it."""
    known: dict[str, Any] = {}
    for field in FIELDS:
        if getattr(release, field) is None:
            found = {getattr(copy, field) for copy in copies} - {None}
            if len(found) == 1:
                known[field] = found.pop()
    family = vocabulary().families.get(release.family)
    if release.model_type is None and family is not None and len(family.model_types) == 1:
        known["model_type"] = next(iter(family.model_types))
    made = msgspec.structs.replace(release, **known)
    # A configuration with a base and no scaling would say that there is none.
    return made if made.rope_scaling is not None else msgspec.structs.replace(made, rope_theta=None)


def with_some_vocabulary(release: Release, table: ReleaseTable) -> Release:
    """A release of which no vocabulary is known with the most frequent one of its family: every file shows one."""
    if release.vocabulary_size is not None:
        return release
    found = Counter(r.vocabulary_size for r in table.releases if r.family == release.family and r.vocabulary_size)
    return msgspec.structs.replace(release, vocabulary_size=found.most_common(1)[0][0] if found else 32_000)


def config_of(release: Release) -> dict[str, Any]:
    """The configuration that a release's files would have, as far as the table knows it."""
    keys = _KEYS | (_T5 if release.model_type in ("t5", "mt5", "umt5") else {})
    config = {key: value for field, key in keys.items() if (value := getattr(release, field)) is not None}
    if release.experts and release.intermediate_size:  # of an expert, in most sources
        config["moe_intermediate_size"] = release.intermediate_size
    if release.rope_scaling not in (None, "none"):
        config["rope_scaling"] = {"rope_type": release.rope_scaling, "factor": release.rope_factor or 1.0}
    return config


def evidence_of_files(release: Release) -> Evidence:
    """The evidence of a configuration with the values of a release, and of the parameters that it describes."""
    facts: list[Fact[Any]] = [
        Fact(key, value, Origin.DECLARED, "config.json")
        for field, key in FIELDS.items()
        if (value := getattr(release, field)) is not None and value != "none"
    ]
    if release.model_type is not None:
        facts.append(Fact(MODEL_TYPE, release.model_type, Origin.DECLARED, "config.json"))
    facts += declared_measures(Declared(config=Document("config.json", config_of(release))), None)
    return Evidence.of(facts)


def pairs_of(table: ReleaseTable, rules: Sequence[Rule]) -> Iterator[Pair]:
    """Every ordered pair of one family and of different keys."""
    judging = [rule for rule in rules if rule.code in JUDGING]
    held = {r.id: completed(r, table.of_key(r.key) if r.key else (r,)) for r in table.releases}
    evidence = {id_: evidence_of_files(with_some_vocabulary(release, table)) for id_, release in held.items()}
    values = {id_: values_of(release) for id_, release in held.items()}
    claims = {release.id: claims_of(parse_name(release.id)) for release in table.releases}
    for named in table.releases:
        copies = table.of_key(named.key) if named.key else (named,)
        meant = Named(named.key, copies, whole=True)
        for other in table.releases:
            if named.key == other.key or not named.family or named.family != other.family:
                continue
            apart = rows_apart(meant, values[other.id], (*TELLING, "context_length", "rope_factor"))
            separates = apart[0] if apart else NOTHING
            decisions = ((r.code, r.check(claims[named.id], evidence[other.id])) for r in judging)
            code, note = worst(decisions)
            yield Pair(separates, strength_of(separates), code, note)


def strength_of(separates: str) -> str:
    """How firmly a value is that of a model: a shape, or a setting that people change."""
    if separates == NOTHING:
        return "none"
    return "weaker" if separates in WEAKER else "shape-bearing" if separates in SHAPE else "weaker"


def worst(decisions: Iterable[tuple[str, Decision]]) -> tuple[str, bool]:
    """The first rule that flags with more than a note, else the first that notes."""
    noted = ""
    for code, decision in decisions:
        if any(finding.severity is not Severity.NOTE for finding in decision.findings):
            return code, False
        if decision.findings and not noted:
            noted = code
    return noted, bool(noted)


def values_of(release: Release) -> Mapping[str, frozenset[Any]]:
    """The values of a release as a model's."""
    return {f: frozenset((getattr(release, f),)) for f in FIELDS if getattr(release, f) is not None}


def quiet_under_its_own_name(
    table: ReleaseTable, tables_for: Callable[[Release, ReleaseTable], Iterable[ReleaseTable]]
) -> Counter[str]:
    """Header-only files of every release whose tensors can be made from its values, under its name, and what is said.

    Args:
        table: of the releases.
        tables_for: the tables that stand in for the whole one, each for one round.

    Returns:
        How many checks there were (``files``), and every alarm.
    """
    found: Counter[str] = Counter()
    for release in table.releases:
        if release.experts or claims_of(parse_name(release.id)).of(*STORED):
            continue  # of a mixture the table does not say whether a width is an expert's
        made = completed(release, table.of_key(release.key) if release.key else (release,))
        config = config_of(made)
        for stand_in in tables_for(release, table):
            for line in alarms_over_files(release.id, config, stand_in):
                found[line] += 1
    return found


def alarms_over_files(name: str, config: Mapping[str, Any], stand_in: ReleaseTable) -> list[str]:
    """``files`` and the codes of the alarms; nothing where the type's tensors are not known here."""
    if layout_of(Settings(config)) is None:
        return []
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "model"
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        write_header_only(folder / "model.safetensors", layout_tensors(config), {"format": "pt"})
        with standing_in(stand_in):
            report = check(folder, name=name)
    codes = [f"{f.code}: {name}: {f.message}" for f in report.findings if f.severity is not Severity.NOTE]
    return ["files", *codes]
