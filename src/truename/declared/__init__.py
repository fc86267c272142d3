"""What a repository says of itself: configuration, card, adapter, tokenizer; each fact with its file and key."""

from truename.declared.card_text import card_text_facts
from truename.declared.declared import Declared, Document
from truename.declared.extract import declared_facts, wrong_values
from truename.declared.read import document_bytes, read_declared, weights_among
from truename.declared.runtimes import RUNTIMES

__all__ = [
    "RUNTIMES",
    "Declared",
    "Document",
    "card_text_facts",
    "declared_facts",
    "document_bytes",
    "read_declared",
    "weights_among",
    "wrong_values",
]
