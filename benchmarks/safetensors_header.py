"""read_safetensors against the format's own library, and against reading and decoding the JSON with nothing checked.

Two headers: 203 tensors (BERT base with its heads) and 10,000.

    python benchmarks/safetensors_header.py
"""

from __future__ import annotations

import json
import math
import statistics
import struct
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from safetensors import safe_open

from truename.formats import read_safetensors
from truename.sources import FileBlob

LAYER = {
    "attention.self.query": [768, 768],
    "attention.self.key": [768, 768],
    "attention.self.value": [768, 768],
    "attention.output.dense": [768, 768],
    "attention.output.LayerNorm": [768],
    "intermediate.dense": [3072, 768],
    "output.dense": [768, 3072],
    "output.LayerNorm": [768],
}


def write(path: Path, tensors: int) -> None:
    """Write a sparse file with that many F32 tensors: a real header, a hole for the data."""
    shapes: dict[str, list[int]] = {"bert.embeddings.word_embeddings.weight": [30522, 768]}
    layer = 0
    while len(shapes) < tensors:
        for name, shape in LAYER.items():
            shapes[f"bert.encoder.layer.{layer}.{name}.weight"] = shape
            shapes[f"bert.encoder.layer.{layer}.{name}.bias"] = shape[:1]
        layer += 1
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    position = 0
    for name, shape in list(shapes.items())[:tensors]:
        end = position + math.prod(shape) * 4
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [position, end]}
        position = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + position)


def medians(runs: dict[str, Callable[[], object]], times: int) -> dict[str, float]:
    """Median seconds of each run, taken in turn so that all share the machine's mood."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(times):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def main() -> None:
    """Print the times and both ratios for both headers."""
    with tempfile.TemporaryDirectory() as folder:
        for tensors, times in ((203, 500), (10_000, 25)):
            path = Path(folder) / f"{tensors}.safetensors"
            write(path, tensors)

            def ours(path: Path = path) -> object:
                with FileBlob(path.name, str(path)) as blob:
                    return read_safetensors(blob)

            def library(path: Path = path) -> object:
                with safe_open(path, "np") as file:
                    return {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118

            def unchecked(path: Path = path) -> object:
                with path.open("rb") as file:
                    return msgspec.json.decode(file.read(int.from_bytes(file.read(8), "little")))

            found = medians({"ours": ours, "library": library, "unchecked": unchecked}, times)
            print(f"{tensors:,} tensors")
            print(f"  read_safetensors                 {found['ours'] * 1e6:9.0f} us")
            for name, label in (("library", "safe_open, all shapes"), ("unchecked", "read + msgspec.json.decode")):
                ratio = found["ours"] / found[name]
                print(f"  {label:31}  {found[name] * 1e6:9.0f} us   read_safetensors takes {ratio:.2f} x")


if __name__ == "__main__":
    main()
