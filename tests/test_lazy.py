"""Loaded once, however many threads ask first."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from truename._lazy import once, pattern


def test_one_thread_loads_and_the_others_wait() -> None:
    loads: list[int] = []
    together = threading.Barrier(8)

    @once
    def loaded() -> object:
        loads.append(threading.get_ident())
        time.sleep(0.05)
        return object()

    def ask() -> object:
        together.wait()
        return loaded()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: ask(), range(8)))
    assert len(loads) == 1
    assert len(set(map(id, found))) == 1


def test_what_fails_is_tried_again() -> None:
    answers = iter([0, 2])

    @once
    def loaded() -> float:
        return 1 / next(answers)

    with pytest.raises(ZeroDivisionError):
        loaded()
    assert loaded() == loaded() == 0.5


_TOGETHER = """
import sys, threading
from truename import check
sys.setswitchinterval(1e-6)
together = threading.Barrier(16)
def one():
    together.wait()
    check(sys.argv[1])
threads = [threading.Thread(target=one) for _ in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def test_the_first_checks_of_a_process_may_come_together(tmp_path: Path) -> None:
    folder = tmp_path / "bert-base"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "bert"}')
    for _ in range(3):
        subprocess.run([sys.executable, "-X", "faulthandler", "-c", _TOGETHER, str(folder)], check=True)


def test_a_pattern_is_compiled_when_it_is_first_used(monkeypatch: pytest.MonkeyPatch) -> None:
    made = pattern(r"(A)b", re.IGNORECASE)
    found = made.fullmatch("aB")
    assert found is not None
    assert found[1] == "a"
    assert made.sub("x", "ab ab") == "x x"
    broken = pattern("(")
    with pytest.raises(re.error):
        broken.search("")
    monkeypatch.setattr(re, "compile", None)  # not again
    assert made.fullmatch("ab") is not None
