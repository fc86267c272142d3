"""From documents to facts: every fact with its file and key, every wrong value named."""

from __future__ import annotations

from typing import Any

from truename.declared.context import add_context
from truename.declared.declared import Declared
from truename.declared.dimensions import add_details, add_dimensions
from truename.declared.quantisation import add_quantisation
from truename.declared.repository import (
    add_adapter,
    add_architecture,
    add_card,
    add_dense,
    add_modules,
    add_other_widths,
    add_tokenizer,
    main_config,
)
from truename.declared.values import Collector
from truename.errors import DeclaredError
from truename.facts import Fact


def declared_facts(declared: Declared) -> tuple[Fact[Any], ...]:
    """The facts that a repository declares. A value of the wrong type is left out; see ``wrong_values``."""
    return tuple(_collect(declared).facts)


def wrong_values(declared: Declared) -> tuple[DeclaredError, ...]:
    """Declared values that are not what their key asks for: a number as a string, an object as a list ..."""
    found = {str(problem): problem for problem in _collect(declared).wrong}
    return tuple(found.values())


def _collect(declared: Declared) -> Collector:
    collector = Collector()
    config = main_config(declared)
    add_architecture(collector, declared, config)
    if config is not None:
        add_dimensions(collector, config)
        add_context(collector, config)
        add_details(collector, config)
        add_other_widths(collector, config)
        add_dense(collector, config)
    add_modules(collector, declared)
    add_quantisation(collector, declared, config)
    add_adapter(collector, declared)
    add_card(collector, declared)
    if declared.model_index is None:  # a pipeline's tokenizers belong to its text encoders
        add_tokenizer(collector, declared)
    return collector
