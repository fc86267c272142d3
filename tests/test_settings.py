from __future__ import annotations

from pathlib import Path

import pytest

from truename.errors import UsageError
from truename.findings import Severity
from truename.settings import FAIL_ON, MAX_BYTES, Config, load_config


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(text)
    return folder


def test_no_file_means_defaults(tmp_path: Path) -> None:
    assert load_config(tmp_path) == Config(select=(), ignore=(), fail_on="warning")


def test_the_table_is_read(tmp_path: Path) -> None:
    write(tmp_path, '[tool.truename]\nselect = ["SIZ"]\nignore = ["SIZ002"]\nfail-on = "error"\n')
    assert load_config(tmp_path) == Config(("SIZ",), ("SIZ002",), "error")


def test_the_nearest_file_with_the_table_wins(tmp_path: Path) -> None:
    write(tmp_path, '[tool.truename]\nfail-on = "never"\n')
    inner = write(tmp_path / "a", "[tool.ruff]\nline-length = 99\n")
    deepest = tmp_path / "a" / "b" / "c"
    deepest.mkdir(parents=True)
    assert load_config(deepest).fail_on == "never"
    write(inner, '[tool.truename]\nfail-on = "note"\n')
    assert load_config(deepest).fail_on == "note"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[tool.truename\n", "not valid TOML"),
        ('[tool.truename]\nselect = "SIZ"\n', "Expected `array`"),
        ("[tool.truename]\nselect = [1]\n", "Expected `str`"),
        ("[tool.truename]\nselekt = []\n", "unknown field `selekt`"),
        ('[tool.truename]\nfail-on = "always"\n', "must be one of error, warning, note, never"),
        ("[tool]\ntruename = 3\n", "Expected `object`"),
        ("x = " + "[" * 5000 + '"truename"', "not valid TOML"),
        ("#" * (MAX_BYTES + 1), "too large"),
    ],
)
def test_a_wrong_table_is_one_clear_sentence(tmp_path: Path, text: str, problem: str) -> None:
    write(tmp_path, text)
    with pytest.raises(UsageError, match=r"pyproject\.toml") as caught:
        load_config(tmp_path)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"truename = '\xff'")
    with pytest.raises(UsageError, match="not UTF-8"):
        load_config(tmp_path)


def test_the_levels_are_the_severities_and_never() -> None:
    assert (*Severity, "never") == FAIL_ON
