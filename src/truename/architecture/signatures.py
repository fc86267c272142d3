"""Which model types agree with a set of tensor names: those whose own tensors have exactly these names.

A structure is the set of a model's templates without task heads, poolers, tied copies and the base model's prefix.
``signatures.json`` maps a digest of each known structure to the model types that have it, and for each the prefixes
under which its heads' classes save the base model. It is written by ``tools/signatures.py`` from transformers' own
classes and from ``signatures.toml``. Structures that are the same by design come as one set of model types.
A set of names that is not exactly a known structure gives no model type at all: rules accuse by this set.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path

import msgspec

from truename.architecture.parts import part_of
from truename.architecture.templates import modern
from truename.compiled_tables import table

_FILE = Path(__file__).with_name("signatures.json")
_ROLES = {"qweight": "weight", "weight_packed": "weight", "q_weight": "weight"}
_LIMIT = 4096  # templates; a structure of more is none that is known
_FEWEST = 6  # templates in repeated blocks; fewer are no sign of anything


class Structure(msgspec.Struct, frozen=True):
    """A model's templates, reduced to what its model type decides."""

    prefix: str  # the one component before everything, or nothing
    templates: frozenset[str]  # without the prefix

    @property
    def digest(self) -> str:
        """A short name for ``templates``."""
        text = "\n".join(sorted(self.templates))
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def structure_of(names: Iterable[str]) -> Structure:
    """The structure of a model with the templates ``names`` (buffers and companions of packed weights left out)."""
    kept = {_plain(name) for name in names if not _is_optional(name)}
    rules = table("architecture/ties")
    for shared in [name for name in kept if name.endswith(rules["shared_source"])]:
        kept -= {shared.removesuffix(rules["shared_source"]) + copy for copy in rules["shared_copies"]}
    first = {name.partition(".")[0] for name in kept}
    prefix = first.pop() if len(first) == 1 else ""
    if prefix in ("", "#") or prefix in kept:
        return Structure("", frozenset(kept))
    return Structure(prefix, frozenset(name[len(prefix) + 1 :] for name in kept))


def tensor_model_types(names: frozenset[str]) -> frozenset[str]:
    """The model types whose tensors have exactly the templates ``names``; empty where there is none.

    A base model saved under its own prefix (``roberta.``) agrees only with model types of that prefix; one saved
    without agrees with all that share the structure.
    """
    return _model_types(names) if len(names) <= _LIMIT else frozenset()


def known_model_types() -> frozenset[str]:
    """Every model type with at least one known structure. Of others the tensors can say nothing."""
    return frozenset(model_type for types in _structures().values() for model_type in types)


@lru_cache(maxsize=64)
def _model_types(names: frozenset[str]) -> frozenset[str]:
    structure = structure_of(names)
    if sum("#" in name for name in structure.templates) < _FEWEST:
        return frozenset()
    types = _structures().get(structure.digest, {})
    if not structure.prefix:
        return frozenset(types)
    return frozenset(model_type for model_type, prefixes in types.items() if structure.prefix in prefixes)


@cache
def _structures() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    return msgspec.json.decode(_FILE.read_bytes(), type=dict[str, dict[str, tuple[str, ...]]])


def _plain(name: str) -> str:
    """``name`` as it would be in a current, unquantised checkpoint."""
    head, dot, role = modern(name).rpartition(".")
    role = _ROLES.get(role, role).removesuffix("_blocks")
    return f"{head}{dot}{role}"


def _is_optional(name: str) -> bool:
    """Heads, poolers: there or not with the same model type."""
    return part_of(name).head is not None or name.startswith("pooler.") or ".pooler." in name
