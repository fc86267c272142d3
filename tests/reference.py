"""The reference data, for the tests that need it; they are skipped with a reason where it is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_DEFAULT = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def reference(*parts: str) -> Path:
    """The path of a reference file or folder; skips the test where it is missing.

    The root is the environment variable TRUENAME_DATA, else ``../shared/data`` beside the project.
    """
    path = Path(os.environ.get("TRUENAME_DATA") or _DEFAULT).joinpath(*parts)
    if not path.exists():
        pytest.skip(
            f"reference data is not there: {parts[0]} in TRUENAME_DATA"
        )  # one reason, so that pytest folds them
    return path
