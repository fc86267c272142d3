"""Is this pre-trained model what its name says?

    >>> from truename import check
    >>> report = check("models/llama-7b")  # doctest: +SKIP
    >>> [(f.code, f.message) for f in report.findings]  # doctest: +SKIP

One model: ``check`` compares its name with its files, ``inspect`` shows what the files hold, ``identify`` says what it
is by its structure, ``suggest_name`` and ``propose_names`` say what it could be called, ``explain`` shows why one rule
decided as it did. Two models: ``compare``. Names alone: ``parse_name`` and ``normalise_name``. ``open_source`` opens a
model once for several of these, ``select_rules`` chooses what a check looks at.

What ``__init__.pyi`` lists is public and keeps its meaning within a major version; the rest may change. Names are
imported when first used, so that ``import truename`` costs next to nothing.
"""

from __future__ import annotations

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name == "__all__":
        value: object = [*sorted(_read_homes()), "__version__"]
    else:
        from importlib import import_module

        home = None if name.startswith("__") else _read_homes().get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_read_homes()})


def _read_homes() -> dict[str, str]:
    """Public name -> its module, as ``__init__.pyi`` has it: ``from truename.api import check as check``."""
    with open(f"{__path__[0]}/__init__.pyi", encoding="ascii") as stub:
        lines = [line.split() for line in stub if line.startswith("from truename")]
    return {words[3]: words[1] for words in lines}
