"""What worker processes of the tests do: a module of its own, as they import it by its name."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def write(folder: Path, number: int) -> None:
    (folder / f"{number}").write_text(str(os.getpid()))


def fail(number: int) -> None:
    if number == 3:
        raise OSError(28, "No space left on device")


def die(number: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def interrupt(number: int) -> None:
    os.kill(os.getpid(), signal.SIGINT)


def sleep(folder: Path, seconds: float) -> None:
    write(folder, os.getpid())
    time.sleep(seconds)
