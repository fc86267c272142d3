"""A model of transformers, built on the meta device -> the tensors that ``save_pretrained`` writes, in three ways.

transformers 5 converts weights while it loads and back while it saves: experts are one tensor in memory and many on
disk, prefixes move. What lies in repositories is the saved side. Nothing is allocated: every operation of the
conversion works on meta tensors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from truename.lab.zoo.entry import Specs

_DTYPES = {
    "float32": "F32", "float16": "F16", "bfloat16": "BF16", "float64": "F64", "int64": "I64", "int32": "I32",
    "int16": "I16", "int8": "I8", "uint8": "U8", "bool": "BOOL", "complex64": "C64",
}  # fmt: skip


def saved_layouts(model: Any) -> Iterator[tuple[str, Specs]]:
    """The ways in which ``model`` is written: ``saved``, and ``published``, ``bin``, ``memory`` where they differ.

    ``saved`` is what ``save_pretrained`` of the installed version writes for a model made from its configuration.
    ``published`` has the prefixes too that loading takes away or adds, as in the repositories the mapping was
    written for. ``bin`` keeps every name of a tied tensor, as pickled checkpoints do. ``memory`` is the state as it
    is, which is what training frameworks write.
    """
    from transformers.core_model_loading import revert_weight_conversion

    model.tie_weights()
    state = _untied(model)
    saved = _specs(revert_weight_conversion(model, dict(state)))
    yield "saved", saved
    prefixed = _with_prefixes(model)
    if prefixed is not None:
        model._weight_conversions = prefixed
        try:
            published = _specs(revert_weight_conversion(model, dict(state)))
        finally:
            model._weight_conversions = None
        if published.keys() != saved.keys():
            yield "published", published
    full = {name: tensor for name, tensor in _whole(model).items() if hasattr(tensor, "shape")}
    if full.keys() != state.keys():
        yield "bin", _specs(revert_weight_conversion(model, full))
    memory = _specs(state)
    if memory.keys() != saved.keys():
        yield "memory", memory


def _with_prefixes(model: Any) -> list[Any] | None:
    """The conversions with those that move prefixes, which ``save_pretrained`` leaves out; None without any."""
    from transformers.conversion_mapping import get_model_conversion_mapping
    from transformers.core_model_loading import PrefixChange

    conversions = get_model_conversion_mapping(model, add_legacy=False)
    return conversions if any(isinstance(c, PrefixChange) for c in conversions) else None


def _untied(model: Any) -> dict[str, Any]:
    """The state less what is not written: ignored keys, and all but one of the names of a shared tensor."""
    state = _whole(model)
    owners: dict[int, list[str]] = {}
    parts = {
        **dict(model.named_parameters(remove_duplicate=False)),
        **dict(model.named_buffers(remove_duplicate=False)),
    }
    for name in state:
        if name in parts:
            owners.setdefault(id(parts[name]), []).append(name)
    tied = tuple(getattr(model, "all_tied_weights_keys", None) or ())
    for names in owners.values():
        if len(names) > 1:
            for name in _surplus(sorted(names), tied):
                del state[name]
    return {name: tensor for name, tensor in state.items() if hasattr(tensor, "shape")}


def _whole(model: Any) -> dict[str, Any]:
    """The state with every name of a shared tensor, as pickled checkpoints keep it."""
    state: dict[str, Any] = dict(model.state_dict())
    for key in getattr(model, "_keys_to_ignore_on_save", None) or ():
        state.pop(key, None)
    return state


def _surplus(names: list[str], tied: tuple[str, ...]) -> list[str]:
    """All but one of ``names``: those declared as copies go first, as in ``remove_tied_weights_from_state_dict``."""
    copies = [name for name in names if any(name == key or re.search(key, name) for key in tied)]
    others = [name for name in names if name not in copies]
    return [*copies, *others[1:]] if others else copies[:-1]


def _specs(state: Mapping[str, Any]) -> Specs:
    return {name: (dtype_word(tensor.dtype), tuple(tensor.shape)) for name, tensor in state.items()}


def dtype_word(dtype: Any) -> str:
    """A dtype of torch in safetensors' words."""
    name = str(dtype).removeprefix("torch.")
    return _DTYPES.get(name, name.upper())
