"""How the weights are stored, in the words that rules about precision need."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import FORMATS, IS_ADAPTER, QUANTISATION_METHOD, STORAGE_DTYPES, Fact, Key, Origin
from truename.findings import Reason, ReasonKind
from truename.formats.dtypes import FULL_PRECISION

# what the functions here read
STORAGE_KEYS: frozenset[Key[Any]] = frozenset({FORMATS, IS_ADAPTER, QUANTISATION_METHOD, STORAGE_DTYPES})

ADAPTER_REASON = Reason(
    ReasonKind.ADAPTER, "the files hold an adapter, and the precision in its name may be that of its base model"
)

# words that say the weights are no longer, or not yet, in the precision that the name speaks of
UNPACKED_WORDS = ("dequant", "unquant", "upcast", "qat", "fakequant", "calibrated")


def method_fact(evidence: Evidence) -> Fact[Any] | None:
    """The strongest statement about the method of quantisation, unless it says that there is none."""
    fact = evidence.get(QUANTISATION_METHOD)
    return fact if fact is not None and method(fact) else None


def method(fact: Fact[Any]) -> str | None:
    """The method in lower case with hyphens; None where the fact says 'none'."""
    text = str(fact.value or "none").lower().replace("_", "-")
    return None if text == "none" else text


def full_precision(evidence: Evidence) -> Fact[Any] | None:
    """The fact that shows that nothing is quantised: the stored dtypes, all floats of 16 bits or more.

    None where the weights were not read, or where they show or may hide a quantisation.
    """
    stored = evidence.get(STORAGE_DTYPES, Origin.WEIGHTS)
    measured = evidence.get(QUANTISATION_METHOD, Origin.WEIGHTS)
    if stored is None or not stored.value or (measured is not None and method(measured)):
        return None
    return stored if stored.value[0] in FULL_PRECISION and not _may_be_packed(stored.value) else None


def _may_be_packed(dtypes: tuple[str, ...]) -> bool:
    """Whether a dtype is among them in which quantised weights are packed (I64 and BOOL are buffers)."""
    return any(dtype not in FULL_PRECISION and dtype not in ("I64", "BOOL") for dtype in dtypes)


def why_ambiguous(evidence: Evidence) -> Reason | None:
    """Why the measured weights may not be the ones that the name speaks of; None where they are.

    A repository may hold its original weights beside a quantised export of them; the name may speak of either.
    """
    plain = {"safetensors", "pytorch", "keras", "flax", "rust"}
    formats = evidence.value(FORMATS, ()) or ()
    others = [form for form in formats if form not in plain]
    if not others or plain.isdisjoint(formats):
        return None
    return Reason(ReasonKind.AMBIGUOUS_FILES, f"there are weights in other formats too ({', '.join(others)})")


def is_adapter(evidence: Evidence) -> bool:
    """Whether the repository holds an adapter, whose name may speak of its base."""
    return bool(evidence.value(IS_ADAPTER, False))


def speaks_of_another_state(name: str) -> bool:
    """Whether the name itself says that its precision is a former, later or simulated one."""
    plain = name.lower().replace("-", "").replace("_", "")
    return any(word in plain for word in UNPACKED_WORDS)
