"""Cold start: `truename check FOLDER` in a new process, against `import transformers` in a new process.

A checker that people put before every download, or in a pre-commit hook, must start at once. The alternative is what a
script that asks transformers for a model's class pays before it has read anything.

Every process finds the bytecode of its modules, as after an installation by pip, and starts in a folder of its own.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

RUNS = 11
TARGET = "0.30 s, 60 MB"
SCRIPT = "import sys; from truename.cli import main; sys.exit(main())"  # the installed command's own text
LIST_IMPORTS = """
import sys
from truename.cli import main
main(["check", sys.argv[1], "--output", "/dev/null", "--fail-on", "never"])
tops = {name.partition(".")[0] for name in sys.modules}
print(*sorted(tops - sys.stdlib_module_names - {"__main__", "__mp_main__"}))
"""


def settle_in(folder: str) -> None:
    """Let the processes to come work in ``folder`` and keep their bytecode there."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/bytecode"
    if paths := os.environ.get("PYTHONPATH"):
        os.environ["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, paths.split(os.pathsep)))
    os.chdir(folder)


def measure(command: Sequence[str], runs: int) -> tuple[float, float]:
    """Median seconds and largest resident megabytes of new processes; the first run warms the page cache."""
    seconds: list[float] = []
    kilobytes: list[int] = []
    devnull = os.open(os.devnull, os.O_WRONLY)
    quiet = [(os.POSIX_SPAWN_DUP2, devnull, 1), (os.POSIX_SPAWN_DUP2, devnull, 2)]
    for _ in range(runs + 1):
        start = time.perf_counter()
        child = os.posix_spawn(command[0], tuple(command), os.environ, file_actions=quiet)
        _, status, usage = os.wait4(child, 0)
        seconds.append(time.perf_counter() - start)
        kilobytes.append(usage.ru_maxrss)
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            raise SystemExit(f"{' '.join(command)} failed")
    os.close(devnull)
    return statistics.median(seconds[1:]), max(kilobytes[1:]) / 1024


def main() -> None:
    """Print the measures."""
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        settle_in(folder)
        models = Path(folder) / "models"
        subprocess.run([python, "-m", "truename", "demo", "--out", str(models)], check=True, capture_output=True)
        target = str(models / "bert_uncased_L-2_H-128_A-2")
        check = [python, "-c", SCRIPT, "check", target]
        seconds, megabytes = measure(check, RUNS)
        print(f"truename check FOLDER, text:  {seconds:.3f} s, {megabytes:.0f} MB (target {TARGET})")
        as_json, json_megabytes = measure([*check, "--format", "json"], RUNS)
        print(f"truename check FOLDER, json:  {as_json:.3f} s, {json_megabytes:.0f} MB")
        bare, bare_megabytes = measure([python, "-c", "pass"], RUNS)
        print(f"python -c pass:               {bare:.3f} s, {bare_megabytes:.0f} MB")
        if find_spec("transformers") is None:
            print("import transformers:          not installed; the extra 'compare' brings it")
        else:
            other, other_megabytes = measure([python, "-c", "import transformers; transformers.AutoModel"], 3)
            print(f"import transformers:          {other:.3f} s, {other_megabytes:.0f} MB")
            print(f"ratio: {other / seconds:.1f} times faster, {other_megabytes / megabytes:.1f} times smaller")
        imports = subprocess.run([python, "-c", LIST_IMPORTS, target], check=True, capture_output=True, text=True)
        print(f"imported beside the standard library: {imports.stdout.strip()}")


if __name__ == "__main__":
    main()
