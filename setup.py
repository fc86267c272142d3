"""Build hook: with ``TRUENAME_COMPILE=1`` mypyc compiles the reader of names; without it everything is plain Python.

Everything else about the build is in ``pyproject.toml``. The compiled modules are the same files, so that they read
every name alike (``make test-compiled``); they are about a third faster, and need a C compiler where they are built.
"""

import os
from pathlib import Path

from setuptools import setup

# the modules that read a name; those that define msgspec's structs, or fill dictionaries of their own, stay Python
NAMES = ("chunks", "context", "dates", "numbers", "quantities", "reader", "readings", "relabel")
COMPILE = os.environ.get("TRUENAME_COMPILE", "") == "1"
NEEDED = ["mypy>=1.15,<3", "msgspec>=0.19,<1"]  # by the build alone: mypyc is in mypy, and reads the types of structs


def extensions() -> list:
    """The compiled modules, all in one library."""
    from mypyc.build import mypycify

    paths = [str(Path("src", "truename", "names", f"{name}.py")) for name in NAMES]
    return mypycify(paths, group_name="truename_names", opt_level="3")


def arguments() -> dict:
    """What a build with compiled modules has besides."""
    if not COMPILE:
        return {}
    try:
        return {"ext_modules": extensions()}
    except ModuleNotFoundError as missing:
        if missing.name not in ("mypyc", "mypyc.build"):
            raise
        return {"setup_requires": NEEDED}  # the builder asks what a build needs before it has it


if __name__ == "__main__":
    setup(**arguments())
