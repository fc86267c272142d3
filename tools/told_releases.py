"""Releases as models: bare, with a card that tells their values, as adapters; and the lies that a card may tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from truename.declared import card_text_facts
from truename.evidence import Evidence
from truename.evidence.known_releases import FIELDS
from truename.facts import (
    ADAPTER_BASE,
    ADAPTER_LAYERS,
    ADAPTER_RANK,
    ADAPTER_WIDTHS,
    BASE_MODELS,
    CARD_MERGES,
    CARD_STATEMENTS,
    CARD_TITLE,
    IS_ADAPTER,
    MODEL_TYPE,
    ORIGINAL_NAME,
    PARAMETERS,
    QUANTISATION_METHOD,
    STORAGE_DTYPES,
    Fact,
    Key,
    Origin,
)
from truename.names import Role, claims_of, parse_name
from truename.releases import Release, ReleaseTable, counted_names, differences
from truename.rules.lineage.origin import differ_in_a_number
from truename.rules.shared.quantities import ratio

CARD = "README.md"
SAME = 1.15  # times
FEW = 2  # layers
FAR_OFF = 2.5  # times: a card that is off by less may count something else
# Which value of a release a rule on cards compares, and the kinds of lines that give it.
KINDS: dict[str, tuple[str | None, tuple[str, ...]]] = {
    "CRD001": ("parameters", ("parameters",)),
    "CRD002": ("layers", ("layers",)),
    "CRD003": ("context_length", ("context",)),
    "CRD004": (None, ("rank",)),
    "CRD005": ("id", ("base",)),
    "CRD006": (None, ("dtype",)),
}
LIES = {"CRD004": "64", "CRD006": "4-bit GPTQ"}
LIE_KINDS = {"CRD006": "quantisation"}


class Model(msgspec.Struct, frozen=True):
    """A model under a name that is right: of the table or of a folder."""

    name: str
    evidence: Evidence
    release: Release | None = None


def evidence_of(release: Release, *more: Fact[Any]) -> Evidence:
    """The evidence of a configuration with the values of a release."""
    facts: list[Fact[Any]] = [*more]
    for field, key in FIELDS.items():
        value = getattr(release, field)
        unknown = field == "rope_theta" and release.rope_scaling is None  # it would mean that there is no scaling
        if value is not None and value != "none" and not unknown:
            facts.append(Fact(key, value, Origin.DECLARED, "config.json"))
    if release.model_type is not None:
        facts.append(Fact(MODEL_TYPE, release.model_type, Origin.DECLARED, "config.json"))
    return Evidence.of(facts)


def release_values_of(release: Release) -> dict[str, frozenset[Any]]:
    """The values of a release as a model's."""
    return {f: frozenset((getattr(release, f),)) for f in FIELDS if getattr(release, f) is not None}


def described(table: ReleaseTable) -> Iterator[Model]:
    """Every release with a card that tells its own values, in the forms that cards have, and as its own base."""
    for number, release in enumerate(table.releases):
        facts: list[Fact[Any]] = list(card_text_facts(card_of(release, number), CARD))
        facts.append(Fact(BASE_MODELS, (release.id,), Origin.DECLARED, CARD))
        facts.append(Fact(CARD_MERGES, (release.id,), Origin.DECLARED, CARD))
        facts.append(Fact(ORIGINAL_NAME, release.id, Origin.DECLARED, "config.json"))
        if not claims_of(parse_name(release.id)).of(Role.QUANTISATION, Role.BITS):
            facts.append(Fact(STORAGE_DTYPES, ("BF16",), Origin.WEIGHTS, "model.safetensors"))
            facts.append(Fact(QUANTISATION_METHOD, "none", Origin.WEIGHTS, "model.safetensors"))
        if (size := size_of(release)) is not None:
            facts.append(Fact(PARAMETERS, size, Origin.WEIGHTS, "model.safetensors"))
        name = release.id.rpartition("/")[2] if number % 3 else "Aelan"  # under another name the title is compared
        yield Model(f"somebody/{name}", evidence_of(release, *facts), release)


def card_of(release: Release, number: int) -> str:
    """A card of a release: its values as a list, as a table or as parts of a line, in turn."""
    size = size_of(release)
    lines = {
        "Base model": release.id,
        "Parameters": None if size is None else f"{size / 1e9:.2f}B" if size > 10**9 else f"{size / 1e6:.0f}M",
        "Number of layers": None if release.decoder_layers else release.layers,
        "Hidden size": release.hidden_size,
        "Context length": release.context_length,
        "Vocabulary size": None if release.vocabulary_size is None else f"{release.vocabulary_size:,}",
        "Precision": "bfloat16",
    }
    pairs = [(label, value) for label, value in lines.items() if value is not None]
    title = f"# {release.id.rpartition('/')[2]}\n\n"
    if number % 3 == 0:
        return title + "".join(f"- **{label}**: {value}\n" for label, value in pairs)
    if number % 3 == 1:
        return f"{title}| | |\n|---|---|\n" + "".join(f"| {label} | {value} |\n" for label, value in pairs)
    parts = f"- Architecture: {release.layers} layers, hidden size {release.hidden_size}\n"
    return (
        f"{title}- Base model: {release.id}\n{parts}- Context: {release.context_length or 'long'}\n- Precision: bf16\n"
    )


