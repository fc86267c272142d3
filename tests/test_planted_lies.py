"""The planting tool on a small draw: nearly every lie of each kind is caught, and no true name is alarmed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"(.+?) +lies +(\d+) caught +(\d+) noted +\d+; true +(\d+) alarmed +(\d+)")
LEAST = 0.95  # of the lies of a kind


def test_lies_of_every_kind_are_caught() -> None:
    paths = os.pathsep.join((str(ROOT / "src"), str(ROOT / "tools")))
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "planted_lies.py"), "--most", "40"],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [match.groups() for line in done.stdout.splitlines() if (match := ROW.fullmatch(line))]
    assert len(rows) >= 14
    missed = [kind for kind, lies, caught, _, _ in rows if int(caught) < LEAST * int(lies)]
    alarmed = [kind for kind, _, _, _, alarms in rows if int(alarms)]
    assert (missed, alarmed) == ([], [])
