"""Where the reader of names was compiled, it reads as the same modules in Python do."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
import tomllib
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from truename.names import chunks

from reference import reference

compiled = pytest.mark.skipif(
    not str(chunks.__file__).endswith(tuple(EXTENSION_SUFFIXES)), reason="truename is not compiled (TRUENAME_COMPILE=1)"
)
# prints how each line of standard input is read; with the argument "python" source files come before compiled ones
READ = """
import sys
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
if sys.argv[1] == "python":
    order = (SourceFileLoader, SOURCE_SUFFIXES), (ExtensionFileLoader, EXTENSION_SUFFIXES)
    sys.path_hooks.insert(0, FileFinder.path_hook(*order))
    sys.path_importer_cache.clear()
from truename.names import chunks, parse_name
print(chunks.__file__)
for line in sys.stdin.buffer.read().decode("utf-8", "surrogatepass").split("\\n"):
    for learned in (True, False):
        print(ascii(parse_name(line, learned=learned)))
"""
TABLE = [row["name"] for row in tomllib.loads(Path(__file__).with_name("names.toml").read_text("utf-8"))["name"]]
STRANGE = [
    "", "/", "@", "a/", "-", "_" * 50, "\u0130stanbul-\u0130\u0130-bert", "\ud800-7b", "\u0661\u0662b-bert-\u00b2",
    "bert-" + "9" * 400, "8x" * 30 + "7b", "x-" + "1-" * 3000, "Q4_" * 9, "\u4e2d\u6587-llama-7b", "\u00a0bert\u00a07b",
    "12345678901234567890b", "v1.2.3.4.5", "00001-of-00003", "0.0b-0k-0m", "\U0001f600-gpt2", "L-12_H-768_A-12",
]  # fmt: skip


def read(names: list[str], how: str) -> tuple[str, list[str]]:
    """The file that ``chunks`` comes from, and what each name is read as, in a process of its own."""
    text = "\n".join(names).encode("utf-8", "surrogatepass")
    done = subprocess.run([sys.executable, "-c", READ, how], input=text, capture_output=True, check=True)
    file, *parses = done.stdout.decode("ascii").splitlines()
    return file, parses


def assert_alike(names: list[str]) -> None:
    (python, ours), (binary, theirs) = read(names, "python"), read(names, "compiled")
    assert python.endswith(".py")
    assert not binary.endswith(".py")
    assert len(ours) == 2 * len(names)
    assert ours == theirs


@compiled
def test_names_of_the_tests() -> None:
    assert_alike([*TABLE, *STRANGE])


@compiled
def test_names_of_a_registry() -> None:
    with gzip.open(reference("ptlm-versioning", "nlp_models.csv.gz"), "rt", encoding="utf-8") as file:
        assert_alike([row["model_name"] for row in csv.DictReader(file)])
