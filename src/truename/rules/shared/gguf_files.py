"""The GGUF files of a model as rules see them: one encoding each, by its name, by its metadata, by its tensors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from truename._lazy import pattern
from truename.compiled_tables import table
from truename.evidence.absence import NO_GGUF
from truename.evidence.evidence import Evidence
from truename.facts import FORMATS, GGUF_FILE_TYPE, GGUF_TENSOR_SHARES, GGUF_TENSOR_TYPES, Fact, Key
from truename.findings import ReasonKind
from truename.formats.dtypes import FULL_PRECISION
from truename.formats.gguf.ggml_types import GGML_TYPES
from truename.names.claims import Claim
from truename.rules.rule import Decision, cannot_tell, does_not_apply

# what is read of GGUF files, beside the types of their tensors
GGUF_KEYS: frozenset[Key[Any]] = frozenset({GGUF_FILE_TYPE, GGUF_TENSOR_SHARES, FORMATS})

# A type with less than this share of another's bits is lower, and how much of the bytes may be; both are wide where a
# quantiser chooses for every tensor.
FEWER, MOST_FEWER = 0.88, 0.1
FEWER_DYNAMIC, MOST_FEWER_DYNAMIC = 0.75, 0.5
PRESENT = 0.02  # share of the bytes from which on a type is part of an encoding; less are single tensors
_WORD = pattern(
    r"(?<![A-Z0-9])(I?Q[1-8]_(?:K_(?:XXS|XS|S|M|L|XL)|K|NL|XXS|XS|XL|S|M|L|[01](?:_[48]_[48])?)|TQ[12]_0"
    r"|MXFP4(?:_MOE)?|NVFP4|BF16|FP?16|FP?32)(?![A-Z0-9_])"
)
_SHARD = pattern(r"-\d{5}-of-\d{5}$")


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
        if base in FULL_PRECISION:
            # Models of which most was released as MXFP4 keep that, and their files are named after the rest.
            return self.dominant == base or (self.dominant == "MXFP4" and any(map(self._has, FULL_PRECISION)))
        return any(self._has(kind) for kind in (base, *table("rules/gguf")["fallbacks"].get(base, ())))

    def fewer_bits(self, encoding: str) -> tuple[str, float] | None:
        """A type of far fewer bits than ``encoding``, with the share of all such; None where there are hardly any.

        Every encoding mixes in types of more bits, for the tensors that matter most; none mixes in lower ones.
        """
        base = base_type(encoding)
        bits = bits_of(base)
        if bits is None or base in FULL_PRECISION:
            return None
        dynamic = "UD-" in self.stem.upper()
        least, most = (FEWER_DYNAMIC, MOST_FEWER_DYNAMIC) if dynamic else (FEWER, MOST_FEWER)
        found = [
            (share, kind)
            for kind, share in zip(self.types.value, self.shares, strict=False)
            if (held := bits_of(kind)) is not None and held < least * bits
        ]
        total = sum(share for share, _ in found)
        return (max(found)[1], total) if total > most else None

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


def no_gguf_file(evidence: Evidence, about: Sequence[Claim] = ()) -> Decision:
    """How a rule on GGUF files ends where the header of none was read.

    Args:
        evidence: of the model.
        about: the claims that stay open, where there is a GGUF file.
    """
    if "gguf" in evidence.value(FORMATS, ()):
        return cannot_tell(ReasonKind.UNREAD_WEIGHTS, "the header of the GGUF file was not read", about=about)
    return does_not_apply(NO_GGUF)


def unsaid(evidence: Evidence, key: Key[Any]) -> Decision:
    """How a rule on the metadata of a GGUF file ends where it lacks ``key``: no claim of the name hangs on it alone."""
    why = evidence.why_missing(key)
    return does_not_apply(why) if why.kind is ReasonKind.NO_SUCH_FILE else cannot_tell(why, about=())


def encodings_in(text: str) -> tuple[str, ...]:
    """The encodings that a file's name speaks of, in usual words; full precision only where nothing else is said."""
    found = [table("rules/gguf")["words"].get(word, word) for word in _WORD.findall(text.upper())]
    packed = tuple(dict.fromkeys(word for word in found if word not in FULL_PRECISION))
    return packed or tuple(dict.fromkeys(found))


def base_type(encoding: str) -> str:
    """The type that most tensors of an encoding have: Q4_K for Q4_K_M."""
    names = table("rules/gguf")
    usual = str(names["words"].get(encoding, encoding))
    if usual in names["types"]:
        return str(names["types"][usual])
    return re.sub(r"_K_(?:XXS|XS|S|M|L|XL)$", "_K", usual)


def whole_bits(kind: str) -> float | None:
    """The bits that a type is named after: 4 of Q4_K and IQ4_XS, 16 of F16; None where its name gives none."""
    found = re.search(r"(?:Q|FP|F|BF)(\d{1,2})", kind)
    return float(found[1]) if found else None


@cache
def bits_of(kind: str) -> float | None:
    """Stored bits of one element of a tensor type, scales included; None for one that is not known."""
    return next((t.bits_per_weight for t in GGML_TYPES.values() if t.name == kind), None)


def is_full(encoding: str) -> bool:
    """Whether an encoding is one of full precision."""
    return base_type(encoding) in FULL_PRECISION
