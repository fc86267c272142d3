"""Faults of cards: what they say of the model against its files."""
