"""The words of model names: families, tasks, languages, data sets, sizes, methods. Data in TOML, compiled to JSON."""

from truename.vocabulary.vocabulary import (
    Family,
    Hints,
    Language,
    Quantisation,
    Reading,
    Task,
    Vocabulary,
    squeeze,
    vocabulary,
)

__all__ = [
    "Family",
    "Hints",
    "Language",
    "Quantisation",
    "Reading",
    "Task",
    "Vocabulary",
    "squeeze",
    "vocabulary",
]
