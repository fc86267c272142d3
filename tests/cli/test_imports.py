"""What a check imports, so that its cold start stays what it is without a clock in a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import sys
from truename.cli import main
main(sys.argv[1:])
tops = {name.partition(".")[0] for name in sys.modules}
print(*sorted(tops - sys.stdlib_module_names - {"__main__", "__mp_main__"}), file=sys.stderr)
"""
# Typer brings annotated_doc and, in some versions, click, shellingham and typing_extensions.
TYPER = {"typer", "annotated_doc", "click", "shellingham", "typing_extensions"}
CHECK = {"truename", "msgspec"} | TYPER
# Not ours: what an editable install and the C extension of PyYAML leave in sys.modules.
TRACES = ("__editable__", "_distutils_hack", "_cython_", "cython_runtime", "_sysconfigdata")
HEAVY = [
    "asyncio",
    "multiprocessing",
    "unittest",
    "http",
    "ssl",
    "email",
    "sqlite3",
    "xml",
    "numpy",
    "pydantic",
    "huggingface_hub",
    "tomllib",
    "truename.dara",
    "truename.dara.features",
    "truename.lab.zoo",
]


def imported(*arguments: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", CODE, *arguments], capture_output=True, text=True, check=True)
    return {name for name in done.stderr.split() if not name.startswith(TRACES)}


def test_a_check_imports_these_and_nothing_more(models: Path) -> None:
    target = str(models / "llama-7b")
    assert imported("check", target, "--format", "json") <= CHECK
    assert imported("check", target) <= CHECK  # neither rich, for what is not a terminal, nor YAML, for a plain card


def test_other_commands_import_no_more(models: Path) -> None:
    assert imported("parse", "llama-7b", "--format", "jsonl") <= CHECK
    assert imported("--version") <= {"truename"} | TYPER


@pytest.mark.parametrize("module", HEAVY)
def test_heavy_modules_stay_out(module: str, models: Path) -> None:
    code = f"{CODE}\nassert {module!r} not in sys.modules"
    command = [sys.executable, "-c", code, "check", str(models / "llama-7b"), "--format", "json"]
    subprocess.run(command, check=True, capture_output=True, cwd=models)  # no project's settings are there
