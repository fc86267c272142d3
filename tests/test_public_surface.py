"""The public surface: every type that a public signature names is in it, and importing it costs next to nothing."""

from __future__ import annotations

import ast
import builtins
import inspect
import pydoc
import re
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

import truename

STUB = Path(truename.__file__).with_name("__init__.pyi")
NAMES = re.findall(r"^from truename\S* import (\w+) as \1$", STUB.read_text(encoding="ascii"), re.MULTILINE)
FUNCTIONS = {
    "check",
    "compare",
    "identify",
    "inspect",
    "normalise_name",
    "open_source",
    "parse_name",
    "select_rules",
    "suggest_name",
    "explain",
    "propose_names",
}
_RAISED = re.compile(r"^ +(\w+): ", re.MULTILINE)


def named_in(annotation: object) -> set[str]:
    """The names of an annotation as it is written: ``Sequence`` and ``Rule`` of ``Sequence[Rule]``."""
    assert isinstance(annotation, str), f"{annotation!r} was evaluated: the module needs annotations from __future__"
    return {node.id for node in ast.walk(ast.parse(annotation)) if isinstance(node, ast.Name)}


def functions_of(value: object) -> Iterator[FunctionType]:
    """A public function, or the public methods and the constructor of a public class."""
    if isinstance(value, FunctionType):
        yield value
    if not isinstance(value, type):
        return
    for owner in value.__mro__:
        if not owner.__module__.startswith("truename"):
            continue
        for name, member in vars(owner).items():
            member = (
                member.fget if isinstance(member, property) else inspect.unwrap(getattr(member, "__func__", member))
            )
            member = getattr(member, "func", member)  # cached_property
            if isinstance(member, FunctionType) and (name == "__init__" or not name.startswith("_")):
                yield member


def annotations_of(value: object) -> Iterator[tuple[str, str]]:
    """Every name in the signatures and fields of a public value, with the module that it stands in."""
    if isinstance(value, type):
        for owner in value.__mro__:
            fields = vars(owner).get("__annotations__", {}) if owner.__module__.startswith("truename") else {}
            for field, annotation in fields.items():
                if not field.startswith("_"):
                    yield from ((owner.__module__, name) for name in named_in(annotation))
    for function in functions_of(value):
        for annotation in function.__annotations__.values():
            yield from ((function.__module__, name) for name in named_in(annotation))


def is_private_to(module: str, name: str) -> bool:
    """Whether a name in an annotation is the library's own and not among the public ones."""
    value = getattr(sys.modules[module], name, getattr(builtins, name, None))
    if name in NAMES and value in (None, getattr(truename, name)):
        return False
    if value is None:  # imported for type checkers alone
        return name not in ("None", "Self")
    if isinstance(value, type):
        return value.__module__.startswith("truename")
    return not isinstance(value, typing.TypeVar | ModuleType) and getattr(typing, name, None) is not value


@pytest.mark.parametrize("name", NAMES)
def test_every_type_that_a_public_signature_names_is_public(name: str) -> None:
    lacking = {
        f"{module}.{other}" for module, other in annotations_of(getattr(truename, name)) if is_private_to(module, other)
    }
    assert lacking == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_error_that_a_public_docstring_names_is_public(name: str) -> None:
    value = getattr(truename, name)
    for function in [value, *functions_of(value)]:
        raised = _RAISED.findall((inspect.getdoc(function) or "").partition("Raises:")[2].partition("\n\n")[0])
        assert {error for error in raised if not hasattr(builtins, error)} <= set(NAMES), function


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_can_be_imported_and_has_words_of_its_own(name: str) -> None:
    value = getattr(truename, name)
    assert name in truename.__all__
    if isinstance(value, type | FunctionType):
        assert value.__name__ == name
        assert value.__doc__
        assert value.__module__.startswith("truename")


def test_the_functions_are_these() -> None:
    assert {name for name in NAMES if isinstance(getattr(truename, name), FunctionType)} == FUNCTIONS


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_functions_help_names_every_argument(name: str) -> None:
    function = getattr(truename, name)
    said = inspect.getdoc(function) or ""
    if len(inspect.signature(function).parameters) > 1:
        assert all(f"    {argument}: " in said for argument in inspect.signature(function).parameters)


@pytest.mark.parametrize("name", NAMES)
def test_a_structs_help_says_what_every_field_is(name: str) -> None:
    fields = getattr(getattr(truename, name), "__struct_fields__", ())
    said = inspect.getdoc(getattr(truename, name)) or ""
    assert [field for field in fields if f"\n    {field}: " not in said] == []


def test_help_is_the_librarys_own_words() -> None:
    page = pydoc.plain(pydoc.render_doc(truename))
    assert "Is this pre-trained model what its name says?" in page
    assert all(f"``{name}``" in page.partition("FUNCTIONS")[0] for name in FUNCTIONS)
    assert "msgspec" not in page
    assert set(re.findall(r"__\w+__", page)) <= {
        "__init__",
        "__version__",
        "__all__",
        "__main__",
        "__getattr__",
        "__dir__",
    }
    assert page.count("\n") < 400


def test_help_names_every_type_with_its_first_words() -> None:
    page = pydoc.plain(pydoc.render_doc(truename))
    for name in NAMES:
        if isinstance(value := getattr(truename, name), type):
            said = (inspect.getdoc(value) or "").partition("\n")[0][:40].rstrip(".")
            assert f"- {name}: {said}" in page


def test_a_star_import_brings_the_public_names() -> None:
    found: dict[str, object] = {}
    exec("from truename import *", found)
    assert set(truename.__all__) == set(found) - {"__builtins__"} == {*NAMES, "__version__"}
    assert len(set(truename.__all__)) == len(truename.__all__)


def test_dir_lists_what_is_called_whatever_was_used_before() -> None:
    _ = truename.Finding
    assert {name for name in dir(truename) if name in NAMES} == FUNCTIONS


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = truename.nothing


def test_importing_the_package_imports_none_of_its_modules() -> None:
    code = "import sys, truename; print(sorted(m for m in sys.modules if m.startswith('truename.')))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "heavy"), [("parse_name", "truename.rules"), ("check", "numpy"), ("Distance", "yaml")]
)
def test_a_name_brings_what_it_needs_alone(name: str, heavy: str) -> None:
    code = f"import sys; from truename import {name}; print({heavy!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


def test_no_module_inside_imports_through_the_public_names() -> None:
    """That would hide an edge from the import contracts: the package's own ``__init__`` is below everything."""
    for path in Path(truename.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "truename":
                assert {alias.name for alias in node.names}.isdisjoint(NAMES), path
