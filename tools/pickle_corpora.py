"""Check the attacks that four other scanners of pickles know: python tools/pickle_corpora.py [--folder build/corpora]

The source distributions of ``fickling``, ``modelscan``, ``picklescan`` and ``modelaudit`` are fetched with pip, read as
text and never installed or run: the names that they call dangerous, the pickles that stand as bytes in their tests, and
the files of their tests. Each name becomes a pickle that calls it; each pickle is checked alone, as ``model.pkl``, and
those of names as ``pytorch_model.bin`` too. An attack must be flagged or end as *cannot tell*; what passes is listed.
Bytes and files from which loading imports nothing are not attacks: Python's machine says so, with stubs for the names.
docs/records/pickles.md has the last figures; ``--record`` writes them.
"""

from __future__ import annotations

import argparse
import ast
import io
import pickle
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from truename import check
from truename.findings import Outcome
from truename.rules.files.unsafe_global import UnsafeGlobal

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "docs" / "records" / "pickles.md"
PACKAGES = ("fickling", "modelscan", "picklescan", "modelaudit")
TABLES = {"_unsafe_globals", "unsafe_globals", "UNSAFE_IMPORTS", "UNSAFE_MODULES", "SUSPICIOUS_GLOBALS"}
FILES = (".pkl", ".pickle", ".joblib", ".dill", ".npy", ".npz", ".pt", ".pth", ".bin")
HARMLESS = ("safe", "benign", "license", "embeddings", "clean")  # in the path of a file that is not an attack
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


class Attack(NamedTuple):
    """One file that must not pass."""

    package: str
    kind: str  # name, bytes, file
    title: str
    data: bytes
    suffix: str


def fetch(folder: Path) -> dict[str, Path]:
    """The unpacked source distributions by package; those that pip does not find are left out."""
    found = {}
    for package in PACKAGES:
        if not list(folder.glob(f"{package}-*.tar.gz")):
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", package]
            subprocess.run([*command, "--dest", str(folder)], check=False)
        for archive in folder.glob(f"{package}-*.tar.gz"):
            with tarfile.open(archive) as file:
                file.extractall(folder, filter="data")
            found[package] = folder / archive.name.removesuffix(".tar.gz")
    return found


def attacks(package: str, source: Path) -> Iterator[Attack]:
    """All attacks of one package."""
    names: dict[str, None] = {}
    literals: dict[bytes, str] = {}
    for path in sorted(source.rglob("*.py")):
        tree = parsed(path)
        if tree is None:
            continue
        names |= dict.fromkeys(dangerous_names(tree))
        if "test" in path.as_posix().removeprefix(source.as_posix()):
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
                    literals.setdefault(node.value, f"{path.name}:{node.lineno}")
    for name in names:
        module, _, last = name.rpartition(".")
        data = b"\x80\x02c" + f"{module}\n{last}\n".encode() + b"(X\x01\0\0\0atR."
        yield Attack(package, "name", name, data, "pkl")
        yield Attack(package, "name in weights", name, data, "bin")
    for data, title in literals.items():
        if imported(data) & {*names, *STRONG}:
            yield Attack(package, "bytes", title, data, "pkl")
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source).as_posix()
        if path.suffix not in FILES or any(word in inside for word in HARMLESS):
            continue
        if path.suffix not in (".pkl", ".pickle", ".dill") or imported(path.read_bytes()):
            yield Attack(package, "file", inside, path.read_bytes(), path.suffix[1:])


class Stub:
    """What every name stands for: it takes any arguments and any state."""

    def __new__(cls, *_: object, **__: object) -> Stub:
        """One more, whatever it is called with."""
        return super().__new__(cls)

    def __setstate__(self, state: object) -> None:
        """Drop the state."""


STRONG = {f"{module}.{name}" for module in ("os", "posix", "nt") for name in ("system", "popen")} | {
    f"{module}.{name}" for module in ("builtins", "__builtin__") for name in ("eval", "exec", "__import__")
}


def parsed(path: Path) -> ast.Module | None:
    """A file's syntax tree, None where it is of another Python."""
    try:
        return ast.parse(path.read_text("utf-8", "replace"))
    except (SyntaxError, ValueError):
        return None


