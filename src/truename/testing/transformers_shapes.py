"""Names and shapes of real models, built by transformers on the meta device: no weights, no downloads.

Needs torch and transformers; they are imported only when a function is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from truename.architecture.templates import template_of
from truename.errors import MissingExtraError

Shapes = dict[str, tuple[int, ...]]


def saved_shapes(class_name: str, config: Mapping[str, Any]) -> Shapes:
    """The tensors that ``save_pretrained`` would write for ``class_name`` with ``config``, tied copies left out.

    Args:
        class_name: a model class of transformers, such as ``LlamaForCausalLM``.
        config: keyword arguments of the class's configuration.

    Raises:
        MissingExtraError: torch or transformers is not installed.
    """
    try:
        import torch  # noqa: F401
        import transformers
    except ImportError as error:
        raise MissingExtraError("building a model with transformers", "zoo") from error
    model_class = getattr(transformers, class_name)
    return _saved(model_class, model_class.config_class(**config))


def saved_templates(
    model_class: Any, config_class: Any, change: Mapping[str, Any], layers: int | None = None
) -> frozenset[str]:
    """The templates that a class writes with its default configuration, ``change`` applied, ``layers`` deep."""
    default = config_class()
    shorter = layers is not None and getattr(default, "num_hidden_layers", 0) > layers
    try:
        config = config_class(**({"num_hidden_layers": layers} if shorter else {}), **change)
        shapes = _saved(model_class, config)
    except Exception:  # a class refuses a depth in whatever way its code happens to fail; its own depth then decides
        if not shorter:
            raise
        shapes = _saved(model_class, config_class(**change))
    return frozenset(map(template_of, shapes))


def _saved(model_class: Any, config: Any) -> Shapes:
    """Build, name as ``save_pretrained`` does, and drop what is tied."""
    import torch
    from transformers.core_model_loading import revert_weight_conversion

    with torch.device("meta"):
        model = model_class(config)
    model.tie_weights()
    state = model.state_dict()
    kept: dict[str, Any] = {}
    seen: dict[int, str] = {}
    parameters = {id(p): n for n, p in model.named_parameters()}
    tied = set(getattr(model, "all_tied_weights_keys", None) or {})
    for name, tensor in state.items():
        if name in tied or (id(tensor) in seen and id(tensor) in parameters):
            continue
        seen[id(tensor)] = name
        kept[name] = tensor
    saved = revert_weight_conversion(model, kept)
    return {name: tuple(tensor.shape) for name, tensor in saved.items()}
