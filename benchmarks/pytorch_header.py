"""read_pytorch against torch.load(mmap=True, weights_only=True, map_location="meta"), on a file of 300 tensors.

Both are imported before the clock starts. The file is sparse; neither side touches a tensor's values.

    python benchmarks/pytorch_header.py
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from truename.formats.pytorch.reader import read_pytorch
from truename.sources import FileBlob

BLOCK = {
    "attention.self.query.weight": (768, 768),
    "attention.self.query.bias": (768,),
    "attention.self.key.weight": (768, 768),
    "attention.self.key.bias": (768,),
    "attention.output.LayerNorm.weight": (768,),
    "output.dense.bias": (768,),
}
TENSORS, RUNS = 300, 100


def write(path: Path) -> int:
    """Save a state dict of that many tensors; its size in bytes."""
    state = {}
    for layer in range(TENSORS // len(BLOCK)):
        for name, shape in BLOCK.items():
            state[f"bert.encoder.layer.{layer}.{name}"] = torch.empty(shape)
    torch.save(state, path)
    return path.stat().st_size


def shortest(runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Least seconds of each run, taken in turn: what the work itself takes, whatever else the machine does."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(RUNS):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - start)
    return {name: min(seconds) for name, seconds in taken.items()}


def main() -> None:
    """Print both times, their ratio and the bytes that were read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pytorch_model.bin"
        size = write(path)

        def ours() -> object:
            with FileBlob(path.name, str(path)) as blob:
                return read_pytorch(blob)

        def library() -> object:
            return torch.load(path, mmap=True, weights_only=True, map_location="meta")

        expected = {name: tuple(tensor.shape) for name, tensor in library().items()}  # type: ignore[attr-defined]
        with FileBlob(path.name, str(path)) as blob:
            header = read_pytorch(blob)
        assert {name: tensor.shape for name, tensor in header.tensors.items()} == expected
        found = shortest({"ours": ours, "library": library})
        print(f"{len(expected)} tensors, {size:,} bytes, {header.bytes_read:,} of them read")
        print(f"  read_pytorch                     {found['ours'] * 1e3:7.2f} ms")
        print(f"  torch.load, meta, weights only   {found['library'] * 1e3:7.2f} ms")
        print(f"  read_pytorch is {found['library'] / found['ours']:.1f} times as fast")


if __name__ == "__main__":
    main()
