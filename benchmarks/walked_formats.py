"""ONNX and HDF5 headers, read here and by the formats' own libraries: time, and bytes read of the file.

    python benchmarks/walked_formats.py

The files are made in a temporary folder: 300 tensors of 512 KB, the operators that use them, the groups that hold them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import h5py  # type: ignore[import-untyped]
import numpy as np
import onnx

from truename.formats import WeightsHeader
from truename.formats.keras.reader import read_keras
from truename.formats.onnx.reader import read_onnx
from truename.sources import FileBlob
from truename.testing.protobuf_files import onnx_model, onnx_node, onnx_tensor

TENSORS, SHAPE, REPEATS = 300, (512, 256), 7


def best(call: Callable[[], object]) -> float:
    """Seconds of the fastest of several calls."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def write_onnx(path: Path) -> None:
    """A model of 300 products, its weights inline."""
    data = bytes(4 * SHAPE[0] * SHAPE[1])
    tensors = [onnx_tensor(f"onnx::MatMul_{number}", SHAPE, raw=data) for number in range(TENSORS)]
    nodes = [
        onnx_node("MatMul", (f"v{number}", f"onnx::MatMul_{number}"), (f"v{number + 1}",), f"/layer.{number}/MatMul")
        for number in range(TENSORS)
    ]
    path.write_bytes(onnx_model(tensors, nodes, ("v0",), (f"v{TENSORS}",)))


def write_hdf5(path: Path) -> None:
    """Variables as transformers' TensorFlow models keep them."""
    zeros = np.zeros(SHAPE, "f4")
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [b"bert"]
        group = file.create_group("bert")
        for number in range(TENSORS):
            group.create_dataset(f"model/encoder/layer_._{number}/dense/kernel:0", data=zeros)


def visit(path: Path) -> dict[str, object]:
    """Names, shapes and dtypes by h5py."""
    found: dict[str, object] = {}

    def keep(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = (item.shape, item.dtype)

    with h5py.File(path) as file:
        file.visititems(keep)
    return found


def compare(
    name: str, path: Path, ours: Callable[[FileBlob], WeightsHeader], library: str, theirs: Callable[[], object]
) -> None:
    """Print both times, their ratio, and what was read of the file."""
    blob = FileBlob(path.name, str(path))
    header = ours(blob)
    assert len(header.tensors) == TENSORS
    mine = best(lambda: ours(FileBlob(path.name, str(path))))
    other = best(theirs)
    print(f"{name:6} {1e3 * mine:7.2f} ms  {library:10} {1e3 * other:7.2f} ms  ratio {other / mine:5.1f}x")
    print(f"       {header.bytes_read:,} of {blob.size:,} bytes read")


def main() -> None:
    """Compare each format with its library."""
    with tempfile.TemporaryDirectory() as folder:
        model, variables = Path(folder) / "model.onnx", Path(folder) / "tf_model.h5"
        write_onnx(model)
        write_hdf5(variables)
        compare("ONNX", model, read_onnx, "onnx.load", lambda: onnx.load(model, load_external_data=False))
        compare("HDF5", variables, read_keras, "h5py", lambda: visit(variables))


if __name__ == "__main__":
    main()
