"""gather() over folders of other formats: what was read, and what is no fault of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from truename.api import check
from truename.evidence import Evidence, gather
from truename.findings import ReasonKind
from truename.sources import FolderSource
from truename.testing.hdf5_files import UNDEFINED, Data, Group, hdf5_file, number, object_header
from truename.testing.protobuf_files import message, onnx_model, onnx_node, onnx_tensor, saved_model
from truename.testing.tensorflow_files import bundle_index
from truename.testing.tflite_files import flatbuffer, tflite_model

KERNELS = {f"dense_{number}/kernel": (16, 8) for number in range(4)}
PARAMETERS = 4 * 16 * 8


def saved(folder: Path, files: dict[str, bytes]) -> Evidence:
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return gather(FolderSource(folder))


SAVED = saved_model([(name, 1, shape) for name, shape in KERNELS.items()])
INDEX = bundle_index({name: (1, shape) for name, shape in KERNELS.items()})
KERAS = hdf5_file(Group({name.split("/")[0]: Group({"kernel": Data(shape)}) for name, shape in KERNELS.items()}))
ONNX = onnx_model(
    [onnx_tensor(f"onnx::MatMul_{n}", (16, 8), raw=bytes(512)) for n in range(4)],
    [onnx_node("MatMul", ("x", f"onnx::MatMul_{n}"), ("y",), f"/dense_{n}/MatMul") for n in range(4)],
)
TFLITE = flatbuffer(tflite_model([(name, shape, 0) for name, shape in KERNELS.items()]))
FOLDERS: dict[str, tuple[dict[str, bytes], str]] = {
    "SavedModel": ({"saved_model.pb": SAVED, "variables/variables.index": INDEX}, "tensorflow"),
    "checkpoint": ({"model.ckpt.index": INDEX, "model.ckpt.data-00000-of-00001": b""}, "tensorflow"),
    "Keras": ({"model.h5": KERAS}, "keras"),
    "ONNX": ({"onnx/model.onnx": ONNX}, "onnx"),
    "TFLite": ({"model.tflite": TFLITE}, "tflite"),
}


@pytest.mark.parametrize(("files", "form"), FOLDERS.values(), ids=FOLDERS)
def test_the_same_layers_have_the_same_parameters(files: dict[str, bytes], form: str, tmp_path: Path) -> None:
    evidence = saved(tmp_path, files)
    assert evidence.value("parameters") == PARAMETERS
    assert evidence.value("formats") == (form,)
    assert evidence.value("unreadable_files") is None


def test_a_saved_model_of_tensorflow_1_is_read_by_its_index(tmp_path: Path) -> None:
    old = message((1, 1), (2, message((2, b""))))
    evidence = saved(tmp_path, {"saved_model.pb": old, "variables/variables.index": INDEX})
    assert evidence.value("parameters") == PARAMETERS
    assert evidence.value("unreadable_files") is None


@pytest.mark.parametrize("name", ["model.h5", "model.keras"])
def test_a_file_that_cannot_be_read_is_not_called_broken(name: str, tmp_path: Path) -> None:
    """Shared groups are HDF5, and no fault; truename does not read them and says so."""
    link = [(0x06, bytes((1, 8, 0, 1)) + text + number(96 + 200)) for text in (b"a", b"b")]
    root, group = object_header(link), object_header([(0x02, b"\0\0" + UNDEFINED + UNDEFINED)])
    body = root.ljust(200, b"\0") + group
    head = KERAS[:40] + number(96 + len(body)) + KERAS[48:64] + number(96) + KERAS[72:96]
    folder = tmp_path / "bert-base-uncased"
    folder.mkdir()
    evidence = saved(folder, {name: head + body})
    assert evidence.value("unreadable_files") is None
    assert evidence.value("parameters") is None
    reason = evidence.why_missing("parameters")
    assert (reason.kind, "shares the group" in reason.text) == (ReasonKind.UNREAD_WEIGHTS, True)
    assert not check(FolderSource(folder)).findings


def test_a_broken_file_is(tmp_path: Path) -> None:
    evidence = saved(tmp_path, {"model.onnx": ONNX[:-40]})
    assert "model.onnx" in str(evidence.value("unreadable_files"))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("model.onnx", onnx_model([onnx_tensor("w", (2,), 99)])),
        ("model.ckpt.index", bundle_index({"w": (99, (2,))})),
        ("model.tflite", flatbuffer(tflite_model([("w", (2,), 0)])).replace(b"\3\0\0\0", b"\4\0\0\0", 1)),
        ("dataset.h5", hdf5_file(Group({"empty": Group({})}))),
    ],
)
def test_what_may_be_newer_or_another_good_file_is_not_called_broken(name: str, data: bytes, tmp_path: Path) -> None:
    evidence = saved(tmp_path, {name: data})
    assert evidence.value("unreadable_files") is None
    reason = evidence.why_missing("parameters")
    assert (reason.kind, name in reason.text) == (ReasonKind.UNREAD_WEIGHTS, True)


def test_split_files_of_the_gguf_package(tmp_path: Path) -> None:
    gguf = pytest.importorskip("gguf", reason="it splits the file")
    np = pytest.importorskip("numpy")
    writer = gguf.GGUFWriter(tmp_path / "tiny.gguf", "llama", split_max_tensors=2)
    for block in range(5):
        writer.add_tensor(f"blk.{block}.ffn_up.weight", np.zeros((8, 16), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    evidence = gather(FolderSource(tmp_path))
    assert len(list(tmp_path.iterdir())) == 3
    assert evidence.value("parameters") == 5 * 8 * 16
    assert evidence.value("tensors") == 5
    assert evidence.value("missing_shards") is None
