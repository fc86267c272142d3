"""Reading a GGUF header with a vocabulary of 128k tokens, against the gguf package's own reader.

Two measures in processes of their own, so that each has its peak of memory to itself: a file with the tokens of a
128k vocabulary and 300 tensors, and the same with the 280k merges of such a vocabulary. Needs gguf (extra ``dev``).

    python benchmarks/gguf_header.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOKENS, MERGES, TENSORS = 128_256, 280_147, 300
# VmHWM and not getrusage: the peak of a forked child begins at that of its parent
MEASURE = """
import re, sys, time
def resident(): return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
{imports}
before = resident()
start = time.perf_counter()
found = {read}
print(time.perf_counter() - start, resident() - before, {count})
"""
OURS = {
    "imports": "from truename.sources import FileBlob\nfrom truename.formats.gguf.reader import read_gguf",
    "read": "read_gguf(FileBlob('m.gguf', sys.argv[1]))",
    "count": "len(found.tensors), found.bytes_read",
}
THEIRS = {"imports": "import gguf", "read": "gguf.GGUFReader(sys.argv[1])", "count": "len(found.tensors), 0"}


def write(path: Path, merges: int) -> int:
    """A file of a Llama 3's shape; returns its length in bytes."""
    from truename.testing import write_gguf

    tensors = {f"blk.{number // 9}.part{number % 9}.weight": ("Q4_K", (1024, 1024)) for number in range(TENSORS)}
    metadata: dict[str, object] = {
        "general.architecture": "llama",
        "general.name": "Llama 3.1 8B",
        "llama.block_count": 32,
        "tokenizer.ggml.tokens": [f"Ġtoken{number}" for number in range(TOKENS)],
        "tokenizer.ggml.token_type": [1] * TOKENS,
    }
    if merges:
        metadata["tokenizer.ggml.merges"] = [f"Ġto ken{number}" for number in range(merges)]
    return write_gguf(path, tensors, metadata)


def measured(path: Path, how: dict[str, str], times: int) -> tuple[float, int, int]:
    """Median seconds, peak KiB above what was there before, and bytes read (0 where it is not known)."""
    seconds, memory, read = [], [], 0
    for _ in range(times):
        done = subprocess.run(
            [sys.executable, "-c", MEASURE.format(**how), str(path)], capture_output=True, text=True, check=True
        )
        took, peak, tensors, size = done.stdout.split()
        assert int(tensors) == TENSORS
        seconds.append(float(took))
        memory.append(int(peak))
        read = int(size)
    return statistics.median(seconds), int(statistics.median(memory)), read


def main() -> None:
    """Print both times, their ratio, and both peaks."""
    with tempfile.TemporaryDirectory() as folder:
        for label, merges in (("128k tokens", 0), ("128k tokens, 280k merges", MERGES)):
            path = Path(folder) / "m.gguf"
            write(path, merges)
            start = time.perf_counter()
            ours, our_peak, read = measured(path, OURS, 5)
            theirs, their_peak, _ = measured(path, THEIRS, 1 if merges else 3)
            print(
                f"{label}, {TENSORS} tensors: truename {ours * 1e3:.1f} ms, +{our_peak / 1024:.1f} MiB, "
                f"{read / 1e6:.2f} MB read; gguf.GGUFReader {theirs * 1e3:,.0f} ms, +{their_peak / 1024:.0f} MiB; "
                f"{theirs / ours:.0f} times as fast ({time.perf_counter() - start:.0f} s)"
            )


if __name__ == "__main__":
    main()
