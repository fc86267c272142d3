"""The GGUF files of a model as rules see them: one encoding each, by its name, by its metadata, by its tensors."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import GGUF_FILE_TYPE, GGUF_TENSOR_SHARES, GGUF_TENSOR_TYPES, Fact

PRESENT = 0.02  # share of the bytes from which on a type is part of an encoding; less are single tensors
_FULL = frozenset({"F16", "BF16", "F32", "F64"})
_WORD = re.compile(
    r"(?<![A-Z0-9])(I?Q[1-8]_(?:K_(?:XXS|XS|S|M|L|XL)|K|NL|XXS|XS|XL|S|M|L|[01](?:_[48]_[48])?)|TQ[12]_0"
    r"|MXFP4(?:_MOE)?|NVFP4|BF16|FP?16|FP?32)(?![A-Z0-9_])"
)
_SHARD = re.compile(r"-\d{5}-of-\d{5}$")


class GgufFile(msgspec.Struct, frozen=True):
    """One GGUF file."""

    path: str
    declared: Fact[Any] | None  # general.file_type
    types: Fact[Any]  # of the tensors, most bytes first
    shares: tuple[float, ...]

    @property
    def stem(self) -> str:
        """The file's name without folder, suffix and shard number."""
        name = self.path.rpartition("/")[2]
        return _SHARD.sub("", name[:-5] if name.lower().endswith(".gguf") else name)

    @property
    def dominant(self) -> str:
        """The type that holds most bytes."""
        return str(self.types.value[0])

    def holds(self, encoding: str) -> bool:
        """Whether the tensors may be of ``encoding``: its type, or what stands in for it, is among them."""
        base = base_type(encoding)
        if base in _FULL:
            # Models of which most was released as MXFP4 keep that, and their files are named after the rest.
            return self.dominant == base or (self.dominant == "MXFP4" and any(map(self._has, _FULL)))
        return any(self._has(kind) for kind in (base, *table("rules/gguf")["fallbacks"].get(base, ())))

    def _has(self, kind: str) -> bool:
        return any(t == kind and share >= PRESENT for t, share in zip(self.types.value, self.shares, strict=False))


def gguf_files(evidence: Evidence) -> tuple[GgufFile, ...]:
    """Every GGUF file whose header was read, in the order of reading."""
    declared = {fact.file: fact for fact in evidence.all(GGUF_FILE_TYPE)}
    shares = {fact.file: fact.value for fact in evidence.all(GGUF_TENSOR_SHARES)}
    return tuple(
        GgufFile(fact.file or "", declared.get(fact.file), fact, tuple(shares.get(fact.file, ())))
        for fact in evidence.all(GGUF_TENSOR_TYPES)
        if fact.value
    )


def encodings_in(text: str) -> tuple[str, ...]:
    """The encodings that a file's name speaks of, in usual words; full precision only where nothing else is said."""
    found = [table("rules/gguf")["words"].get(word, word) for word in _WORD.findall(text.upper())]
    packed = tuple(dict.fromkeys(word for word in found if word not in _FULL))
    return packed or tuple(dict.fromkeys(found))


def base_type(encoding: str) -> str:
    """The type that most tensors of an encoding have: Q4_K for Q4_K_M."""
    names = table("rules/gguf")
    usual = str(names["words"].get(encoding, encoding))
    if usual in names["types"]:
        return str(names["types"][usual])
    return re.sub(r"_K_(?:XXS|XS|S|M|L|XL)$", "_K", usual)


def is_full(encoding: str) -> bool:
    """Whether an encoding is one of full precision."""
    return base_type(encoding) in _FULL
