"""Keras archives and HDF5 files: old groups by hand; and where h5py is installed, everything newer."""

from __future__ import annotations

import io
import zipfile

from truename.testing.hdf5_files import Data, Group, hdf5_file


def seeds() -> dict[str, bytes]:
    """Files by name."""
    dense = Group({"vars": Group({"0": Data((2, 3)), "1": Data((3,), "f2", {"dtype": "bfloat16"})}, {"name": "up"})})
    numbered = hdf5_file(Group({"layers": Group({"dense": dense}), "optimizer": Group({"a": Data((1,), "i8")})}))
    named = Group({"dense": Group({"dense": Group({"kernel:0": Data((2, 3))})})}, {"layer_names": "dense"})
    saved = hdf5_file(Group({"model_weights": named}, {"keras_version": "2.4", "model_config": "{}"}))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("config.json", "{}")
        file.writestr("model.weights.h5", numbered)
    return {"numbered": numbered, "saved": saved, "archive": archive.getvalue()} | _newer()


def _newer() -> dict[str, bytes]:
    """Dense groups, several levels of an index, attributes in heaps, chunks: what only the library writes."""
    try:
        import h5py
    except ImportError:
        return {}
    made = {}
    for name, version, ordered in (("latest", "latest", False), ("ordered", "earliest", True)):
        out = io.BytesIO()
        with h5py.File(out, "w", libver=version, track_order=ordered) as file:
            file.attrs["keras_version"] = "3.0"
            for number in range(12):
                file.attrs[f"a{number}"] = number
                file.create_dataset(f"d{number}", data=[1.0], dtype="f4")
            file.create_dataset("chunks", data=[[1.0] * 4] * 4, chunks=(2, 2), compression="gzip")
            file["alias"] = h5py.SoftLink("/d1")
        made[name] = out.getvalue()
    return made
