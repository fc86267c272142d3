"""Is this pre-trained model what its name says?

    >>> from truename import check
    >>> report = check("models/llama-7b")  # doctest: +SKIP
    >>> [(f.code, f.message) for f in report.findings]  # doctest: +SKIP

Everything in ``__all__`` is public and keeps its meaning within a major version; the rest may change.
Names are imported when first used, so that ``import truename`` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truename.api import check, select_rules
    from truename.errors import FileError, TargetError, TruenameError, UsageError
    from truename.findings import Finding, ModelReport, Outcomes, Report, Severity
    from truename.names import ParsedName, parse_name
    from truename.names.normalise import normalise_name
    from truename.suggest import suggest_name

__version__ = "0.1.0"

__all__ = [
    "FileError",
    "Finding",
    "ModelReport",
    "Outcomes",
    "ParsedName",
    "Report",
    "Severity",
    "TargetError",
    "TruenameError",
    "UsageError",
    "__version__",
    "check",
    "normalise_name",
    "parse_name",
    "select_rules",
    "suggest_name",
]

_HOME = {
    "FileError": "errors",
    "Finding": "findings",
    "ModelReport": "findings",
    "Outcomes": "findings",
    "ParsedName": "names",
    "Report": "findings",
    "Severity": "findings",
    "TargetError": "errors",
    "TruenameError": "errors",
    "UsageError": "errors",
    "check": "api",
    "normalise_name": "names.normalise",
    "parse_name": "names",
    "select_rules": "api",
    "suggest_name": "suggest",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