def size_of(release: Release) -> int | None:
    """The parameters of a release whose name is counted once, and which its own name does not deny."""
    name = release.id.rpartition("/")[2]
    counts = counted_names().parameters.get(name.lower(), ())
    said = claims_of(parse_name(name)).of(Role.PARAMETERS)
    right = len(counts) == 1 and all(ratio(claim.value, counts[0]) < SAME for claim in said)
    return counts[0] if right else None


def adapted(table: ReleaseTable) -> Iterator[Model]:
    """An adapter for every release, with matrices of its width and depth."""
    for release in table.releases:
        if release.hidden_size and release.layers and not release.decoder_layers:
            facts = [
                *card_text_facts(f"# LoRA\n- LoRA rank: 16\n- Base model: {release.id}\n", CARD),
                Fact(IS_ADAPTER, True, Origin.FILES, "adapter_model.safetensors"),
                Fact(ADAPTER_WIDTHS, (release.hidden_size,), Origin.WEIGHTS, "adapter_model.safetensors"),
                Fact(ADAPTER_LAYERS, release.layers, Origin.WEIGHTS, "adapter_model.safetensors"),
                Fact(ADAPTER_RANK, 16, Origin.DECLARED, "adapter_config.json"),
                Fact(ADAPTER_BASE, release.id, Origin.DECLARED, "adapter_config.json"),
            ]
            yield Model(f"somebody/{release.id.rpartition('/')[2]}-lora", Evidence.of(facts), release)


def lie(code: str, model: Model, other: Model) -> list[Fact[Any]] | None:
    """The facts of a model with one that lies as a rule of documents would tell it; None where it would be no lie."""
    mine, theirs = model.release, other.release
    if mine is None or theirs is None or mine.key == theirs.key or not theirs.key:
        return None
    facts = [fact for group in model.evidence.facts.values() for fact in group]
    if code in KINDS:
        return retold(code, facts, mine, theirs)
    key: Key[Any]
    value: Any
    if code == "CRD007" and mine.family != theirs.family:
        key, value = CARD_TITLE, theirs.id.rpartition("/")[2]
    elif code == "BAS002":
        key, value = CARD_MERGES, (mine.id, theirs.id)
    elif code == "BAS003" and mine.hidden_size != theirs.hidden_size:
        key, value = BASE_MODELS, (theirs.id,)
    elif code == "BAS004" and mine.hidden_size != theirs.hidden_size:
        key, value = ADAPTER_BASE, theirs.id
    elif (
        code == "BAS005"
        and differ_in_a_number(mine.key, theirs.key)
        and not differences(theirs, release_values_of(mine))
    ):
        key, value = ORIGINAL_NAME, theirs.id
    elif code == "BAS006":
        key, value = BASE_MODELS, (model.name,)
    else:
        return None
    if not any(fact.key == key for fact in facts):
        return None
    return [msgspec.structs.replace(fact, value=value) if fact.key == key else fact for fact in facts]


def retold(code: str, facts: list[Fact[Any]], mine: Release, theirs: Release) -> list[Fact[Any]] | None:
    """The facts with the lines of a kind telling the other release's value."""
    field, kinds = KINDS[code]
    value = LIES[code] if field is None else lied(code, field, mine, theirs)
    if value is None or not any(fact.key == CARD_STATEMENTS and fact.value[0] in kinds for fact in facts):
        return None
    return [
        msgspec.structs.replace(fact, value=(LIE_KINDS.get(code, fact.value[0]), fact.value[1], value))
        if fact.key == CARD_STATEMENTS and fact.value[0] in kinds
        else fact
        for fact in facts
    ]


def lied(code: str, field: str, mine: Release, theirs: Release) -> str | None:
    """The other release's value as a card writes it; None where it may be right of the first too."""
    own, value = (size_of(r) if field == "parameters" else getattr(r, field) for r in (mine, theirs))
    if own is None or value is None or own == value:
        return None
    if code == "CRD001":
        near = ratio(own, value) < FAR_OFF
    elif code == "CRD002":
        near = abs(own - value) <= FEW
    else:
        near = value < FAR_OFF * own if code == "CRD003" else mine.family == theirs.family
    return None if near else f"{value:,}" if isinstance(value, int) else str(value)


def alike(one: Release, other: Release) -> bool:
    """Whether no value tells two releases apart."""
    return not differences(other, release_values_of(one))
