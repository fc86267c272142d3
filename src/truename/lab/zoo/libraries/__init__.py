"""Libraries that the zoo is built from. Each is imported when it is asked for, in the process that builds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from truename.lab.zoo.unit import Library

OpenLibrary = Callable[[], Library]  # importable by its name: worker processes get it pickled


def open_transformers() -> Library:
    """Models of transformers."""
    from truename.lab.zoo.libraries.transformers_models import TransformersModels

    return TransformersModels()


def open_timm() -> Library:
    """Models of timm."""
    from truename.lab.zoo.libraries.timm_models import TimmModels

    return TimmModels()


def open_diffusers() -> Library:
    """Models of diffusers."""
    from truename.lab.zoo.libraries.diffusers_models import DiffusersModels

    return DiffusersModels()


def open_sentence_transformers() -> Library:
    """Modules of sentence-transformers."""
    from truename.lab.zoo.libraries.sentence_transformers_modules import SentenceTransformersModules

    return SentenceTransformersModules()


def open_peft() -> Library:
    """Adapters of peft."""
    from truename.lab.zoo.libraries.peft_adapters import PeftAdapters

    return PeftAdapters()


def open_families() -> Library:
    """Families whose code comes with their repositories, from tables."""
    from truename.lab.zoo.libraries.written_families import WrittenFamilies

    return WrittenFamilies()


LIBRARIES: Mapping[str, OpenLibrary] = {
    "transformers": open_transformers,
    "timm": open_timm,
    "diffusers": open_diffusers,
    "sentence-transformers": open_sentence_transformers,
    "peft": open_peft,
    "families": open_families,
}
