"""From documents to facts: every fact with its file and key, every wrong value named."""

from __future__ import annotations

from truename.declared.context import add_context
from truename.declared.declared import Declared
from truename.declared.dimensions import add_dimensions
from truename.declared.quantisation import add_quantisation
from truename.declared.repository import add_adapter, add_architecture, add_card, add_tokenizer
from truename.declared.values import Collector, Section
from truename.errors import DeclaredError
from truename.facts import Fact


def declared_facts(declared: Declared) -> tuple[Fact, ...]:
    """The facts that a repository declares. A value of the wrong type is left out; see ``wrong_values``."""
    return tuple(_collect(declared).facts)


def wrong_values(declared: Declared) -> tuple[DeclaredError, ...]:
    """Declared values that are not what their key asks for: a number as a string, an object as a list ..."""
    found = {str(problem): problem for problem in _collect(declared).wrong}
    return tuple(found.values())


def _collect(declared: Declared) -> Collector:
    collector = Collector()
    add_architecture(collector, declared)
    if declared.config is not None:
        config = Section.of(declared.config)
        add_dimensions(collector, config)
        add_context(collector, config)
    elif (
        main := next((declared.components[c] for c in ("transformer", "unet") if c in declared.components), None)
    ) is not None:
        add_dimensions(collector, Section.of(main))
    add_quantisation(collector, declared)
    add_adapter(collector, declared)
    add_card(collector, declared)
    add_tokenizer(collector, declared)
    return collector