def dangerous_names(tree: ast.Module) -> Iterator[str]:
    """The names in the tables of a file: modules with their names, or modules alone."""
    for node in ast.walk(tree):
        pairs: list[tuple[Any, ast.expr | None]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign):
            pairs = [(node.target, node.value)]
        elif isinstance(node, ast.Dict):
            pairs = list(zip(node.keys, node.values, strict=True))
        for target, value in pairs:
            title = getattr(target, "id", None) or getattr(target, "attr", None) or getattr(target, "value", None)
            if value is not None and title in TABLES:
                yield from names_of(literal(value))


def literal(node: ast.expr) -> Any:
    """The value of a literal, and of a set or frozenset around one; None where it is not a literal."""
    if isinstance(node, ast.Call) and len(node.args) == 1:
        node = node.args[0]
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def names_of(table: Any) -> Iterator[str]:
    """``module.name`` for each entry of a table, by whatever levels of severity it is divided."""
    if isinstance(table, dict):
        for key, value in table.items():
            if isinstance(value, dict) and str(key).isupper():
                yield from names_of(value)
            elif isinstance(value, list | set | tuple | frozenset) or (isinstance(value, dict) and value):
                yield from (f"{key}.{name}" for name in value if str(name).isidentifier())
            elif isinstance(value, str):
                yield f"{key}.run"
    elif isinstance(table, list | set | tuple | frozenset):
        yield from (f"{module}.run" for module in table)


def imported(data: bytes) -> set[str]:
    """The names that loading asks for: Python's own machine runs, and is given a stub for each of them."""
    found: set[str] = set()

    class Spy(pickle._Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            found.add(f"{module}.{name}")
            return Stub

        def persistent_load(self, identity: object) -> Stub:
            return Stub()

    file = io.BytesIO(data)
    try:
        while file.tell() < len(data):
            Spy(file).load()
    except Exception:  # noqa: BLE001 - the machine raises whatever it comes upon
        pass
    return found


def outcome(attack: Attack, folder: Path) -> str:
    """How the check of the file alone ends, for the rule of pickles."""
    name = {"pkl": "model.pkl", "bin": "pytorch_model.bin"}.get(attack.suffix, f"model.{attack.suffix}")
    path = folder / name
    path.write_bytes(attack.data)
    report = check(folder, rules=[UnsafeGlobal()])
    path.unlink()
    if report.findings:
        return f"flagged as {min((one.severity for one in report.findings), key=lambda one: one.rank)}"
    if report.cannot_tell:
        return Outcome.CANNOT_TELL.value.replace("_", " ")
    return "passed"


def main() -> int:
    """Fetch, check, and say what passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "corpora")
    parser.add_argument("--record", action="store_true", help=f"write the figures to {RECORD.relative_to(ROOT)}")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    rows: Counter[tuple[str, str, str]] = Counter()
    versions, passed = [], []
    with tempfile.TemporaryDirectory() as folder:
        for package, source in fetch(args.folder).items():
            versions.append(source.name.replace("-", " "))
            for attack in attacks(package, source):
                how = outcome(attack, Path(folder))
                rows[package, attack.kind, how] += 1
                if how == "passed":
                    passed.append(f"{package}: {attack.kind}: {attack.title}")
    kinds = sorted({key[:2] for key in rows})
    ways = ("flagged as error", "flagged as warning", "cannot tell", "passed")
    lines = ["| corpus | attacks | " + " | ".join(ways) + " |", "|---|---|" + "---|" * len(ways)]
    for package, kind in kinds:
        counts = [rows[package, kind, way] for way in ways]
        lines.append(f"| {package}, {kind} | {sum(counts):,} | " + " | ".join(f"{count:,}" for count in counts) + " |")
    print("\n".join((*lines, *passed)))
    if args.record:
        text = RECORD.read_text("utf-8")
        before, _, rest = text.partition(BEGIN)
        figures = f"{', '.join(versions)}; {date.today()}\n\n" + "\n".join(lines)
        RECORD.write_text(f"{before}{BEGIN}\n{figures}\n{END}{rest.partition(END)[2]}", "utf-8")
    return 1 if passed else 0


if __name__ == "__main__":
    raise SystemExit(main())
