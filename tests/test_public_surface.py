"""The public surface: what is in it, that it can be imported, and that importing it is cheap."""

from __future__ import annotations

import subprocess
import sys

import pytest

import truename

PUBLIC = {
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
}


def test_all_is_exactly_the_public_surface() -> None:
    assert set(truename.__all__) == PUBLIC
    assert truename.__all__ == sorted(truename.__all__)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_can_be_imported_from_the_top(name: str) -> None:
    value = getattr(truename, name)
    assert name in dir(truename)
    if name != "__version__":
        assert value.__name__ == name
        assert callable(value)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = truename.nothing


def test_importing_the_package_imports_none_of_its_rooms() -> None:
    code = "import sys, truename; print(sorted(m for m in sys.modules if m.startswith('truename.')))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
