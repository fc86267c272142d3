"""read_saved_model: the variables by the names that the model gives them, the graph skipped."""

from __future__ import annotations

from truename.blob import MemoryBlob
from truename.formats import Tensor
from truename.formats.tensorflow.saved_model import read_saved_model
from truename.testing.protobuf_files import message, saved_model

MODEL = [("embedding/embeddings", 1, (9, 4)), ("dense/kernel", 14, (4, 8)), ("dense/bias", 1, (8,))]
FOUND = {
    "embedding/embeddings": Tensor("F32", (9, 4), 144),
    "dense/kernel": Tensor("BF16", (4, 8), 64),
    "dense/bias": Tensor("F32", (8,), 32),
}


def test_variables() -> None:
    found = read_saved_model(MemoryBlob("saved_model.pb", saved_model(MODEL)))
    assert found.tensors == FOUND
    assert found.format == "tensorflow"
    assert found.metadata == {"tags": "serve", "tensorflow_version": "2.21.0"}


def test_variables_of_the_training_and_handles_are_left_out() -> None:
    more = [("adam/dense_kernel_momentum", 1, (4, 8)), ("iteration", 9, ()), ("table", 20, ()), ("", 1, (2,))]
    found = read_saved_model(MemoryBlob("saved_model.pb", saved_model([*MODEL, *more])))
    assert found.tensors == FOUND
    assert found.metadata["training_variables"] == "2"


def test_an_export_of_everything_twice_is_one_model() -> None:
    found = read_saved_model(MemoryBlob("saved_model.pb", saved_model([*MODEL, *reversed(MODEL)])))
    assert found.tensors == FOUND
    assert found.metadata["copies"] == "2"


def test_two_layers_of_one_name_are_two() -> None:
    more = [("dense/kernel", 14, (4, 8)), ("dense/kernel", 1, (2,)), ("dense/kernel_1", 1, (3,))]
    found = read_saved_model(MemoryBlob("saved_model.pb", saved_model([*MODEL, *more]))).tensors
    assert {name: tensor.shape for name, tensor in found.items() if name not in FOUND} == {
        "dense/kernel_1": (4, 8),
        "dense/kernel_2": (2,),
        "dense/kernel_1_1": (3,),
    }


def test_the_graph_is_not_read() -> None:
    graph = message((2, message((2, bytes(3_000_000)))))
    blob = MemoryBlob("saved_model.pb", graph + saved_model(MODEL))
    assert read_saved_model(blob).tensors == FOUND
    assert blob.bytes_read < 5_000
