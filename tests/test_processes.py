"""Processes that share a work: what they do, raise and leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from process_work import die, fail, interrupt, write
from truename.errors import UsageError
from truename.processes import map_with_processes

SCRIPT = """
import signal, sys, time
from functools import partial
from pathlib import Path
from truename.processes import map_with_processes
from process_work import sleep

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    try:
        for done in map_with_processes([60.0, 60.0], partial(sleep, Path(sys.argv[1])), 2):
            pass
    except KeyboardInterrupt:
        sys.exit(130)
"""


def test_every_item_is_done_once(tmp_path: Path) -> None:
    assert sorted(map_with_processes(range(7), partial(write, tmp_path), 2)) == list(range(7))
    files = list(tmp_path.iterdir())
    assert len(files) == 7
    assert len({path.read_text() for path in files}) == 2


def test_no_more_processes_than_items(tmp_path: Path) -> None:
    assert list(map_with_processes([1], partial(write, tmp_path), 8)) == [1]
    assert list(map_with_processes([], partial(write, tmp_path), 8)) == []


def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(OSError, match="No space left on device"):
        list(map_with_processes(range(7), fail, 2))


def test_processes_do_not_listen_to_ctrl_c() -> None:
    assert sorted(map_with_processes(range(3), interrupt, 2)) == [0, 1, 2]


def test_a_process_that_dies_is_told_of() -> None:
    with pytest.raises(UsageError, match=r"ended \(code -9\), perhaps for lack of memory; --resume continues"):
        list(map_with_processes([1], die, 1))


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_an_end_from_outside_is_quiet_and_leaves_no_process(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    started = tmp_path / "started"
    started.mkdir()
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(
        [sys.executable, str(script), str(started)],
        env={**os.environ, "PYTHONPATH": paths},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while len(list(started.iterdir())) < 2 and process.poll() is None:
        time.sleep(0.01)
    if sent == signal.SIGINT:
        os.killpg(process.pid, sent)  # as a terminal does: all of them get it
    else:
        process.send_signal(sent)
    _, told = process.communicate()  # ends when the last process has closed its end
    assert (process.returncode, told) == (code, b"")
