"""Is this pre-trained model what its name says?

    >>> from truename import check
    >>> report = check("models/llama-7b")  # doctest: +SKIP
    >>> [(f.code, f.message) for f in report.findings]  # doctest: +SKIP

Everything in ``__all__`` is public and keeps its meaning within a major version; the rest may change.
Names are imported when first used, so that ``import truename`` costs next to nothing.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truename.check import check, select_rules
    from truename.errors import FileError, TargetError, TruenameError, UsageError
    from truename.findings import Finding, ModelReport, Outcomes, Report, Severity
    from truename.names import ParsedName, parse_name

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
    "parse_name",
    "select_rules",
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
    "check": "check",
    "parse_name": "names",
    "select_rules": "check",
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


class _Package(ModuleType):
    """Keeps ``truename.check`` the function: importing the module of that name would bind the module over it."""

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(value, ModuleType) and _HOME.get(name) == name:
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
